//! What the officer sees in the browser at the end. No script, nothing from elsewhere.

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

use super::pending::End;
use crate::docs_page::plain;

const STYLE: &str = "body{font:20px/1.5 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}\
b{display:block;font-size:3rem;letter-spacing:.2em;margin:1rem 0}p[lang=en]{color:#444}";

pub(super) enum Page {
    /// The officer types these on the phone.
    Digits { name: String, digits: String },
    /// It came to nothing.
    Refused(End),
    /// No such sign-in, or the browser came back before.
    Gone,
}

impl End {
    /// For the officer.
    pub(super) const fn vi(self) -> &'static str {
        match self {
            Self::Denied => "Hệ thống tài khoản ngành không cho đăng nhập, hoặc bạn đã từ chối.",
            Self::Late => "Đã quá giờ đăng nhập. Hãy bắt đầu lại trên máy.",
            Self::Digits => "Nhập sai sáu số quá nhiều lần. Hãy bắt đầu lại trên máy.",
            Self::Unproven => {
                "Không xác minh được câu trả lời của hệ thống tài khoản ngành. Hãy bắt đầu lại; vẫn vậy thì báo bộ phận kỹ thuật."
            }
            Self::Unreachable => "Trung tâm chưa liên lạc được với hệ thống tài khoản ngành. Hãy chờ rồi bắt đầu lại.",
            Self::UnknownOfficer => "Tài khoản ngành này chưa có trong danh sách của trung tâm. Báo bộ phận quản lý.",
            Self::DisabledOfficer => "Tài khoản này đã bị ngừng ở trung tâm. Báo bộ phận quản lý.",
        }
    }

    const fn en(self) -> &'static str {
        match self {
            Self::Denied => "The agency's account system refused, or you did.",
            Self::Late => "The time to sign in is over. Begin again on the phone.",
            Self::Digits => "Wrong digits too often. Begin again on the phone.",
            Self::Unproven => {
                "The answer of the agency's account system is not proven. Begin again; if it stays so, report it."
            }
            Self::Unreachable => "The central cannot reach the agency's account system. Wait, then begin again.",
            Self::UnknownOfficer => "This agency account is not in the central's register. Tell your administration.",
            Self::DisabledOfficer => "This account was disabled at the central. Tell your administration.",
        }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let body = match self {
            Self::Digits { name, digits } => format!(
                "<h1>Đã đăng nhập: {}</h1><p>Nhập sáu số này vào máy niêm phong của bạn, rồi đóng trang này.</p>\
                 <p lang=\"en\">Type these six digits on your seal phone, then close this page.</p><b>{digits}</b>\
                 <p>Không đọc số này cho ai. Nếu bạn không tự bắt đầu đăng nhập, hãy đóng trang.</p>\
                 <p lang=\"en\">Give them to nobody. If you did not begin this sign-in yourself, close the page.</p>",
                plain(&name)
            ),
            Self::Refused(end) => not_signed_in(end.vi(), end.en()),
            Self::Gone => not_signed_in(
                "Lần đăng nhập này đã hết hạn hoặc đã dùng. Hãy bắt đầu lại trên máy.",
                "This sign-in is over or was used. Begin again on the phone.",
            ),
        };
        let page = format!(
            "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>seal-field</title>\
             <style>{STYLE}</style>{body}"
        );
        let headers = [
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
            (header::CACHE_CONTROL, "no-store"),
            (header::REFERRER_POLICY, "no-referrer"),
        ];
        (headers, Html(page)).into_response()
    }
}

fn not_signed_in(vi: &str, en: &str) -> String {
    format!("<h1>Chưa đăng nhập được</h1><p>{vi}</p><p lang=\"en\">{en}</p>")
}
