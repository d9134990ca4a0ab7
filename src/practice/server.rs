//! The practice set in a browser: the same screens as on a phone, over dioxus-liveview, on loopback only.
//!
//! ```text
//! /                  the three phones side by side on a wide screen, a choice on a narrow one
//! /origin            one phone (also /destination, /owner)
//! /origin/live       its WebSocket
//! /frames, /camera.js, /practice/...   the page's camera
//! /prints            sheets and labels to print and scan
//! ```

use std::sync::Arc;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use dioxus::prelude::VirtualDom;
use dioxus_liveview::LiveViewPool;

use super::panel::Panel;
use super::set::PracticeSet;
use super::{camera_routes, print_pages};
use crate::actions::Kit;
use crate::adapters::camera_hub::Cameras;
use crate::adapters::hub_camera::HubCamera;
use crate::ui::desk::DeskParts;
use crate::ui::screens::{App, AppProps, DeskPartsProp};

#[derive(Clone)]
struct Shell {
    set: Arc<PracticeSet>,
    cameras: Arc<Cameras>,
    pool: Arc<LiveViewPool>,
}

/// Everything the browser asks for.
pub fn router(set: Arc<PracticeSet>) -> Router {
    let cameras = Arc::new(Cameras::new());
    let shell = Shell { set: Arc::clone(&set), cameras: Arc::clone(&cameras), pool: Arc::new(LiveViewPool::new()) };
    Router::new()
        .route("/", get(all))
        .route("/{device}", get(phone))
        .route("/{device}/live", get(live))
        .with_state(shell)
        .merge(camera_routes::routes(cameras, Vec::new()))
        .merge(print_pages::routes(set))
        .layer(middleware::from_fn(loopback_only))
}

/// A page of another site that resolves its own name to this machine must not reach practice.
async fn loopback_only(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if is_loopback(host) { next.run(request).await } else { StatusCode::FORBIDDEN.into_response() }
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

async fn all(State(shell): State<Shell>) -> Html<String> {
    let phones: String = shell
        .set
        .devices
        .iter()
        .map(|device| {
            let office = shell.set.world.offices.iter().find(|office| office.code.as_str() == device.unit);
            let name = office.map_or(device.unit, |office| office.short.as_str());
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
        // Each page has a camera of its own, so that two pages of one device do not fight over it.
        let hub = shell.cameras.open();
        let camera_url = format!("/frames?secret={}", hub.secret());
        let parts = DeskParts {
            kit: Kit { camera: Arc::new(HubCamera::new(hub)), ..device.kit().clone() },
            sync: Arc::new(device.device.sync.clone()),
            practice: Some(Arc::new(Panel::new(Arc::clone(&shell.set), Arc::clone(&device)))),
            camera_url: Some(camera_url),
        };
        let socket = dioxus_liveview::axum_socket(socket);
        let page = move || VirtualDom::new_with_props(App, AppProps { parts: DeskPartsProp(parts) });
        if let Err(error) = shell.pool.launch_virtualdom(socket, page).await {
            // Every closed page ends like this; all state is in the store.
            tracing::debug!(%error, "a page was closed");
        }
    })
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_loopback_names_are_served() {
        for host in ["127.0.0.1:8080", "localhost", "[::1]:80"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["", "evil.example:8080", "127.0.0.1.evil.example", "192.168.1.5:8080"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
