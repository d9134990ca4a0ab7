//! A central in the process, and a phone that talks to it through its router.
#![allow(dead_code)] // each test binary uses its part

pub mod database;
pub mod machine;
pub mod photos;
pub mod postgres_server;

use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use database::Database;
use jiff::{SignedDuration, Timestamp};
use p256::ecdsa::SigningKey;
use seal_central::{Central, ServerConfig, Stores, Terms};
use seal_core::cbor::{Bytes, CborError};
use seal_core::doc::Doc;
use seal_core::enrolment::{Claim, KeyHome, Offer};
use seal_core::event::{EVENT_VERSION, Event, SignedEvent, sign_with};
use seal_core::fact::Fact;
use seal_core::ids::{ActId, CaseId, DeviceId, EventId, OfficeCode, OfficerId, Sha256};
use seal_core::time::Moment;
use seal_core::wire::{
    B64, Change, ChangesResponse, PushItem, PushRequest, PushResponse, PushStatus, SignInResponse, TicketWish,
    TicketsRequest, TicketsResponse,
};
use serde_json::json;
use tempfile::TempDir;
use tower::ServiceExt as _;
use uuid::Uuid;

pub const START: &str = "2026-11-23T01:00:00Z";

pub struct World {
    pub folder: TempDir,
    pub central: Central,
    pub now: Arc<Mutex<Timestamp>>,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = Arc::new(Mutex::new(START.parse().unwrap()));
        let central = open(&folder, &now, true);
        Self { folder, central, now }
    }

    /// Not for practice: empty, and only for enrolled phones.
    pub fn for_real_use() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = Arc::new(Mutex::new(START.parse().unwrap()));
        let central = open(&folder, &now, false);
        Self { folder, central, now }
    }

    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.now.lock().unwrap();
        *now = now.checked_add(by).unwrap();
    }

    /// The central's database, behind its back.
    pub fn database(&self) -> Database {
        Database::of(self.folder.path())
    }

    /// Another central with the same clock, on the same database and folder. Its own folder is empty.
    pub fn beside(&self) -> Self {
        let central = open(&self.folder, &self.now, true);
        Self { folder: tempfile::tempdir().unwrap(), central, now: self.now.clone() }
    }

    /// Stops the central and starts it again on the same folder.
    pub fn restart(self) -> Self {
        let Self { folder, central, now } = self;
        drop(central);
        let central = open(&folder, &now, true);
        Self { folder, central, now }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.central.router().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
        Answer { status, headers, body }
    }

    pub async fn phone(&self, number: u8, officer: &str, secret: &str) -> Phone {
        let mut phone = Phone::new(number, officer);
        let mut answer = self.sign_in(&phone, secret).await;
        if answer.status == StatusCode::FORBIDDEN && answer.code() == "not_enrolled" {
            self.enrol(&phone).await;
            answer = self.sign_in(&phone, secret).await;
        }
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        phone.take(&answer);
        phone
    }

    /// A phone of a central for real use.
    async fn enrol(&self, phone: &Phone) {
        let hours = SignedDuration::from_hours;
        let unit = OfficeCode::parse("03EE").unwrap();
        let terms = Terms { unit, holds: hours(1), phones: 1, certificate: hours(24 * 365) };
        let offer = self.central.offer_enrolment("https://central.example", Vec::new(), &terms).unwrap();
        let answer = self.send(json_request("POST", "/v1/enrol", None, &phone.enrolment(&phone.claim(&offer)))).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    }

    pub async fn sign_in(&self, phone: &Phone, secret: &str) -> Answer {
        let key = phone.key.verifying_key().to_encoded_point(false).as_bytes().to_vec();
        let body = json!({"officer": phone.officer, "secret": secret, "device": phone.device, "device_key": B64(key)});
        self.send(json_request("POST", "/v1/sign-in", None, &body)).await
    }

    pub async fn push(&self, phone: &Phone, events: &[SignedEvent]) -> PushResponse {
        let items = events.iter().map(|e| PushItem { id: e.event.id, cose: B64(e.cose.clone()) }).collect();
        self.push_items(phone, items).await
    }

    pub async fn push_items(&self, phone: &Phone, items: Vec<PushItem>) -> PushResponse {
        let path = format!("/v1/devices/{}/events", phone.device);
        let body = serde_json::to_value(PushRequest { epoch: None, items }).unwrap();
        let answer = self.send(json_request("POST", &path, Some(&phone.token), &body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "application/vnd.sealfield.push+json");
        serde_json::from_slice(&answer.body).unwrap()
    }

    pub async fn changes(&self, phone: &Phone, cursor: Option<&str>, limit: u32) -> ChangesResponse {
        let answer = self.get_changes(phone, cursor, limit).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        serde_json::from_slice(&answer.body).unwrap()
    }

    pub async fn get_changes(&self, phone: &Phone, cursor: Option<&str>, limit: u32) -> Answer {
        let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let path = format!("/v1/changes?limit={limit}{cursor}");
        self.send(request("GET", &path, Some(&phone.token), &[], Body::empty())).await
    }

    pub async fn get_tickets(&self, phone: &Phone, wishes: &[TicketWish]) -> Answer {
        let body = serde_json::to_value(TicketsRequest { seals: wishes.to_vec() }).unwrap();
        self.send(json_request("POST", "/v1/tickets", Some(&phone.token), &body)).await
    }

    /// Tickets for these seals; for the work list when none is named.
    pub async fn tickets(&self, phone: &Phone, seals: &[&str]) -> TicketsResponse {
        let wishes: Vec<_> = seals.iter().map(|no| TicketWish { seal: seal(no), nonce: None }).collect();
        let answer = self.get_tickets(phone, &wishes).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "application/vnd.sealfield.tickets+json");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-sealfield-proto"), "sealfield/1");
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Everything after `cursor`, page by page, and the cursor after it.
    pub async fn pull(&self, phone: &Phone, cursor: Option<String>, limit: u32) -> (Vec<Change>, String) {
        let (mut all, mut cursor) = (Vec::new(), cursor);
        loop {
            let page = self.changes(phone, cursor.as_deref(), limit).await;
            all.extend(page.changes);
            if !page.more {
                return (all, page.next);
            }
            cursor = Some(page.next);
        }
    }
}

fn open(folder: &TempDir, now: &Arc<Mutex<Timestamp>>, practice: bool) -> Central {
    let now = now.clone();
    let clock = Arc::new(move || *now.lock().unwrap());
    let stores = Stores { blobs: photos::address(folder.path()), ..Database::of(folder.path()).stores() };
    Central::open(ServerConfig { data: folder.path().to_owned(), clock, practice, stores }).unwrap()
}

pub fn request(method: &str, path: &str, token: Option<&str>, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).unwrap()
}

pub fn json_request(method: &str, path: &str, token: Option<&str>, body: &serde_json::Value) -> Request<Body> {
    request(method, path, token, &[("content-type", "application/json")], Body::from(body.to_string()))
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let problem: seal_core::wire::Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, self.status.as_u16());
        problem.code
    }
}

/// A phone: signs, chains and numbers its events.
pub struct Phone {
    pub device: DeviceId,
    pub key: SigningKey,
    pub officer: OfficerId,
    pub unit: OfficeCode,
    pub token: String,
    pub rules_keys: Vec<Bytes>,
    pub log_key: Option<Bytes>,
    pub seq: u64,
    prev: Sha256,
}

impl Phone {
    pub fn new(number: u8, officer: &str) -> Self {
        Self {
            device: DeviceId(Uuid::from_u128(0xd000 + u128::from(number))),
            key: SigningKey::from_slice(&[number; 32]).unwrap(),
            officer: OfficerId(officer.to_owned()),
            unit: unit("03EE"),
            token: String::new(),
            seq: 0,
            rules_keys: Vec::new(),
            log_key: None,
            prev: Sha256::of(b""),
        }
    }

    pub fn take(&mut self, answer: &Answer) {
        let signed_in: SignInResponse = serde_json::from_slice(&answer.body).unwrap();
        self.token = signed_in.token;
        self.rules_keys = signed_in.rules_keys;
        self.log_key = signed_in.log_key;
        self.unit = signed_in.officer.unit;
    }

    /// What it asks to be enrolled with.
    pub fn claim(&self, offer: &Offer) -> Claim {
        let Offer { secret, central, .. } = offer.clone();
        let key = Bytes(self.key.verifying_key().to_encoded_point(false).as_bytes().to_vec());
        Claim { v: 1, secret, central, device: self.device, key, home: KeyHome::Software }
    }

    /// The body of that request.
    pub fn enrolment(&self, claim: &Claim) -> serde_json::Value {
        let cose = claim.sign(|bytes| Ok::<_, CborError>(sign_with(&self.key, bytes))).unwrap();
        json!({ "claim": B64(cose) })
    }

    pub fn event(&mut self, case: Option<CaseId>, fact: Fact) -> SignedEvent {
        self.event_with(case, fact, |_| {})
    }

    pub fn event_with(&mut self, case: Option<CaseId>, fact: Fact, change: impl FnOnce(&mut Event)) -> SignedEvent {
        self.seq += 1;
        let mut event = Event {
            v: EVENT_VERSION,
            id: EventId(Uuid::now_v7()),
            device: self.device,
            seq: self.seq,
            prev: self.prev,
            act: ActId(Uuid::now_v7()),
            officer: self.officer.clone(),
            unit: self.unit.clone(),
            at: Moment { wall: START.parse().unwrap(), boot: Uuid::from_u128(1), boot_ms: self.seq },
            place: None,
            case,
            fact,
        };
        change(&mut event);
        let signed = self.sign(event);
        self.prev = signed.hash;
        signed
    }

    pub fn sign(&self, event: Event) -> SignedEvent {
        SignedEvent::sign(event, |bytes| Ok::<_, CborError>(sign_with(&self.key, bytes))).unwrap()
    }
}

pub fn unit(code: &str) -> OfficeCode {
    OfficeCode::parse(code).unwrap()
}

/// The practice case of that number.
pub fn case(number: u32) -> CaseId {
    format!("5ea10000-0000-4000-8000-{number:012}").parse().unwrap()
}

pub fn seal(no: &str) -> seal_core::seal_no::SealNo {
    no.parse().unwrap()
}

pub fn remark(text: &str) -> Fact {
    Fact::DifficultyReported(seal_core::fact::DifficultyReported { text: text.to_owned(), screen: String::new() })
}

pub fn docs(changes: &[Change]) -> Vec<String> {
    let keys = changes.iter().filter_map(|change| match change {
        Change::Doc { doc } => Some(Doc::key(doc)),
        Change::Event { .. } | Change::Unknown => None,
    });
    keys.collect()
}

pub fn events(changes: &[Change]) -> Vec<Event> {
    let events = changes.iter().filter_map(|change| match change {
        Change::Event { cose, .. } => Some(SignedEvent::read(&cose.0).unwrap().event),
        Change::Doc { .. } | Change::Unknown => None,
    });
    events.collect()
}

pub fn receipt(status: &PushStatus) -> &seal_core::outbox::Receipt {
    match status {
        PushStatus::Accepted { receipt } | PushStatus::Duplicate { receipt } => receipt,
        other => panic!("no receipt: {other:?}"),
    }
}

pub fn code(status: &PushStatus) -> &str {
    match status {
        PushStatus::Rejected { code, .. } => code,
        other => panic!("not rejected: {other:?}"),
    }
}
