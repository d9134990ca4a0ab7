//! Papers made on a screen, for the page that shows it: `GET /papers/<secret>/<name>`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::adapters::paper_hub::Papers;

/// What an opening's papers are fetched by.
pub fn routes<S: Clone + Send + Sync + 'static>(papers: Arc<Papers>) -> Router<S> {
    Router::new().route("/papers/{secret}/{name}", get(paper)).with_state(papers)
}

async fn paper(State(papers): State<Arc<Papers>>, Path((secret, name)): Path<(String, String)>) -> Response {
    let Some(paper) = papers.find(&secret, &name) else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (header::CONTENT_TYPE, paper.media_type.to_owned()),
        // Shown where the page can show it; the name is for whoever saves it. `find` knows only plain names.
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (headers, paper.bytes.clone()).into_response()
}
