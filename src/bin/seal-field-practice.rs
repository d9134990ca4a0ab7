//! Practice on a PC: one central, a yard of simulated seals, four devices.
//!
//! `seal-field-practice [--data DIR] [--browser] [--listen 127.0.0.1:8080] [--begin 2026-02-12T08:00+07:00]`. Opens a window where there is a display and
//! this build has one; else, or with `--browser` or `--listen`, serves the screens to a browser on this machine. `--begin` says on which day and at
//! what time a practice that has not begun yet begins: before a Tết, before a Saturday that is worked.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;
use seal_field::adapters::log_tail;
use seal_field::adapters::seals::yard::RadioDelays;
use seal_field::practice::server;
use seal_field::practice::set::PracticeSet;

struct Options {
    data: PathBuf,
    browser: bool,
    listen: SocketAddr,
    begin: Option<Timestamp>,
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        data: PathBuf::from("practice-data"),
        browser: false,
        listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
        begin: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{name} needs a value"));
        match name.as_str() {
            "--data" => options.data = value()?.into(),
            "--browser" => options.browser = true,
            "--listen" => {
                let text = value()?;
                options.listen = text.parse().map_err(|_| format!("not an address: {text}"))?;
                options.browser = true;
            }
            "--begin" => {
                let text = value()?;
                options.begin = Some(text.parse().map_err(|_| format!("not a moment with its offset: {text}"))?);
                // The window begins on the day it is opened.
                options.browser = true;
            }
            _ => return Err(format!("no such option: {name}")),
        }
    }
    if !options.listen.ip().is_loopback() {
        return Err("practice is served on this machine only: give a loopback address".to_owned());
    }
    Ok(options)
}

fn main() -> ExitCode {
    log_tail::begin();
    let options = match options() {
        Ok(options) => options,
        Err(why) => {
            eprintln!(
                "seal-field-practice: {why}\n\nseal-field-practice [--data DIR] [--browser] [--listen 127.0.0.1:8080] [--begin MOMENT]"
            );
            return ExitCode::from(2);
        }
    };
    if !options.browser && has_display() {
        open_window(&options.data);
    }
    match serve(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("seal-field-practice: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Does not come back.
#[cfg(feature = "desktop")]
fn open_window(data: &Path) {
    seal_field::shell::run(Ok(data.to_owned()))
}

/// This build has none.
#[cfg(not(feature = "desktop"))]
fn open_window(_: &Path) {}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

#[tokio::main]
async fn serve(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let set = Arc::new(PracticeSet::begin(&options.data, RadioDelays::REAL, options.begin).await?);
    let listener = tokio::net::TcpListener::bind(options.listen).await?;
    println!("practice on http://{}", listener.local_addr()?);
    axum::serve(listener, server::router(set))
        .with_graceful_shutdown(async {
            // Without a signal handler the process simply ends: every act is already on the disk.
            let _ = tokio::signal::ctrl_c().await;
        })
        .await?;
    Ok(())
}
