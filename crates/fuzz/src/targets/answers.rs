//! Answers to the phone: from the central, from a proxy, from a login page, from anybody on the way.

use http::{HeaderName, HeaderValue, StatusCode};
use seal_core::ids::EventId;
use seal_core::wire::{PROTO, PROTO_HEADER, PushItem, PushRequest};
use seal_field::adapters::http::answer::Answer;
use seal_field::adapters::http::read;
use seal_field::ports::central::{CentralTrouble, PhotoAtCentral};
use serde::Serialize;
use serde_json::Value;

use super::target;
use crate::mutate;
use crate::rng::Rng;
use crate::run::{Job, Target};
use crate::samples;

pub(super) fn targets() -> Vec<Target> {
    vec![target(
        "answers",
        "answers of the central: believed only when ours and of one piece, waits never long",
        || {
            let seeds = seeds();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let pushed = PushRequest { epoch: None, items: vec![samples::push_item()] };
            Job::new(move |rng| answer(rng, &seeds), move |bytes| runtime.block_on(check(bytes, &pushed)))
        },
    )]
}

/// An answer as text: status, headers, an empty line, the body.
fn seeds() -> Vec<String> {
    let of =
        |media_type: &str, body: Value| format!("200\n{PROTO_HEADER}: {PROTO}\ncontent-type: {media_type}\n\n{body}");
    let receipt = json(samples::receipt());
    vec![
        of("application/json", json(samples::sign_in_response())),
        of("application/vnd.sealfield.push+json", json(samples::push_response())),
        of("application/vnd.sealfield.changes+json; charset=utf-8", json(samples::changes_response())),
        of(
            "application/vnd.sealfield.tickets+json",
            serde_json::json!({"proto": PROTO, "server_time": samples::at(), "officer": "an.nv", "tickets": []}),
        ),
        format!("403\n{PROTO_HEADER}: {PROTO}\n\n{}", json(samples::problem())),
        "503\nretry-after: 120\n\n".to_owned(),
        "429\nretry-after: Sun, 06 Nov 1994 08:49:37 GMT\ndate: Sun, 06 Nov 1994 08:49:30 GMT\n\n".to_owned(),
        "200\ncontent-type: text/html\n\n<html>Đăng nhập Wi-Fi</html>".to_owned(),
        format!("200\n{PROTO_HEADER}: {PROTO}\nupload-offset: 17\n\n"),
        format!("201\n{PROTO_HEADER}: {PROTO}\nx-sealfield-receipt: {receipt}\n\n"),
    ]
}

fn json(message: impl Serialize) -> Value {
    serde_json::to_value(message).expect("JSON")
}

fn answer(rng: &mut Rng, seeds: &[String]) -> Vec<u8> {
    let seed = rng.pick(seeds);
    match seed.split_once("\n\n") {
        Some((head, body)) if body.starts_with('{') && rng.one_in(2) => {
            let body: Value = serde_json::from_str(body).unwrap_or_default();
            format!("{head}\n\n{}", mutate::json(rng, &[body])).into_bytes()
        }
        _ if rng.one_in(8) => mutate::bytes(rng, &[seed.clone().into_bytes()]),
        _ => mutate::text(rng, std::slice::from_ref(seed)).into_bytes(),
    }
}

fn read_answer(bytes: &[u8]) -> Option<Answer> {
    let at = bytes.windows(2).position(|pair| pair == b"\n\n")?;
    let (head, body) = (std::str::from_utf8(&bytes[..at]).ok()?, &bytes[at + 2..]);
    let mut lines = head.lines();
    let mut response = http::Response::new(body.to_vec());
    *response.status_mut() = StatusCode::from_bytes(lines.next()?.as_bytes()).ok()?;
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let name = HeaderName::try_from(name.trim()).ok()?;
        response.headers_mut().insert(name, HeaderValue::from_bytes(value.trim().as_bytes()).ok()?);
    }
    Some(Answer::from(reqwest::Response::from(response)))
}

async fn check(bytes: &[u8], request: &PushRequest) {
    let Some(first) = read_answer(bytes) else { return };
    let (ours, success) = (first.is_ours, first.status.is_success());
    let another = || read_answer(bytes).expect("as before");
    let believed = [
        said(read::signed_in(first).await.map(|answer| assert_eq!(answer.proto, PROTO))),
        said(read::changes(another()).await.map(|answer| assert_eq!(answer.proto, PROTO))),
        said(read::tickets(another()).await.map(|answer| assert_eq!(answer.proto, PROTO))),
        said(read::pushed(another(), request).await.map(|answer| {
            let id: EventId = request.items.iter().map(|item: &PushItem| item.id).next().expect("one item");
            assert_eq!(answer.results.iter().filter(|result| result.id == id).count(), 1);
        })),
    ];
    assert!(believed.iter().all(|believed| !believed || (ours && success)));
    assert!(believed.iter().filter(|believed| **believed).count() <= 1, "one answer, one question");
    if let Ok(answer) = another().success().await {
        assert!(ours && success);
        if let Ok(PhotoAtCentral::Partial { offset }) = read::have(&answer) {
            assert_eq!(answer.header("upload-offset").and_then(|text| text.parse().ok()), Some(offset));
        }
    }
    let problem = another().problem().await;
    let _ = problem.detail.len();
}

/// Whether it was believed.
fn said(answer: Result<(), CentralTrouble>) -> bool {
    match answer {
        Ok(()) => true,
        Err(CentralTrouble::Busy { retry_after_s }) => {
            assert!(retry_after_s.is_none_or(|seconds| seconds <= 3_600));
            false
        }
        Err(_) => false,
    }
}
