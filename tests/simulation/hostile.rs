//! A central, or somebody in its place, that answers anything: never a panic, never a false acknowledgement.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Request, Response};
use seal_core::ids::{DeviceId, EventId, Sha256};
use seal_core::wire::{
    B64, CHANGES_MEDIA_TYPE, Change, ChangesResponse, PROTO, PROTO_HEADER, PUSH_MEDIA_TYPE, PushItem, PushRequest,
    PushResponse, PushResult, PushStatus,
};
use seal_field::adapters::http::{Carrier, HttpCentral};
use seal_field::ports::central::{Central as _, CentralTrouble, PhotoAtCentral};
use uuid::Uuid;

use super::dice::Dice;

/// Pieces of answers, to be put where they do not belong.
const PIECES: [&str; 24] = [
    "\"accepted\"",
    "\"duplicate\"",
    "\"status\":\"accepted\"",
    "null",
    "true",
    "-1",
    "1e999",
    "18446744073709551616",
    "[[[[[[[[[[[[[[[[",
    "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":",
    "\"\\ud800\"",
    "\\u0000",
    "\u{feff}",
    "<html>",
    "\"proto\":\"sealfield/1\"",
    "\"proto\":\"sealfield/2\"",
    "\"results\":[]",
    "\"results\":{}",
    "\"epoch\":\"\"",
    "\"next\":\"\"",
    "\"more\":true",
    "\"server_time\":\"9999-99-99T99:99:99Z\"",
    "\"cose\":\"AA\"",
    ",",
];

struct Hostile {
    dice: Mutex<Dice>,
    honest: [(&'static str, Vec<u8>); 2],
}

impl Hostile {
    fn answer(&self, request: &Request) -> Response {
        let mut dice = self.dice.lock().unwrap();
        let own = usize::from(request.method() == reqwest::Method::GET);
        // Now and then the right answer to another question.
        let (kind, body) = &self.honest[if dice.per_mille(950) { own } else { 1 - own }];
        let mut body = body.clone();
        for _ in 0..1 + dice.below(4) {
            mutate(&mut body, &mut dice);
        }
        let mut headers = HeaderMap::new();
        let kinds = [*kind, *kind, *kind, *kind, "application/json", "text/html", "", "application/problem+json"];
        headers.insert(CONTENT_TYPE, one(&mut dice, &kinds));
        let marks = [PROTO, PROTO, PROTO, PROTO, PROTO, "sealfield/2", ""];
        headers.insert(PROTO_HEADER, one(&mut dice, &marks));
        let others: [(&str, &[&str]); 6] = [
            ("retry-after", &["0", "-1", "99999999999999999999", "soon", "Sun, 06 Nov 1994 08:49:37 GMT"]),
            ("upload-offset", &["0", "-1", "18446744073709551615", "ten", "7"]),
            ("upload-length", &["0", "7"]),
            (
                "x-sealfield-receipt",
                &["{}", "null", "[", "{\"server_seq\":0}", "\"\"", "{\"server_seq\":-1,\"at\":0,\"code\":1}"],
            ),
            ("location", &["http://elsewhere.example/", "/"]),
            ("content-encoding", &["gzip", "identity"]),
        ];
        for (name, values) in others {
            if dice.per_mille(200) {
                headers.insert(HeaderName::from_static(name), one(&mut dice, values));
            }
        }
        let status = *dice.pick(&[
            200, 200, 200, 200, 200, 201, 204, 206, 301, 400, 401, 403, 404, 409, 410, 413, 423, 426, 429, 500, 503,
            511, 599,
        ]);
        let mut answer = axum::http::Response::builder().status(status);
        *answer.headers_mut().unwrap() = headers;
        Response::from(answer.body(reqwest::Body::from(body)).unwrap())
    }
}

fn one(dice: &mut Dice, of: &[&'static str]) -> HeaderValue {
    HeaderValue::from_static(of[dice.below(of.len())])
}

fn mutate(body: &mut Vec<u8>, dice: &mut Dice) {
    let n = body.len();
    let at = dice.below(n + 1);
    match dice.below(9) {
        0 => body.truncate(at),
        1 if n > 0 => body[at.min(n - 1)] ^= 1 << dice.below(8),
        2 if n > 0 => body[at.min(n - 1)] = dice.next() as u8,
        3 => {
            let to = (at + dice.below(40)).min(n);
            body.drain(at.min(to)..to);
        }
        4 => {
            let to = (at + dice.below(200)).min(n);
            let again = body[at.min(to)..to].to_vec();
            body.splice(at..at, again);
        }
        5 | 6 => {
            let piece = dice.pick(&PIECES).bytes();
            let to = if dice.per_mille(500) { (at + dice.below(20)).min(n) } else { at };
            body.splice(at..to, piece);
        }
        7 => body.extend_from_within(..),
        _ => {
            let piece = dice.pick(&PIECES).repeat(1 + dice.below(2_000));
            body.splice(at..at, piece.bytes());
        }
    }
}

#[async_trait]
impl Carrier for Hostile {
    async fn carry(&self, request: Request) -> Result<Response, CentralTrouble> {
        Ok(self.answer(&request))
    }
}

/// How many answers of each outcome.
#[derive(Debug, Default, Clone, Copy)]
pub struct Outcomes {
    pub refused: u64,
    pub taken: u64,
}

/// `n` hostile answers to pushes, pulls and photo questions.
///
/// # Panics
/// When one of them is taken for an acknowledgement.
pub fn run(seed: u64, n: u64) -> Outcomes {
    let ids: Vec<EventId> = (1..=3).map(|id| EventId(Uuid::from_u128(id))).collect();
    // The honest answer accepts nothing: whatever comes out of it as accepted is false.
    let pushed = PushResponse {
        proto: PROTO.to_owned(),
        epoch: "one".to_owned(),
        server_time: Timestamp::UNIX_EPOCH,
        results: ids.iter().map(|id| PushResult { id: *id, status: PushStatus::Deferred }).collect(),
        need_photos: vec![Sha256([7; 32])],
        checkpoint: Some(B64(vec![0xd2, 0x84])),
    };
    let page = ChangesResponse {
        proto: PROTO.to_owned(),
        epoch: "one".to_owned(),
        server_time: Timestamp::UNIX_EPOCH,
        changes: vec![Change::Event { server_seq: 1, cose: B64(vec![1, 2, 3]) }],
        next: "one-1".to_owned(),
        more: false,
        checkpoint: Some(B64(vec![0xd2, 0x84])),
    };
    let honest = [
        (PUSH_MEDIA_TYPE, serde_json::to_vec(&pushed).unwrap()),
        (CHANGES_MEDIA_TYPE, serde_json::to_vec(&page).unwrap()),
    ];
    let hostile = Hostile { dice: Mutex::new(Dice::new(seed)), honest };
    let http = HttpCentral::new("https://central.example").unwrap().carried_by(Arc::new(hostile));
    let items = ids.iter().map(|id| PushItem { id: *id, cose: B64(vec![9; 20]) }).collect();
    let request = PushRequest { epoch: None, items };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut outcomes = Outcomes::default();
    runtime.block_on(async {
        for at in 0..n {
            let taken = match at % 4 {
                0 | 1 => match http.push(DeviceId(Uuid::nil()), &request).await {
                    Err(_) => false,
                    Ok(told) => {
                        let false_word = told.results.iter().find(|result| {
                            matches!(result.status, PushStatus::Accepted { .. } | PushStatus::Duplicate { .. })
                        });
                        assert!(false_word.is_none(), "seed {seed}, answer {at}: {false_word:?}");
                        true
                    }
                },
                2 => http.changes(Some("one-0"), 10).await.is_ok(),
                _ => {
                    let told = http.photo_append(&Sha256([7; 32]), 0, vec![1; 7]).await;
                    let complete = matches!(told, Ok(PhotoAtCentral::Complete(_)));
                    assert!(!complete, "seed {seed}, answer {at}: {told:?}");
                    told.is_ok()
                }
            };
            if taken {
                outcomes.taken += 1;
            } else {
                outcomes.refused += 1;
            }
        }
    });
    outcomes
}
