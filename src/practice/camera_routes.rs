//! The socket and the files behind `assets/camera.js`, for the renderers that show the UI in a page.

use std::sync::Arc;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use seal_core::scan::Symbology;
use serde::Deserialize;

use super::scenes::SCENES;
use super::screens::Screens;
use crate::adapters::camera_hub::{Cameras, MAX_MESSAGE, PageLink};
use seal_prints::{CannotEncode, PracticeCode, blank_png, feed_png};

/// The JS module, for renderers that load it as text.
pub const CAMERA_JS: &str = include_str!("../../assets/camera.js");

#[derive(Clone)]
struct Door {
    cameras: Arc<Cameras>,
    screens: Arc<Screens>,
    origins: Arc<[String]>,
}

/// `GET /frames?secret=` (WebSocket), `GET /camera.js`, `GET /practice/feed.png?symbology=&code=&jitter=`,
/// `GET /practice/scene.jpg?photo=` (a name of [`SCENES`]), `GET /practice/screen.png?device=&turn=` (what a device shows now).
/// Pages of our own origin may connect, and those of `origins` (the desktop window's scheme).
pub fn routes<S: Clone + Send + Sync + 'static>(
    cameras: Arc<Cameras>,
    screens: Arc<Screens>,
    origins: Vec<String>,
) -> Router<S> {
    Router::new()
        .route("/frames", get(frames))
        .route("/camera.js", get(script))
        .route("/practice/feed.png", get(feed))
        .route("/practice/scene.jpg", get(scene))
        .route("/practice/screen.png", get(screen))
        .with_state(Door { cameras, screens, origins: origins.into() })
}

/// Browsers send `Origin` with every WebSocket; it must be ours, and we must have been asked for by a
/// loopback name (else a foreign name resolved to this machine would pass as "same").
fn may_connect(headers: &HeaderMap, origins: &[String]) -> bool {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    let (Some(origin), Some(host)) = (text(header::ORIGIN), text(header::HOST)) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    };
    let loopback = matches!(name, "127.0.0.1" | "localhost" | "[::1]");
    loopback && (origin == format!("http://{host}") || origins.iter().any(|o| o == origin))
}

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
    picture(move || feed_png(&code, query.jitter)).await
}

#[derive(Deserialize)]
struct ScreenQuery {
    device: String,
    #[serde(default)]
    turn: u64,
}

/// Another device's screen as this camera sees it; a dark one while it shows nothing.
async fn screen(State(door): State<Door>, Query(query): Query<ScreenQuery>) -> Response {
    let code = door.screens.seen(&query.device, query.turn);
    picture(move || match code {
        Some(code) => feed_png(&PracticeCode::new(Symbology::Qr, code), query.turn),
        None => blank_png(),
    })
    .await
}

async fn picture(draw: impl FnOnce() -> Result<Vec<u8>, CannotEncode> + Send + 'static) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "no-store"),
        // the desktop window has another origin and must read the pixels
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    match tokio::task::spawn_blocking(draw).await {
        Ok(Ok(png)) => (headers, png).into_response(),
        Ok(Err(e)) => (StatusCode::UNPROCESSABLE_ENTITY, e.to_string()).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[derive(Deserialize)]
struct SceneQuery {
    photo: String,
}

async fn scene(Query(query): Query<SceneQuery>) -> Response {
    match SCENES.iter().find(|(name, ..)| *name == query.photo) {
        Some((.., jpeg)) => {
            ([(header::CONTENT_TYPE, "image/jpeg"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], *jpeg).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
struct FramesQuery {
    secret: String,
}

async fn frames(
    State(door): State<Door>,
    Query(query): Query<FramesQuery>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !may_connect(&headers, &door.origins) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(link) = door.cameras.connect(&query.secret) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let upgrade = upgrade.max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE);
    upgrade.on_upgrade(move |socket| serve(socket, link))
}

async fn serve(mut socket: WebSocket, mut link: PageLink) {
    loop {
        let answer = tokio::select! {
            command = link.command() => Ok(Some(command)),
            message = socket.recv() => match message {
                Some(Ok(Message::Binary(bytes))) => link.binary(bytes.to_vec()).await,
                Some(Ok(Message::Text(text))) => link.text(&text).map(|()| None),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
        };
        let sent = match answer {
            Ok(Some(text)) => socket.send(Message::Text(text.into())).await,
            Ok(None) => Ok(()),
            Err(_closed) => return,
        };
        if sent.is_err() {
            return;
        }
    }
}

#[cfg(test)]
#[path = "camera_routes_tests.rs"]
mod tests;
