//! Serves the component gallery to a browser: `cargo run --example gallery --features live`, then open
//! `http://127.0.0.1:8770/home?theme=dark&gloves=on&lang=en`; `/still/home` is the same page without a script,
//! for screenshots.
use axum::{
    Router,
    extract::{Path, Query, ws::WebSocketUpgrade},
    response::Html,
    routing::get,
};
use dioxus::prelude::VirtualDom;
use seal_field::{
    i18n::Lang,
    ui::{
        gallery::{Gallery, GalleryProps, PAGES},
        theme::{Theme, UiSettings},
    },
};
use std::collections::HashMap;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let addr = std::env::args().nth(1).unwrap_or("127.0.0.1:8770".into());
    let pool = dioxus_liveview::LiveViewPool::new();
    let app = Router::new()
        .route(
            "/",
            get(|| async { Html(PAGES.map(|p| format!("<a href={p}>{p}</a><br>")).concat()) }),
        )
        .route("/{page}", get(page))
        .route("/still/{page}", get(still))
        .route(
            "/ws/{page}",
            get(
                move |Path(page): Path<String>,
                      Query(q): Query<HashMap<String, String>>,
                      ws: WebSocketUpgrade| async move {
                    ws.on_upgrade(move |socket| async move {
                        let props = GalleryProps {
                            page,
                            settings: settings(&q),
                        };
                        let socket = dioxus_liveview::axum_socket(socket);
                        // Ends with an error whenever the browser leaves the page.
                        _ = pool
                            .launch_virtualdom(socket, move || {
                                VirtualDom::new_with_props(Gallery, props)
                            })
                            .await;
                    })
                },
            ),
        );
    let listener = tokio::net::TcpListener::bind(&addr).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await
}

fn settings(q: &HashMap<String, String>) -> UiSettings {
    let is = |k: &str, v: &str| q.get(k).is_some_and(|x| x == v);
    UiSettings {
        theme: match q.get("theme").map(String::as_str) {
            Some("dark") => Theme::Dark,
            Some("sun") => Theme::Sun,
            Some("auto") => Theme::Auto,
            _ => Theme::Light,
        },
        gloves: is("gloves", "on"),
        lang: if is("lang", "en") { Lang::En } else { Lang::Vi },
        ..UiSettings::default()
    }
}

async fn page(Path(page): Path<String>, uri: axum::http::Uri) -> Html<String> {
    let query = uri.query().unwrap_or_default();
    let glue = dioxus_liveview::interpreter_glue(&format!("/ws/{page}?{query}"));
    Html(format!(
        "<!doctype html><html lang=vi><head><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1,viewport-fit=cover'>\
         <title>{page}</title></head><body><div id=main></div>{glue}</body></html>"
    ))
}

async fn still(Path(page): Path<String>, Query(q): Query<HashMap<String, String>>) -> Html<String> {
    // The tree is not Send; it lives and ends before the answer.
    let mut dom = VirtualDom::new_with_props(Gallery, GalleryProps { page, settings: settings(&q) });
    dom.rebuild_in_place();
    Html(format!(
        "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'>{}",
        dioxus_ssr::render(&dom)
    ))
}
