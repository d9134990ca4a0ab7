//! The central: request bodies, headers, addresses, and facts that a known phone signs with any content. It never answers
//! with a fault of its own, and what it refused is in nobody's feed.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use ciborium::Value as Cbor;
use p256::ecdsa::SigningKey;
use seal_central::{Central, ServerConfig, seal_table};
use seal_core::cbor::{self, CborError};
use seal_core::event::{Event, SignedEvent, sign_with};
use seal_core::ids::DeviceId;
use seal_core::wire::{B64, ChangesResponse, Problem, PushItem, PushRequest, PushResponse, PushStatus, SignInResponse};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;
use uuid::Uuid;

use super::{messages, target};
use crate::mutate;
use crate::rng::Rng;
use crate::run::{Job, Target};
use crate::samples;

/// Inputs that one central sees; then a new one, or its feed would be all that is tested.
const LIFE: u32 = 4_000;

pub(super) fn targets() -> Vec<Target> {
    vec![
        target(
            "seal-table",
            "the operator's CSV of seals: a password is in no complaint, what is taken is whole",
            || {
                let seeds = super::strings(&[
                    "seal,family,epoch,password\n83181001,eseal-1,1,\n83181002,a7,,731946\n",
                    "seal,family,password\n\"83181001\",a7,\"731946\"\n",
                    "seal,family\n83181001,eseal-1\n",
                ]);
                Job::of_text(
                    move |rng| mutate::text(rng, &seeds),
                    |text| match seal_table(text.as_bytes()) {
                        Ok(seals) => assert!(seals.len() < text.lines().count().max(text.split('\r').count()).max(1)),
                        Err(error) => assert!(!error.to_string().contains("731946"), "{error}"),
                    },
                )
            },
        ),
        Target {
            smoke: 300,
            megabytes: 64,
            ..target("central", "requests to the central: no fault of its own, refusals are problem documents", || {
                let seeds = requests();
                let mut world = World::new();
                Job::new(move |rng| request(rng, &seeds), move |bytes| world.asked(bytes))
            })
        },
        Target {
            smoke: 300,
            megabytes: 64,
            ..target(
                "central-push",
                "facts a known phone signs with any content: a refused one is in nobody's feed",
                || {
                    let mut world = World::new();
                    let seeds = world.facts();
                    Job::new(
                        move |rng| cbor::to_vec(&mutate::cbor(rng, &seeds)).unwrap_or_default(),
                        move |bytes| world.pushed(bytes),
                    )
                },
            )
        },
    ]
}

struct World {
    runtime: tokio::runtime::Runtime,
    router: Router,
    /// Lives as long as the central.
    _folder: TempDir,
    token: String,
    device: DeviceId,
    key: SigningKey,
    cursor: String,
    left: u32,
}

impl World {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let now = Arc::new(Mutex::new(samples::at()));
        let clock = Arc::new(move || *now.lock().expect("one thread"));
        let config = ServerConfig { clock, ..ServerConfig::new(folder.path(), true) };
        let router = Central::open(config).expect("a central").router();
        let mut world = Self {
            runtime,
            router,
            _folder: folder,
            token: String::new(),
            device: DeviceId(Uuid::from_u128(0xd0ff)),
            key: SigningKey::from_slice(&[5; 32]).expect("a key"),
            cursor: String::new(),
            left: LIFE,
        };
        let key = world.key.verifying_key().to_encoded_point(false).as_bytes().to_vec();
        let body = json!({"officer": "quang.dm", "secret": "112358", "device": world.device, "device_key": B64(key)});
        let (status, answer) = world.send(post("/v1/sign-in", &body.to_string()));
        assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer));
        world.token = serde_json::from_slice::<SignInResponse>(&answer).expect("signed in").token;
        world.news();
        world
    }

    /// A new central now and then.
    fn aged(&mut self) {
        self.left -= 1;
        if self.left == 0 {
            *self = Self::new();
        }
    }

    fn send(&self, mut request: Request<Body>) -> (StatusCode, Vec<u8>) {
        if !self.token.is_empty() {
            let bearer = HeaderValue::try_from(format!("Bearer {}", self.token)).expect("a token");
            request.headers_mut().entry("authorization").or_insert(bearer);
        }
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("an answer");
            let status = response.status();
            (status, to_bytes(response.into_body(), 64 << 20).await.expect("its body").to_vec())
        })
    }

    /// Events in the feed since the last question.
    fn news(&mut self) -> usize {
        let mut found = 0;
        loop {
            let path = match self.cursor.as_str() {
                "" => "/v1/changes?limit=500".to_owned(),
                cursor => format!("/v1/changes?limit=500&cursor={cursor}"),
            };
            let (status, body) = self.send(Request::get(path).body(Body::empty()).expect("a request"));
            assert_eq!(status, StatusCode::OK);
            let page: ChangesResponse = serde_json::from_slice(&body).expect("a page");
            found += page.changes.len();
            self.cursor = page.next;
            if !page.more {
                return found;
            }
        }
    }

    fn asked(&mut self, bytes: &[u8]) {
        let Some(request) = read(bytes) else { return };
        let what = format!("{} {}", request.method(), request.uri());
        let head = request.method() == Method::HEAD;
        let (status, body) = self.send(request);
        assert!(!status.is_server_error(), "{what}: {status} {}", String::from_utf8_lossy(&body));
        if status.is_client_error() && !head {
            let problem: Problem = serde_json::from_slice(&body)
                .unwrap_or_else(|error| panic!("{what}: {error}: {status} {}", String::from_utf8_lossy(&body)));
            assert_eq!(problem.status, status.as_u16());
        }
        self.aged();
    }

    /// Events of this phone, of which its content is changed.
    fn facts(&self) -> Vec<Cbor> {
        let own = |event: Event| Event {
            device: self.device,
            officer: seal_core::ids::OfficerId("quang.dm".to_owned()),
            ..event
        };
        samples::facts()
            .into_iter()
            .chain(samples::bare_facts())
            .map(|fact| cbor::to_vec(&own(samples::event(fact))).expect("CBOR"))
            .map(|bytes| ciborium::from_reader(&bytes[..]).expect("its own bytes"))
            .collect()
    }

    fn pushed(&mut self, bytes: &[u8]) {
        let Ok(mut event) = cbor::from_slice::<Event>(bytes) else { return };
        // A new id mostly, else all but the first are repeats.
        if !bytes.len().is_multiple_of(8) {
            event.id = seal_core::ids::EventId(Uuid::from_u128(
                Rng::of(u64::from(self.left), bytes.len() as u64).next().into(),
            ));
        }
        let id = event.id;
        let signed = SignedEvent::sign(event, |bytes| Ok::<_, CborError>(sign_with(&self.key, bytes))).expect("signed");
        let push = PushRequest { epoch: None, items: vec![PushItem { id, cose: B64(signed.cose.clone()) }] };
        let body = serde_json::to_string(&push).expect("JSON");
        let (status, answer) = self.send(post(&format!("/v1/devices/{}/events", self.device), &body));
        assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer));
        let answer: PushResponse = serde_json::from_slice(&answer).expect("an answer");
        let news = self.news();
        match &answer.results[..] {
            [result] => match &result.status {
                PushStatus::Accepted { .. } => {}
                PushStatus::Deferred => panic!("a fault of its own"),
                refused => assert_eq!(news, 0, "{refused:?}, and yet it is in the feed"),
            },
            other => panic!("one result for each: {other:?}"),
        }
        self.aged();
    }
}

fn post(path: &str, body: &str) -> Request<Body> {
    let request = Request::post(path).header("content-type", "application/json");
    request.body(Body::from(body.to_owned())).expect("a request")
}

/// A request as text: method and address, headers, an empty line, the body.
fn requests() -> Vec<String> {
    let json = "content-type: application/json";
    let body = |value: &Value| value.to_string();
    let messages = messages::seeds();
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let mut seeds = vec![
        format!("POST /v1/sign-in\n{json}\n\n{}", body(&messages[0])),
        "POST /v1/devices/00000000-0000-0000-0000-00000000d0ff/events\ncontent-type: application/json\n\n{\"items\":[]}".to_owned(),
        format!("POST /v1/devices/00000000-0000-0000-0000-00000000d0ff/events\n{json}\n\n{}", body(&messages[2])),
        format!("POST /v1/tracking\n{json}\n\n{}", body(&messages[5])),
        format!("POST /v1/tickets\n{json}\n\n{}", body(&messages[10])),
        "GET /v1/changes?limit=20&cursor=0\n\n".to_owned(),
        "GET /v1/changes?limit=18446744073709551615\n\n".to_owned(),
        "POST /v1/photos\ntus-resumable: 1.0.0\nupload-length: 3\nupload-metadata: sha256 YmE3ODE2YmY4ZjAxY2ZlYTQxNDE0MGRlNWRhZTIyMjNiMDAzNjFhMzk2MTc3YTljYjQxMGZmNjFmMjAwMTVhZA==,media_type aW1hZ2UvanBlZw==\n\n".to_owned(),
        format!("HEAD /v1/photos/{digest}\n\n"),
        format!("GET /v1/photos/{digest}\nrange: bytes=0-1\n\n"),
        format!("PATCH /v1/photos/{digest}\ntus-resumable: 1.0.0\nupload-offset: 0\ncontent-type: application/offset+octet-stream\n\nabc"),
        format!("POST /v1/enrol\n{json}\n\n{{\"claim\":\"0oRDoQEmoQQ\"}}"),
        "GET /v1/ping\nauthorization: Bearer x\n\n".to_owned(),
    ];
    seeds.extend(messages.iter().take(13).map(|one| format!("POST /v1/sign-in\n{json}\n\n{}", body(one))));
    seeds
}

/// Changes the body as JSON in half of the requests, else anything in them as text.
fn request(rng: &mut Rng, seeds: &[String]) -> Vec<u8> {
    let seed = rng.pick(seeds);
    match seed.split_once("\n\n") {
        Some((head, body)) if rng.one_in(2) && body.starts_with('{') => {
            let body: Value = serde_json::from_str(body).unwrap_or_default();
            format!("{head}\n\n{}", mutate::json(rng, &[body])).into_bytes()
        }
        _ => mutate::text(rng, std::slice::from_ref(seed)).into_bytes(),
    }
}

/// `None` for what the HTTP library would not let through to the central.
fn read(bytes: &[u8]) -> Option<Request<Body>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\n\n")?;
    let mut lines = head.lines();
    let (method, uri) = lines.next()?.split_once(' ')?;
    let mut request = Request::new(Body::from(body.to_owned()));
    *request.method_mut() = Method::from_bytes(method.as_bytes()).ok()?;
    *request.uri_mut() = uri.parse::<Uri>().ok().filter(|uri| uri.path().starts_with('/'))?;
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let name = HeaderName::try_from(name.trim()).ok()?;
        request.headers_mut().insert(name, HeaderValue::from_str(value.trim()).ok()?);
    }
    Some(request)
}
