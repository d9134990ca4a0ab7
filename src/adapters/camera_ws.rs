//! The camera of the browser and desktop renderers: one JS module (`assets/camera.js`) sends frames and
//! stills over a same-origin WebSocket with a secret; screens listen to a [`CameraHub`].
//!
//! Binary messages to us: `S F kind formats w_hi w_lo h_hi h_lo` and the data; kind 1 is a frame of
//! `w * h` grey bytes, 2 a photograph (JPEG), 3 a picture to scan. Text messages to us: `{"started":
//! {practice, width, height, torch, zoom}}`, `{"trouble": name}`, `{"stopped": true}`. From us: a
//! [`FrameReading`] for each frame (or `{"error": text}`), `{"do": "still"}`, `{"do": "stop"}`.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use seal_core::scan::Symbology;
use serde::Deserialize;
use tokio::sync::{broadcast, mpsc, oneshot};

use super::barcode::{BarcodeError, Formats, Found, FrameReader, FrameReading, MAX_PICTURE_BYTES, decode_picture};
use crate::practice::prints::{PracticeCode, feed_png};

/// Most pixels of a live frame.
const MAX_FRAME_PIXELS: u32 = 2560 * 1440;
/// How long a photograph may take to arrive.
const STILL_DEADLINE: Duration = Duration::from_secs(8);

/// What the camera tells the screens.
#[derive(Debug, Clone)]
pub enum CameraEvent {
    /// Pictures are coming.
    Started(Started),
    /// A frame was read, perhaps with nothing in it.
    Frame(FrameReading),
    /// A frame could not be searched; reading goes on with the next.
    Unread(BarcodeError),
    /// A chosen picture was searched for codes.
    Picture(Result<Vec<Found>, BarcodeError>),
    /// A photograph nobody waited for: chosen from a file. Its original bytes.
    Photo(Arc<Vec<u8>>),
    /// The camera cannot be used.
    Trouble(CameraTrouble),
    /// The camera was closed.
    Stopped,
}

/// The camera that was opened.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Started {
    /// The practice feed, not a camera.
    pub practice: bool,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// It has a torch.
    pub torch: bool,
    /// Largest zoom factor, where it has one.
    pub zoom: Option<f32>,
}

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CameraTrouble {
    /// The officer or the system refused the camera.
    #[error("the camera was not allowed; allow it in the settings, or choose a picture or type the number")]
    Denied,
    /// There is none.
    #[error("no camera was found; choose a picture or type the number")]
    NoCamera,
    /// Another program has it.
    #[error("another program uses the camera; close it and try again")]
    Busy,
    /// The page is not allowed to ask (neither https nor localhost).
    #[error("this page may not use the camera; open it as localhost")]
    Insecure,
    /// A chosen file is too large.
    #[error("the picture is too large")]
    TooLarge,
    /// Anything else.
    #[serde(other)]
    #[error("the camera failed; try again, choose a picture or type the number")]
    Failed,
}

/// Why no photograph came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StillError {
    /// No camera is open.
    #[error("the camera is not open")]
    NotRunning,
    /// Nothing came in time.
    #[error("the camera gave no picture; try again")]
    TooSlow,
}

/// One screen session's camera. Dropping the last handle closes the door to its WebSocket.
pub struct CameraHub {
    secret: String,
    events: broadcast::Sender<CameraEvent>,
    /// To the connected page, if any.
    page: Mutex<Option<mpsc::Sender<&'static str>>>,
    waiting: Mutex<Option<oneshot::Sender<Vec<u8>>>>,
    /// One photograph at a time.
    still: tokio::sync::Mutex<()>,
}

impl CameraHub {
    fn new() -> CameraHub {
        let random = || uuid::Uuid::new_v4().simple().to_string();
        CameraHub {
            secret: random() + &random(),
            events: broadcast::channel(64).0,
            page: Mutex::default(),
            waiting: Mutex::default(),
            still: tokio::sync::Mutex::default(),
        }
    }

    /// What the page must present; give it to `sealCamera.start` and to nobody else.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Events from now on. A slow listener loses the oldest frames.
    pub fn subscribe(&self) -> broadcast::Receiver<CameraEvent> {
        self.events.subscribe()
    }

    /// Takes a photograph in the camera's full resolution: the original JPEG bytes.
    pub async fn take_still(&self) -> Result<Vec<u8>, StillError> {
        let _one = self.still.lock().await;
        let page = lock(&self.page).clone().ok_or(StillError::NotRunning)?;
        let (send, receive) = oneshot::channel();
        *lock(&self.waiting) = Some(send);
        page.send(r#"{"do":"still"}"#).await.map_err(|_| StillError::NotRunning)?;
        match tokio::time::timeout(STILL_DEADLINE, receive).await {
            Ok(Ok(jpeg)) => Ok(jpeg),
            Ok(Err(_)) => Err(StillError::NotRunning),
            Err(_) => {
                lock(&self.waiting).take();
                Err(StillError::TooSlow)
            }
        }
    }

    /// Asks the page to close the camera.
    pub fn stop(&self) {
        if let Some(page) = lock(&self.page).as_ref() {
            // A full queue means the page is not listening any more.
            let _ = page.try_send(r#"{"do":"stop"}"#);
        }
    }

    /// Screens may all be closed: an event without listeners is no error.
    fn tell(&self, event: CameraEvent) {
        let _ = self.events.send(event);
    }
}

/// Hides the secret.
impl std::fmt::Debug for CameraHub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CameraHub").finish_non_exhaustive()
    }
}

/// All open cameras of this process.
#[derive(Debug, Default)]
pub struct Cameras {
    hubs: Mutex<Vec<Weak<CameraHub>>>,
    /// Origins besides our own, e.g. the desktop window's scheme.
    origins: Vec<String>,
}

impl Cameras {
    /// None yet; only same-origin pages may connect.
    pub fn new() -> Cameras {
        Cameras::default()
    }

    /// Lets pages of another origin connect too, e.g. `dioxus://index.html`.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Cameras {
        self.origins.push(origin.into());
        self
    }

    /// A camera for a screen session, with a secret of its own.
    pub fn open(&self) -> Arc<CameraHub> {
        let hub = Arc::new(CameraHub::new());
        let mut hubs = lock(&self.hubs);
        hubs.retain(|h| h.strong_count() > 0);
        hubs.push(Arc::downgrade(&hub));
        hub
    }

    fn find(&self, secret: &str) -> Option<Arc<CameraHub>> {
        let hubs: Vec<_> = lock(&self.hubs).iter().filter_map(Weak::upgrade).collect();
        hubs.into_iter().find(|hub| same(hub.secret.as_bytes(), secret.as_bytes()))
    }

    /// Browsers send `Origin` with every WebSocket; it must be ours, and we must have been asked for
    /// by a loopback name (else a foreign name resolved to this machine would pass as "same").
    fn may_connect(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
        let (Some(origin), Some(host)) = (text(header::ORIGIN), text(header::HOST)) else {
            return false;
        };
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|c| c.is_ascii_digit()) => name,
            _ => host,
        };
        let loopback = matches!(name, "127.0.0.1" | "localhost" | "[::1]");
        loopback && (origin == format!("http://{host}") || self.origins.iter().any(|o| o == origin))
    }
}

/// Compares without telling by its time where the first difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && std::hint::black_box(a.iter().zip(b).fold(0, |d, (x, y)| d | (x ^ y))) == 0
}

/// A panic elsewhere leaves these small states whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `GET /frames?secret=` (WebSocket), `GET /camera.js`, `GET /practice/feed.png?symbology=&code=&jitter=`.
pub fn routes<S: Clone + Send + Sync + 'static>(cameras: Arc<Cameras>) -> Router<S> {
    Router::new()
        .route("/frames", get(frames))
        .route("/camera.js", get(script))
        .route("/practice/feed.png", get(feed))
        .with_state(cameras)
}

/// The JS module, for renderers that load it as text.
pub const CAMERA_JS: &str = include_str!("../../assets/camera.js");

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], CAMERA_JS)
}

#[derive(Deserialize)]
struct FeedQuery {
    symbology: Symbology,
    code: String,
    #[serde(default)]
    jitter: u64,
}

async fn feed(Query(query): Query<FeedQuery>) -> Response {
    let code = PracticeCode::new(query.symbology, query.code);
    match tokio::task::spawn_blocking(move || feed_png(&code, query.jitter)).await {
        Ok(Ok(png)) => (
            [
                (header::CONTENT_TYPE, "image/png"),
                (header::CACHE_CONTROL, "no-store"),
                // the desktop window has another origin and must read the pixels
                (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            ],
            png,
        )
            .into_response(),
        Ok(Err(e)) => (StatusCode::UNPROCESSABLE_ENTITY, e.to_string()).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[derive(Deserialize)]
struct FramesQuery {
    secret: String,
}

async fn frames(
    State(cameras): State<Arc<Cameras>>,
    Query(query): Query<FramesQuery>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !cameras.may_connect(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(hub) = cameras.find(&query.secret) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let most = MAX_PICTURE_BYTES + HEADER;
    let upgrade = upgrade.max_message_size(most).max_frame_size(most);
    // The socket must not keep the hub alive: when the screen is gone, the camera ends.
    let hub = Arc::downgrade(&hub);
    upgrade.on_upgrade(move |socket| serve(socket, hub))
}

async fn serve(mut socket: WebSocket, hub: Weak<CameraHub>) {
    let (send, mut commands) = mpsc::channel(4);
    match hub.upgrade() {
        Some(hub) => *lock(&hub.page) = Some(send.clone()), // a newer page replaces an older one
        None => return,
    }
    let mut reader = FrameReader::new();
    loop {
        let answer = tokio::select! {
            command = commands.recv() => command.map(str::to_owned),
            message = socket.recv() => match (message, hub.upgrade()) {
                (Some(Ok(Message::Binary(bytes))), Some(hub)) => {
                    let (back, answer) = binary(reader, bytes.to_vec(), &hub).await;
                    reader = back;
                    answer
                }
                (Some(Ok(Message::Text(text))), Some(hub)) => {
                    told(&text, &hub);
                    None
                }
                (Some(Ok(Message::Ping(_) | Message::Pong(_))), Some(_)) => None,
                _ => break,
            },
        };
        if let Some(text) = answer
            && socket.send(Message::Text(text.into())).await.is_err()
        {
            break;
        }
    }
    if let Some(hub) = hub.upgrade() {
        let mut page = lock(&hub.page);
        if page.as_ref().is_some_and(|p| p.same_channel(&send)) {
            *page = None;
            lock(&hub.waiting).take();
            hub.tell(CameraEvent::Stopped);
        }
    }
}

const HEADER: usize = 8;

/// A binary message, taken apart. `None` when it is not one of ours.
#[derive(Debug, PartialEq, Eq)]
enum Incoming {
    Frame { formats: Formats, w: u32, h: u32, luma: Vec<u8> },
    Still(Vec<u8>),
    Picture { formats: Formats, bytes: Vec<u8> },
}

fn incoming(mut bytes: Vec<u8>) -> Option<Incoming> {
    let head: [u8; HEADER] = bytes.get(..HEADER)?.try_into().ok()?;
    let data = bytes.split_off(HEADER);
    let [b'S', b'F', kind, formats, w1, w0, h1, h0] = head else {
        return None;
    };
    let formats = Formats::by_id(formats);
    let (w, h) = (u32::from(u16::from_be_bytes([w1, w0])), u32::from(u16::from_be_bytes([h1, h0])));
    match kind {
        1 if w * h <= MAX_FRAME_PIXELS => Some(Incoming::Frame { formats, w, h, luma: data }),
        2 => Some(Incoming::Still(data)),
        3 => Some(Incoming::Picture { formats, bytes: data }),
        _ => None,
    }
}

/// Handles a binary message; the answer is for the page. Lends the reader to a blocking thread.
async fn binary(mut reader: FrameReader, bytes: Vec<u8>, hub: &CameraHub) -> (FrameReader, Option<String>) {
    match incoming(bytes) {
        Some(Incoming::Frame { formats, w, h, luma }) => {
            let work = tokio::task::spawn_blocking(move || {
                let reading = reader.read(luma, w, h, formats);
                (reader, reading)
            });
            let Ok((reader, reading)) = work.await else {
                return (FrameReader::new(), Some(error(&BarcodeError::ReaderFailed)));
            };
            let answer = match reading {
                Ok(reading) => {
                    let answer = serde_json::to_string(&reading).ok();
                    hub.tell(CameraEvent::Frame(reading));
                    answer
                }
                Err(e) => {
                    let answer = error(&e);
                    hub.tell(CameraEvent::Unread(e));
                    Some(answer)
                }
            };
            (reader, answer)
        }
        Some(Incoming::Still(jpeg)) => {
            let waiting = lock(&hub.waiting).take();
            if let Some(jpeg) = match waiting {
                Some(waiting) => waiting.send(jpeg).err(), // given back when the wait is over
                None => Some(jpeg),
            } {
                hub.tell(CameraEvent::Photo(Arc::new(jpeg)));
            }
            (reader, None)
        }
        Some(Incoming::Picture { formats, bytes }) => {
            let found = tokio::task::spawn_blocking(move || decode_picture(&bytes, formats)).await;
            hub.tell(CameraEvent::Picture(found.unwrap_or(Err(BarcodeError::ReaderFailed))));
            (reader, None)
        }
        None => (reader, Some(r#"{"error":"not understood"}"#.into())),
    }
}

fn error(e: &BarcodeError) -> String {
    serde_json::json!({ "error": e.to_string() }).to_string()
}

/// A text message. One we do not know comes from a newer page and is ignored.
fn told(text: &str, hub: &CameraHub) {
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Told {
        Started(Started),
        Trouble(CameraTrouble),
        Stopped(serde::de::IgnoredAny),
    }
    match serde_json::from_str(text) {
        Ok(Told::Started(started)) => hub.tell(CameraEvent::Started(started)),
        Ok(Told::Trouble(trouble)) => hub.tell(CameraEvent::Trouble(trouble)),
        Ok(Told::Stopped(_)) => {} // the closing socket says it
        Err(e) => tracing::debug!("camera page said something unknown: {e}"),
    }
}

#[cfg(test)]
#[path = "camera_ws_tests.rs"]
mod tests;
