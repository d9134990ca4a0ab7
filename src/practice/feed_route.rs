//! The practice feed over HTTP, for the camera page (`assets/camera.js`).

use axum::Router;
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use seal_core::scan::Symbology;
use serde::Deserialize;

use super::prints::{PracticeCode, feed_png};

/// `GET /practice/feed.png?symbology=&code=&jitter=`: one frame that shows the code.
/// `GET /practice/scene.jpg?photo=`: a scene to photograph, by its name in [`SCENES`].
pub fn feed_route<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/practice/feed.png", get(feed)).route("/practice/scene.jpg", get(scene))
}

macro_rules! scenes {
    ($($name:literal),+ $(,)?) => {
        /// Scenes to photograph: drawn pictures of 1280 x 720, by name.
        pub const SCENES: &[(&str, &[u8])] =
            &[$(($name, include_bytes!(concat!("../../assets/practice/photos/", $name, ".jpg")))),+];
    };
}
scenes!("doors", "rope_path", "closed_lock", "plates", "housing", "cut_seal", "parcel", "paper", "blurred");

#[derive(Deserialize)]
struct SceneQuery {
    photo: String,
}

async fn scene(Query(query): Query<SceneQuery>) -> Response {
    match SCENES.iter().find(|(name, _)| *name == query.photo) {
        Some((_, jpeg)) => {
            ([(header::CONTENT_TYPE, "image/jpeg"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], *jpeg).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
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
