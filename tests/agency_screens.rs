//! Signing in with the agency's account, from the sign-in screen over HTTP to a central and its provider: by a browser and its
//! digits, by a code on another device, then by PIN without the central; and what the screen says when it comes to nothing.

use std::sync::{Arc, Mutex};

use crate::bench::Bench;
use crate::phone::Phone;
use crate::provider::{CLIENT, Lie, Provider, REDIRECT, SECRET};
use jiff::{SignedDuration, Timestamp};
use seal_central::oidc::Config;
use seal_central::{Central, ServerConfig};
use seal_core::ids::OfficerId;
use seal_field::actions::Kit;
use seal_field::actions::sign_in::{SignInTrouble, sign_in};
use seal_field::adapters::http::HttpCentral;
use seal_field::ports::central::CentralTrouble;
use seal_field::ports::sync::SyncStatus;

const OFFICER: &str = "officer";

struct Agency {
    bench: Bench,
    provider: Provider,
    address: String,
    now: Arc<Mutex<Timestamp>>,
    kit: Kit,
}

/// A phone, its central with the practice world's register, and the agency's provider.
async fn agency() -> Agency {
    let bench = Bench::new(&[]);
    let now = Arc::new(Mutex::new(bench.kit.clock.now().wall));
    let provider = Provider::start(&now).await;
    let config = Config::new(&provider.issuer, CLIENT, REDIRECT).unwrap().with_secret(SECRET.to_owned());
    let read = now.clone();
    let clock = Arc::new(move || *read.lock().unwrap());
    let data = bench.folder.path().join("central");
    let central = Central::open(ServerConfig { clock, ..ServerConfig::new(data, true) }).unwrap();
    let central = central.with_oidc(config).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(central.serve(listener, std::future::pending()));
    let kit = Kit { central: Arc::new(HttpCentral::new(&address).unwrap()), ..bench.kit.clone() };
    Agency { bench, provider, address, now, kit }
}

impl Agency {
    /// The sign-in screen, the agency's account chosen, the page's address shown.
    async fn at_the_page(&self) -> Phone {
        let mut phone = Phone::reopen(&self.kit, SyncStatus::default());
        phone.comes_to_say(&["Đăng nhập bằng tài khoản ngành"]).await;
        phone.press("Đăng nhập bằng tài khoản ngành");
        phone.comes_to_say(&["Mở trang đăng nhập của ngành", "Nhập 6 số trên trang"]).await;
        phone
    }

    /// The address of the page as the screen's link has it.
    fn link(phone: &Phone) -> String {
        let html = phone.html();
        let link = html.split("href=\"").find(|part| part.starts_with("http://127.0.0.1")).unwrap();
        link.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&")
    }

    /// The officer signs in at the page and reads the digits off it.
    async fn digits(&self, phone: &Phone) -> Option<String> {
        let back = self.provider.signs_in_at(&Self::link(phone));
        let browser = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let page = browser.get(format!("{}{back}", self.address)).send().await.unwrap().text().await.unwrap();
        page.split_once("<b>").map(|(_, rest)| rest[..6].to_owned())
    }

    fn signed_in(&self) -> bool {
        self.kit.store.note(OFFICER).unwrap().is_some_and(|officer| officer.contains("an.nv"))
    }
}

fn type_digits(phone: &mut Phone, digits: &str) {
    for digit in digits.chars() {
        phone.press(&digit.to_string());
    }
}

#[tokio::test]
async fn an_officer_signs_in_by_the_browser_chooses_a_pin_and_needs_nothing_but_that_later() {
    let agency = agency().await;
    let mut phone = agency.at_the_page().await;
    type_digits(&mut phone, "000000");
    phone.comes_to_say(&["Trung tâm chưa thấy bạn đăng nhập"]).await;

    let right = agency.digits(&phone).await.unwrap();
    type_digits(&mut phone, if right == "000000" { "000001" } else { "000000" });
    phone.comes_to_say(&["6 số không khớp"]).await;
    type_digits(&mut phone, &right);
    phone.comes_to_say(&["Đặt mã 6 số cho máy này", "vào được cả khi mất mạng"]).await;
    assert!(!agency.signed_in());
    type_digits(&mut phone, "112233");
    phone.says(&["Nhập lại mã 6 số"]);
    type_digits(&mut phone, "112234");
    phone.says(&["Hai lần nhập khác nhau", "Đặt mã 6 số"]);
    type_digits(&mut phone, "112233112233");
    assert!(agency.signed_in(), "{}", phone.text());
    agency.kit.central.changes(None, 1).await.unwrap();

    // Without coverage, and with it where the central takes no secrets.
    let an = OfficerId("an.nv".to_owned());
    for kit in [&agency.bench.kit, &agency.kit] {
        assert!(sign_in(kit, &an, "112233").await.unwrap().offline);
        assert!(matches!(sign_in(kit, &an, "000000").await, Err(SignInTrouble::Wrong { .. })));
    }
    let stranger = sign_in(&agency.kit, &OfficerId("hoa.pt".to_owned()), "135790").await;
    assert!(matches!(stranger, Err(SignInTrouble::NeverHere(CentralTrouble::Forbidden(_)))));

    // The next time there is a PIN already.
    agency.kit.store.set_note(OFFICER, None).unwrap();
    let mut phone = agency.at_the_page().await;
    let right = agency.digits(&phone).await.unwrap();
    type_digits(&mut phone, &right);
    while !agency.signed_in() {
        phone.works().await;
    }
}

#[tokio::test]
async fn an_officer_signs_in_with_a_code_on_another_device() {
    let agency = agency().await;
    agency.provider.set(|told| {
        told.interval = 1;
        told.device = ["authorization_pending"].into();
    });
    let mut phone = agency.at_the_page().await;
    phone.press("Đăng nhập trên thiết bị khác");
    phone.comes_to_say(&["WDJB-MJHT", "/activate", "Chỉ nhập mã do máy này hiện"]).await;
    while !phone.text().contains("Đặt mã 6 số cho máy này") {
        *agency.now.lock().unwrap() += SignedDuration::from_secs(1);
        phone.works().await;
    }
    phone.press("Để sau");
    assert!(agency.signed_in());
}

#[tokio::test]
async fn what_came_to_nothing_is_said_with_what_to_do() {
    let agency = agency().await;
    for (lie, subject, words) in [
        (Lie::Signature, "an.nv", "không xác minh được"),
        (Lie::None, "nobody", "chưa có trong danh sách của trung tâm"),
    ] {
        agency.provider.set(|told| (told.lie, told.subject) = (lie, subject.to_owned()));
        let mut phone = agency.at_the_page().await;
        assert!(agency.digits(&phone).await.is_none());
        type_digits(&mut phone, "123456");
        phone.comes_to_say(&[words, "áo bộ phận", "Bắt đầu lại"]).await;
        phone.press("Bắt đầu lại");
        phone.comes_to_say(&["Nhập 6 số trên trang"]).await;
        phone.press("Quay lại tài khoản và mã");
        phone.says(&["Đăng nhập bằng tài khoản ngành"]);
    }
    agency.provider.set(|told| told.has_device_flow = false);
    *agency.now.lock().unwrap() += SignedDuration::from_hours(1);
    let mut phone = agency.at_the_page().await;
    phone.press("Đăng nhập trên thiết bị khác");
    phone.comes_to_say(&["không có cách đăng nhập này"]).await;
    assert!(!agency.signed_in());
}
