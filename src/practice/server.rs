//! The practice set in a browser: the same screens as on a phone, over dioxus-liveview, on loopback only.
//!
//! ```text
//! /                  the phones side by side on a wide screen, a choice on a narrow one
//! /origin            one phone (also /origin-2, /destination, /owner)
//! /origin/live       its WebSocket
//! /frames, /camera.js, /practice/...   the page's camera
//! /prints            sheets and labels to print and scan
//! /papers/...        documents made on a phone's screen
//! ```

use std::sync::Arc;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use dioxus::prelude::VirtualDom;
use dioxus_liveview::LiveViewPool;

use super::set::PracticeSet;
use super::{camera_routes, loopback, paper_routes, print_pages, session};
use crate::adapters::camera_hub::Cameras;
use crate::adapters::paper_hub::Papers;
use crate::ui::screens::{App, AppProps, DeskPartsProp};

#[derive(Clone)]
struct Shell {
    set: Arc<PracticeSet>,
    cameras: Arc<Cameras>,
    papers: Arc<Papers>,
    pool: Arc<LiveViewPool>,
}

/// Everything the browser asks for.
pub fn router(set: Arc<PracticeSet>) -> Router {
    let (cameras, papers) = (Arc::new(Cameras::new()), Arc::new(Papers::default()));
    let shell = Shell {
        set: Arc::clone(&set),
        cameras: Arc::clone(&cameras),
        papers: Arc::clone(&papers),
        pool: Arc::new(LiveViewPool::new()),
    };
    let pages = Router::new()
        .route("/", get(all))
        .route("/{device}", get(phone))
        .route("/{device}/live", get(live))
        .with_state(shell)
        .merge(camera_routes::routes(cameras, Arc::clone(&set.screens), Vec::new()))
        .merge(paper_routes::routes(papers))
        .merge(print_pages::routes(set));
    loopback::only(pages)
}

async fn all(State(shell): State<Shell>) -> Html<String> {
    let phones: String = shell
        .set
        .devices
        .iter()
        .map(|device| {
            let name = shell.set.title(device);
            format!(
                "<figure><figcaption><a href='/{0}'>{name} <small>{1}</small></a></figcaption>\
                 <iframe src='/{0}' title='{name}' allow='camera'></iframe></figure>",
                device.name, device.unit
            )
        })
        .collect();
    Html(format!(
        "<!doctype html><html lang=vi><head><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'>\
         <title>seal-field · thực hành</title><style>{ALL_STYLE}</style></head>\
         <body><header><b>seal-field · THỰC HÀNH</b> <a href='/prints' target=_blank>Phiếu và nhãn để in, để quét</a></header>\
         <main>{phones}</main></body></html>"
    ))
}

const ALL_STYLE: &str = "body{margin:0;font:16px system-ui,sans-serif;background:#22323d;color:#fff}\
header{padding:12px 20px;display:flex;gap:24px;flex-wrap:wrap;align-items:baseline}a{color:#9adbf8}\
main{display:flex;flex-wrap:wrap;gap:20px;justify-content:center;padding:8px 20px 24px}figure{margin:0}\
figcaption{padding:6px 4px 10px;font-weight:600}small{opacity:.7}\
iframe{inline-size:412px;block-size:min(892px,calc(100vh - 130px));border:0;border-radius:26px;background:#fff}\
@media(max-width:460px){iframe{display:none}figcaption{font-size:22px;padding:16px}}";

async fn phone(State(shell): State<Shell>, Path(name): Path<String>) -> Response {
    let Some(device) = shell.set.device(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let glue = dioxus_liveview::interpreter_glue(&format!("/{}/live", device.name));
    Html(format!(
        "<!doctype html><html lang=vi><head><meta charset=utf-8>\
         <meta name=viewport content='width=device-width,initial-scale=1,viewport-fit=cover'>\
         <title>seal-field · {}</title><link rel=icon href='data:,'><script src='/camera.js'></script>\
         <style>html,body{{margin:0;block-size:100%}}</style></head><body><div id=main></div>{glue}</body></html>",
        device.unit
    ))
    .into_response()
}

async fn live(
    State(shell): State<Shell>,
    Path(name): Path<String>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Some(device) = shell.set.device(&name).cloned() else { return StatusCode::NOT_FOUND.into_response() };
    // Browsers send the page's origin with a WebSocket: only our own pages may drive a device.
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let own =
        text(header::ORIGIN).zip(text(header::HOST)).is_some_and(|(origin, host)| origin == format!("http://{host}"));
    if !own {
        return StatusCode::FORBIDDEN.into_response();
    }
    upgrade.on_upgrade(move |socket| async move {
        let parts = session::parts(&shell.set, &device, &shell.cameras, &shell.papers, None);
        let socket = dioxus_liveview::axum_socket(socket);
        let page = move || VirtualDom::new_with_props(App, AppProps { parts: DeskPartsProp(parts) });
        if let Err(error) = shell.pool.launch_virtualdom(socket, page).await {
            // Every closed page ends like this; all state is in the store.
            tracing::debug!(%error, "a page was closed");
        }
    })
}
