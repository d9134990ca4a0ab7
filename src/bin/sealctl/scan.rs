//! `sealctl scan`: what the app reads in a picture, and what it takes it for.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;

use seal_core::scan::{NothingKnown, ScanContext, Symbology, recognise};
use seal_field::adapters::barcode::{BarcodeError, Formats, Found, FrameReader, decode_picture, picture_luma};
use seal_field::i18n::{I18n, Lang, picture_message};
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
    /// The matter in a word (`heic`, `too_large`, `broken`, `reader`, `file`), where the picture could not be searched.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
    /// The same in the language asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Why a file was not searched.
enum Refusal {
    File(std::io::Error),
    Picture(BarcodeError),
}

impl Refusal {
    fn word(&self) -> &'static str {
        match self {
            Refusal::File(_) => "file",
            Refusal::Picture(BarcodeError::TooSlow | BarcodeError::ReaderFailed | BarcodeError::Stuck) => "reader",
            Refusal::Picture(error) => error.word(),
        }
    }

    /// What the app says of such a picture, where it says anything.
    fn text(&self, words: I18n) -> String {
        match (self, self.word()) {
            (Refusal::File(error), _) => words.t_args("sealctl-scan-unreadable", &[("why", error.to_string().into())]),
            (Refusal::Picture(error), "reader") => {
                words.t_args("sealctl-scan-reader", &[("why", error.to_string().into())])
            }
            (Refusal::Picture(_), why) => words.t(picture_message(why)),
        }
    }
}

/// What was asked for.
struct Asked {
    words: I18n,
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

fn asked(words: &mut I18n, arguments: &[String]) -> Result<Asked, String> {
    // The language first: whatever else is wrong is said in it.
    if let Some(at) = arguments.iter().position(|argument| argument == "--lang") {
        words.lang = match arguments.get(at + 1).map(String::as_str) {
            Some("vi") => Lang::Vi,
            Some("en") => Lang::En,
            _ => return Err(words.t("sealctl-scan-lang")),
        };
    }
    let mut asked = Asked { words: *words, files: Vec::new(), formats: Formats::APP, frames: None };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--lang" => drop(arguments.next()),
            "--formats" => {
                let names = arguments.next().ok_or_else(|| words.t("sealctl-scan-formats"))?;
                asked.formats = formats(*words, names)?;
            }
            "--frames" => {
                let n = arguments.next().and_then(|n| n.parse().ok()).filter(|n| (1..=100_000).contains(n));
                asked.frames = Some(n.ok_or_else(|| words.t("sealctl-scan-frames"))?);
            }
            option if option.starts_with("--") => {
                return Err(words.t_args("sealctl-scan-option", &[("option", option.into())]));
            }
            file => asked.files.push(file.to_owned()),
        }
    }
    if asked.files.is_empty() {
        return Err(words.t("sealctl-scan-no-file"));
    }
    Ok(asked)
}

/// The language of this terminal.
fn locale() -> Lang {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    Lang::of_locale(&set.into_iter().find(|value| !value.is_empty()).unwrap_or_default())
}

fn formats(words: I18n, names: &str) -> Result<Formats, String> {
    if names == "all" {
        return Ok(Formats::ALL);
    }
    let named = |name: &str| {
        let known = NAMES.into_iter().find(|s| s.name() == name.trim());
        known.ok_or_else(|| {
            let all = NAMES.map(Symbology::name).join(", ");
            words.t_args("sealctl-scan-symbology", &[("name", name.into()), ("known", all.into())])
        })
    };
    Ok(Formats::of(&names.split(',').map(named).collect::<Result<Vec<_>, _>>()?))
}

/// Scans the files. Fails (1) when a file cannot be opened as a picture or holds no code.
pub fn run(arguments: &[String]) -> ExitCode {
    let mut words = I18n::new(locale());
    let asked = match asked(&mut words, arguments) {
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
    let found = std::fs::read(file).map_err(Refusal::File).and_then(|bytes| {
        match asked.frames {
            None => decode_picture(&bytes, asked.formats).map(|found| (found, None)),
            Some(frames) => stream(&bytes, asked.formats, frames),
        }
        .map_err(Refusal::Picture)
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
                    why: None,
                    error: None,
                })?;
            }
            Ok(true)
        }
        Ok(_) => nothing(file, ms, None),
        Err(refusal) => nothing(file, ms, Some((refusal.word(), refusal.text(asked.words)))),
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

fn nothing(file: &str, ms: f64, refusal: Option<(&'static str, String)>) -> std::io::Result<bool> {
    let (why, error) = refusal.unzip();
    print(&Line { file, symbology: None, text: "", recognised_as: "", ms, frame: None, why, error })?;
    Ok(false)
}

fn print(line: &Line) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, line)?;
    out.write_all(b"\n")
}
