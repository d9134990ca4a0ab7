//! The network between phones and the central: it loses, halves, doubles, delays, caches and answers for itself.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use futures_util::stream;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Request, Response};
use seal_core::wire::PROTO_HEADER;
use seal_field::adapters::http::Carrier;
use seal_field::ports::central::CentralTrouble;
use tower::ServiceExt as _;

use super::dice::Dice;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// It never arrives.
    LostRequest,
    /// Half of its body arrives, then the connection breaks.
    HalfRequest,
    /// It is done, and the answer does not come back.
    LostAnswer,
    /// It is done, and half of the answer comes back.
    HalfAnswer,
    /// It is done twice, at once.
    Twice,
    /// It is done, and once more some time later.
    Later,
    /// It never arrives now, but some time later.
    Delayed,
    /// It is done, and a proxy answers with what it was told the last time.
    Cached,
    /// It is done, and somebody says that it was not.
    FalseError,
    /// A login page with status 200.
    Portal,
    /// A login page elsewhere.
    Redirect,
    /// RFC 6585.
    LoginRequired,
    Busy,
    Unavailable,
    /// 200 and our marker, and a body of another kind.
    WrongKind,
    /// 200 and our marker, and noise for a body.
    Noise,
}

const FAULTS: [(u32, Fault); 16] = [
    (10, Fault::LostRequest),
    (4, Fault::HalfRequest),
    (10, Fault::LostAnswer),
    (4, Fault::HalfAnswer),
    (4, Fault::Twice),
    (4, Fault::Later),
    (4, Fault::Delayed),
    (2, Fault::Cached),
    (3, Fault::FalseError),
    (2, Fault::Portal),
    (1, Fault::Redirect),
    (1, Fault::LoginRequired),
    (2, Fault::Busy),
    (2, Fault::Unavailable),
    (1, Fault::WrongKind),
    (1, Fault::Noise),
];

/// A request as it travels.
#[derive(Debug, Clone)]
struct Letter {
    method: reqwest::Method,
    path: String,
    headers: reqwest::header::HeaderMap,
    body: Bytes,
}

impl Letter {
    fn of(request: &Request) -> Self {
        let url = request.url();
        let query = url.query().map_or(String::new(), |query| format!("?{query}"));
        let body = request.body().and_then(|body| body.as_bytes()).map_or(Bytes::new(), Bytes::copy_from_slice);
        Self {
            method: request.method().clone(),
            path: format!("{}{query}", url.path()),
            headers: request.headers().clone(),
            body,
        }
    }

    /// For a cache: what is asked, whoever asks.
    fn what(&self) -> String {
        format!("{} {}", self.method, self.path.split('?').next().unwrap_or_default())
    }
}

#[derive(Clone)]
struct Reply {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: Bytes,
}

struct State {
    router: Option<Router>,
    dice: Dice,
    /// Requests of 1000 that something happens to.
    weather: u32,
    strays: Vec<Letter>,
    cache: HashMap<(usize, String), Reply>,
    requests: u64,
    faults: BTreeMap<Fault, u64>,
}

/// The network of one world.
#[derive(Clone)]
pub struct Network(Arc<Mutex<State>>);

impl Network {
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            router: None,
            dice: Dice::new(seed),
            weather: 0,
            strays: Vec::new(),
            cache: HashMap::new(),
            requests: 0,
            faults: BTreeMap::new(),
        })))
    }

    /// The central behind it, or none: it is down.
    pub fn lead_to(&self, router: Option<Router>) {
        self.0.lock().unwrap().router = router;
    }

    pub fn is_down(&self) -> bool {
        self.0.lock().unwrap().router.is_none()
    }

    pub fn weather(&self, faults_per_mille: u32) {
        self.0.lock().unwrap().weather = faults_per_mille;
    }

    /// The line of one phone.
    pub fn line(&self, phone: usize) -> Arc<Line> {
        Arc::new(Line { network: self.clone(), phone })
    }

    /// A late copy of some request arrives now. False when there is none.
    pub async fn stray(&self) -> bool {
        let letter = {
            let mut state = self.0.lock().unwrap();
            if state.strays.is_empty() {
                return false;
            }
            let n = state.strays.len();
            let at = state.dice.below(n);
            state.strays.swap_remove(at)
        };
        self.deliver(&letter, letter.body.len()).await;
        true
    }

    pub fn told(&self) -> (u64, BTreeMap<Fault, u64>) {
        let state = self.0.lock().unwrap();
        (state.requests, state.faults.clone())
    }

    /// Hands a letter to the central; of its body only the first `bytes` arrive.
    async fn deliver(&self, letter: &Letter, bytes: usize) -> Option<Reply> {
        let router = self.0.lock().unwrap().router.clone()?;
        let mut request = axum::http::Request::builder().method(letter.method.clone()).uri(&letter.path);
        if let Some(headers) = request.headers_mut() {
            *headers = letter.headers.clone();
            headers.insert("content-length", letter.body.len().into());
        }
        let body = if bytes < letter.body.len() {
            let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
            Body::from_stream(stream::iter([Ok(letter.body.slice(..bytes)), Err(broken)]))
        } else {
            Body::from(letter.body.clone())
        };
        let response = router.oneshot(request.body(body).expect("a request")).await.expect("axum answers always");
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("the answer is whole");
        Some(Reply { status: head.status.as_u16(), headers: head.headers, body })
    }
}

fn offline() -> CentralTrouble {
    CentralTrouble::Offline("simulated".to_owned())
}

fn response(reply: Reply, bytes: usize) -> Response {
    let mut answer = axum::http::Response::builder().status(reply.status);
    if let Some(headers) = answer.headers_mut() {
        *headers = reply.headers;
    }
    let body = if bytes < reply.body.len() {
        let broken = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        reqwest::Body::wrap_stream(stream::iter([Ok(reply.body.slice(..bytes)), Err(broken)]))
    } else {
        reqwest::Body::from(reply.body)
    };
    Response::from(answer.body(body).expect("an answer"))
}

fn stranger(status: u16, kind: &str, body: &str) -> Reply {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert(CONTENT_TYPE, kind.parse().expect("a media type"));
    Reply { status, headers, body: Bytes::copy_from_slice(body.as_bytes()) }
}

/// A phone's way into the network.
pub struct Line {
    network: Network,
    phone: usize,
}

#[async_trait]
impl Carrier for Line {
    async fn carry(&self, request: Request) -> Result<Response, CentralTrouble> {
        let letter = Letter::of(&request);
        let (fault, dice) = {
            let mut state = self.network.0.lock().unwrap();
            state.requests += 1;
            let weather = state.weather;
            let fault = state.dice.per_mille(weather).then(|| state.dice.weighed(&FAULTS));
            if let Some(fault) = fault {
                *state.faults.entry(fault).or_default() += 1;
            }
            (fault, state.dice.next())
        };
        let whole = letter.body.len();
        let part = |of: usize| (dice % (of as u64).max(1)) as usize;
        let deliver = |bytes: usize| self.network.deliver(&letter, bytes);
        let keep = |reply: &Reply| {
            let mut state = self.network.0.lock().unwrap();
            state.cache.insert((self.phone, letter.what()), reply.clone());
        };
        let late = || self.network.0.lock().unwrap().strays.push(letter.clone());
        let reply = match fault {
            None => {
                let reply = deliver(whole).await.ok_or_else(offline)?;
                keep(&reply);
                reply
            }
            Some(Fault::LostRequest) => return Err(offline()),
            Some(Fault::HalfRequest) => {
                deliver(part(whole)).await;
                return Err(offline());
            }
            Some(Fault::HalfAnswer) => {
                let reply = deliver(whole).await.ok_or_else(offline)?;
                let bytes = part(reply.body.len());
                return Ok(response(reply, bytes));
            }
            Some(Fault::Twice) => {
                deliver(whole).await;
                deliver(whole).await.ok_or_else(offline)?
            }
            Some(Fault::Later) => {
                late();
                deliver(whole).await.ok_or_else(offline)?
            }
            Some(Fault::Delayed) => {
                late();
                return Err(offline());
            }
            // Of what only asks: nothing keeps answers to what changes something.
            Some(Fault::Cached) if letter.method == reqwest::Method::GET => {
                let now = deliver(whole).await.ok_or_else(offline)?;
                let state = self.network.0.lock().unwrap();
                state.cache.get(&(self.phone, letter.what())).cloned().unwrap_or(now)
            }
            Some(Fault::LostAnswer | Fault::Cached) => {
                deliver(whole).await;
                return Err(offline());
            }
            Some(Fault::FalseError) => {
                deliver(whole).await;
                stranger(502, "text/html", "<h1>Bad Gateway</h1>")
            }
            Some(Fault::Portal) => stranger(200, "text/html", "<form>Wifi</form>"),
            Some(Fault::Redirect) => {
                let mut reply = stranger(302, "text/html", "");
                reply.headers.insert("location", "http://portal.example/login".parse().expect("a header"));
                reply
            }
            Some(Fault::LoginRequired) => stranger(511, "text/html", ""),
            Some(Fault::Busy) => {
                let mut reply = stranger(429, "application/problem+json", "{}");
                reply.headers.insert(RETRY_AFTER, (dice % 120).into());
                reply
            }
            Some(Fault::Unavailable) => stranger(503, "text/plain", "maintenance"),
            Some(Fault::WrongKind) => {
                let mut reply = stranger(200, "application/json", r#"{"proto":"sealfield/1","results":[],"ok":true}"#);
                reply.headers.insert(PROTO_HEADER, seal_core::wire::PROTO.parse().expect("a header"));
                reply
            }
            Some(Fault::Noise) => {
                let mut reply = deliver(whole).await.ok_or_else(offline)?;
                let mut bytes = reply.body.to_vec();
                let n = bytes.len();
                if n > 0 {
                    // Not mistaken for another answer: no JSON string holds a control character, and what is packed
                    // has a checksum.
                    bytes[part(n)] = 0x11;
                }
                reply.body = bytes.into();
                reply
            }
        };
        let bytes = reply.body.len();
        Ok(response(reply, bytes))
    }
}
