//! `sealctl scan`: what the app reads in a picture, and what it takes it for.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use seal_core::scan::{NothingKnown, ScanContext, Symbology, recognise};
use seal_field::adapters::barcode::{BarcodeError, Formats, Found, FrameReader, decode_picture, picture_luma};
use serde::Serialize;

/// One line of output.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    symbology: Option<Symbology>,
    text: &'a str,
    recognised_as: &'a str,
    ms: f64,
    /// The frame that gave it, with `--frames`.
    #[serde(skip_serializing_if = "Option::is_none")]
    frame: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// What was asked for.
struct Asked {
    files: Vec<String>,
    formats: Formats,
    /// Treat each picture as a stream of as many frames.
    frames: Option<u32>,
}

const NAMES: [Symbology; 8] = [
    Symbology::Code128,
    Symbology::Code39,
    Symbology::Itf,
    Symbology::Qr,
    Symbology::Datamatrix,
    Symbology::Pdf417,
    Symbology::Ean13,
    Symbology::Aztec,
];

fn asked(arguments: &[String]) -> Result<Asked, String> {
    let mut asked = Asked { files: Vec::new(), formats: Formats::APP, frames: None };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--formats" => asked.formats = formats(arguments.next().ok_or("--formats needs names, e.g. code128,qr")?)?,
            "--frames" => {
                let n = arguments.next().and_then(|n| n.parse().ok()).filter(|n| (1..=100_000).contains(n));
                asked.frames = Some(n.ok_or("--frames needs a number from 1 to 100000")?);
            }
            option if option.starts_with("--") => return Err(format!("no such option: {option}")),
            file => asked.files.push(file.to_owned()),
        }
    }
    if asked.files.is_empty() {
        return Err("name at least one picture file".to_owned());
    }
    Ok(asked)
}

fn formats(names: &str) -> Result<Formats, String> {
    if names == "all" {
        return Ok(Formats::ALL);
    }
    let named = |name: &str| {
        let known = NAMES.into_iter().find(|s| s.name() == name.trim());
        known.ok_or_else(|| format!("no such symbology: {name}; there are {}", NAMES.map(Symbology::name).join(", ")))
    };
    Ok(Formats::of(&names.split(',').map(named).collect::<Result<Vec<_>, _>>()?))
}

/// Scans the files. Fails (1) when a file cannot be opened as a picture or holds no code.
pub fn run(arguments: &[String]) -> ExitCode {
    let asked = match asked(arguments) {
        Ok(asked) => asked,
        Err(error) => {
            eprintln!("sealctl scan: {error}");
            return ExitCode::from(2);
        }
    };
    let mut all_read = true;
    for file in &asked.files {
        match scan(file, &asked) {
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

fn scan(file: &str, asked: &Asked) -> std::io::Result<bool> {
    let began = Instant::now();
    let found = std::fs::read(file).map_err(|error| error.to_string()).and_then(|bytes| {
        match asked.frames {
            None => decode_picture(&bytes, asked.formats).map(|found| (found, None)),
            Some(frames) => stream(&bytes, asked.formats, frames),
        }
        .map_err(|error| error.to_string())
    });
    let ms = began.elapsed().as_secs_f64() * 1000.0;
    match found {
        Ok((found, frame)) if !found.is_empty() => {
            for code in &found {
                let context = ScanContext { known: &NothingKnown, wanted: None };
                let recognition = recognise(&code.text, Some(code.symbology), &context);
                print(&Line {
                    file,
                    symbology: Some(code.symbology),
                    text: &code.text,
                    recognised_as: recognition.what.name(),
                    ms,
                    frame,
                    error: None,
                })?;
            }
            Ok(true)
        }
        Ok(_) => nothing(file, ms, None),
        Err(error) => nothing(file, ms, Some(error)),
    }
}

/// The picture as the camera would show it, frame after frame, until something trusted is read: the codes of that frame and
/// its number, from 1.
fn stream(bytes: &[u8], formats: Formats, frames: u32) -> Result<(Vec<Found>, Option<u32>), BarcodeError> {
    let (luma, w, h) = picture_luma(bytes)?;
    let mut reader = FrameReader::new();
    for n in 1..=frames {
        let seen = reader.read(luma.clone(), w, h, formats)?.found;
        if seen.iter().any(|seen| seen.trusted) {
            let trusted = seen.into_iter().filter(|seen| seen.trusted).map(|seen| seen.found);
            return Ok((trusted.collect(), Some(n)));
        }
    }
    Ok((Vec::new(), None))
}

fn nothing(file: &str, ms: f64, error: Option<String>) -> std::io::Result<bool> {
    print(&Line { file, symbology: None, text: "", recognised_as: "", ms, frame: None, error })?;
    Ok(false)
}

fn print(line: &Line) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, line)?;
    out.write_all(b"\n")
}
