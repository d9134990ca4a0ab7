//! `sealctl scan`: what the app reads in a picture, and what it takes it for.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use seal_core::scan::{NothingKnown, ScanContext, Symbology, recognise};
use seal_field::adapters::barcode::{Formats, decode_picture};
use serde::Serialize;

/// One line of output.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    symbology: Option<Symbology>,
    text: &'a str,
    recognised_as: &'a str,
    ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Scans the files. Fails (1) when a file cannot be opened as a picture or holds no code.
pub fn run(files: &[String]) -> ExitCode {
    if files.is_empty() {
        eprintln!("sealctl scan: name at least one picture file");
        return ExitCode::from(2);
    }
    let mut all_read = true;
    for file in files {
        match scan(file) {
            Ok(found) => all_read &= found,
            Err(error) => {
                // The reader of our output is gone (a closed pipe): nothing more to say.
                eprintln!("sealctl scan: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    if all_read { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn scan(file: &str) -> std::io::Result<bool> {
    let began = Instant::now();
    let found = std::fs::read(file)
        .map_err(|error| error.to_string())
        .and_then(|bytes| decode_picture(&bytes, Formats::ALL).map_err(|error| error.to_string()));
    let ms = began.elapsed().as_secs_f64() * 1000.0;
    match found {
        Ok(found) if !found.is_empty() => {
            for code in &found {
                let context = ScanContext { known: &NothingKnown, wanted: None };
                let recognition = recognise(&code.text, Some(code.symbology), &context);
                print(&Line {
                    file,
                    symbology: Some(code.symbology),
                    text: &code.text,
                    recognised_as: recognition.what.name(),
                    ms,
                    error: None,
                })?;
            }
            Ok(true)
        }
        Ok(_) => nothing(file, ms, None),
        Err(error) => nothing(file, ms, Some(error)),
    }
}

fn nothing(file: &str, ms: f64, error: Option<String>) -> std::io::Result<bool> {
    print(&Line { file, symbology: None, text: "", recognised_as: "", ms, error })?;
    Ok(false)
}

fn print(line: &Line) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, line)?;
    out.write_all(b"\n")
}
