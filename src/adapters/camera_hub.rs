//! The camera of the browser and desktop renderers. The page (`assets/camera.js`) has the picture; it
//! sends frames and photographs over a socket, this decodes them and tells the screens. The socket
//! itself is the wiring's business.
//!
//! Binary messages of the page: `S F kind formats w_hi w_lo h_hi h_lo` and the data; kind 1 is a frame
//! of `w * h` grey bytes, 2 a photograph of the stream, 3 a picture chosen to be scanned, 4 a photograph
//! chosen from files. Text messages of the page: `{"started": {practice, width, height, torch, zoom}}`,
//! `{"trouble": name}`, `{"touched": text}`, `{"stopped": true}`. To the page: a [`FrameReading`] for each frame or
//! `{"error": text}`, `{"do": "still"}`, `{"do": "stop"}`, `{"do": "cue", "cue": "right" | "wrong", "sound": bool,
//! "vibration": bool}`.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::{broadcast, mpsc, oneshot};

use super::barcode::{BarcodeError, Formats, Found, FrameReader, FrameReading, MAX_PICTURE_BYTES, decode_picture};
use crate::ports::camera::{Cue, CueWays};

/// Largest message a page may send, bytes.
pub const MAX_MESSAGE: usize = MAX_PICTURE_BYTES + HEADER;
/// Most pixels of a live frame.
const MAX_FRAME_PIXELS: u32 = 2560 * 1440;
/// How long a photograph may take to arrive.
const STILL_DEADLINE: Duration = Duration::from_secs(8);
const HEADER: usize = 8;

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
    /// The officer touched the code with this text in the picture.
    Touched(String),
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
    page: Mutex<Option<mpsc::Sender<String>>>,
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

    /// The address the page's module connects to (its option `socket`), secret included.
    pub fn url(&self, address: std::net::SocketAddr) -> String {
        format!("ws://{address}/frames?secret={}", self.secret)
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
        page.send(r#"{"do":"still"}"#.to_owned()).await.map_err(|_| StillError::NotRunning)?;
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
            let _ = page.try_send(r#"{"do":"stop"}"#.to_owned());
        }
    }

    /// Asks the page for a tone and a vibration. A page that is not there or does not listen gives none.
    pub fn cue(&self, cue: Cue, ways: CueWays) {
        let name = match cue {
            Cue::Right => "right",
            Cue::Wrong => "wrong",
        };
        let order = serde_json::json!({ "do": "cue", "cue": name, "sound": ways.sound, "vibration": ways.vibration });
        if let Some(page) = lock(&self.page).as_ref() {
            let _ = page.try_send(order.to_string());
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
}

impl Cameras {
    /// None yet.
    pub fn new() -> Cameras {
        Cameras::default()
    }

    /// A camera with a secret of its own, valid until the last handle is dropped.
    pub fn open(&self) -> Arc<CameraHub> {
        let hub = Arc::new(CameraHub::new());
        let mut hubs = lock(&self.hubs);
        hubs.retain(|h| h.strong_count() > 0);
        hubs.push(Arc::downgrade(&hub));
        hub
    }

    /// A page that knows a secret connects. `None` when no open camera has it.
    pub fn connect(&self, secret: &str) -> Option<PageLink> {
        let hubs: Vec<_> = lock(&self.hubs).iter().filter_map(Weak::upgrade).collect();
        let hub = hubs.into_iter().find(|hub| same(hub.secret.as_bytes(), secret.as_bytes()))?;
        let (send, commands) = mpsc::channel(4);
        *lock(&hub.page) = Some(send.clone());
        Some(PageLink { hub: Arc::downgrade(&hub), send, commands, reader: FrameReader::new() })
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

/// The camera's end of a page's socket. Does not keep the camera open.
pub struct PageLink {
    hub: Weak<CameraHub>,
    send: mpsc::Sender<String>,
    commands: mpsc::Receiver<String>,
    reader: FrameReader,
}

/// The camera was closed: hang up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

impl PageLink {
    /// The next text to send to the page of the camera's own accord.
    pub async fn command(&mut self) -> String {
        match self.commands.recv().await {
            Some(command) => command,
            None => std::future::pending().await, // never: we hold a sender ourselves
        }
    }

    /// Handles a binary message; the answer, if any, is for the page. Decoding runs on other threads.
    pub async fn binary(&mut self, bytes: Vec<u8>) -> Result<Option<String>, Closed> {
        let hub = self.hub.upgrade().ok_or(Closed)?;
        match incoming(bytes) {
            Some(Incoming::Frame { formats, w, h, luma }) => {
                let reader = std::mem::take(&mut self.reader);
                let work = tokio::task::spawn_blocking(move || read(reader, luma, w, h, formats));
                let reading = match work.await {
                    Ok((reader, reading)) => {
                        self.reader = reader;
                        reading
                    }
                    Err(_) => Err(BarcodeError::ReaderFailed),
                };
                Ok(Some(tell_frame(&hub, reading)))
            }
            Some(Incoming::Still(jpeg)) => {
                let waiting = lock(&hub.waiting).take();
                let left = match waiting {
                    Some(waiting) => waiting.send(jpeg).err(), // given back when the wait is over
                    None => Some(jpeg),
                };
                left.into_iter().for_each(|jpeg| hub.tell(CameraEvent::Photo(Arc::new(jpeg))));
                Ok(None)
            }
            Some(Incoming::Chosen(bytes)) => {
                hub.tell(CameraEvent::Photo(Arc::new(bytes)));
                Ok(None)
            }
            Some(Incoming::Picture { formats, bytes }) => {
                let found = tokio::task::spawn_blocking(move || decode_picture(&bytes, formats)).await;
                hub.tell(CameraEvent::Picture(found.unwrap_or(Err(BarcodeError::ReaderFailed))));
                Ok(None)
            }
            None => Ok(Some(r#"{"error":"not understood"}"#.into())),
        }
    }

    /// Handles a text message. One we do not know comes from a newer page and is ignored.
    pub fn text(&mut self, text: &str) -> Result<(), Closed> {
        let hub = self.hub.upgrade().ok_or(Closed)?;
        match serde_json::from_str(text) {
            Ok(Told::Started(started)) => hub.tell(CameraEvent::Started(started)),
            Ok(Told::Trouble(trouble)) => hub.tell(CameraEvent::Trouble(trouble)),
            Ok(Told::Touched(text)) => hub.tell(CameraEvent::Touched(text)),
            Ok(Told::Stopped(_)) => {} // the closing socket says it
            Err(e) => tracing::debug!("camera page said something unknown: {e}"),
        }
        Ok(())
    }
}

/// The page is gone, and with it whoever waits for its picture.
impl Drop for PageLink {
    fn drop(&mut self) {
        let Some(hub) = self.hub.upgrade() else { return };
        let mut page = lock(&hub.page);
        if page.as_ref().is_some_and(|p| p.same_channel(&self.send)) {
            *page = None;
            lock(&hub.waiting).take();
            hub.tell(CameraEvent::Stopped);
        }
    }
}

fn read(
    mut reader: FrameReader,
    luma: Vec<u8>,
    w: u32,
    h: u32,
    formats: Formats,
) -> (FrameReader, Result<FrameReading, BarcodeError>) {
    let reading = reader.read(luma, w, h, formats);
    (reader, reading)
}

/// Tells the screens what a frame gave; the answer is for the page's outlines.
fn tell_frame(hub: &CameraHub, reading: Result<FrameReading, BarcodeError>) -> String {
    match reading {
        Ok(reading) => {
            // These types always serialise; an empty answer would still pace the page.
            let answer = serde_json::to_string(&reading).unwrap_or_else(|_| "{}".into());
            hub.tell(CameraEvent::Frame(reading));
            answer
        }
        Err(e) => {
            let answer = serde_json::json!({ "error": e.to_string() }).to_string();
            hub.tell(CameraEvent::Unread(e));
            answer
        }
    }
}

/// A binary message, taken apart.
enum Incoming {
    Frame { formats: Formats, w: u32, h: u32, luma: Vec<u8> },
    Still(Vec<u8>),
    Chosen(Vec<u8>),
    Picture { formats: Formats, bytes: Vec<u8> },
}

/// `None` when it is not one of ours.
fn incoming(mut bytes: Vec<u8>) -> Option<Incoming> {
    let head: [u8; HEADER] = bytes.get(..HEADER)?.try_into().ok()?;
    let data = bytes.split_off(HEADER);
    let [b'S', b'F', kind, formats, w1, w0, h1, h0] = head else { return None };
    let formats = Formats::by_id(formats);
    let (w, h) = (u32::from(u16::from_be_bytes([w1, w0])), u32::from(u16::from_be_bytes([h1, h0])));
    match kind {
        1 if w * h <= MAX_FRAME_PIXELS => Some(Incoming::Frame { formats, w, h, luma: data }),
        2 => Some(Incoming::Still(data)),
        3 => Some(Incoming::Picture { formats, bytes: data }),
        4 => Some(Incoming::Chosen(data)),
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Started(Started),
    Trouble(CameraTrouble),
    Touched(String),
    Stopped(serde::de::IgnoredAny),
}

#[cfg(test)]
#[path = "camera_hub/tests.rs"]
mod tests;
