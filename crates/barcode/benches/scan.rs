//! Reads a set of grey pictures (a folder with `manifest.jsonl` and PGM files, made by `tools/scan-bench`) and writes
//! one JSON line per picture and way of reading: what was read and the CPU time.
//!
//! `scan MANIFEST OUT WAYS REPS`; ways: `frame` (one frame), `stream` (the picture as up to ten frames of a stream),
//! `still` (all passes), each with `_sym` for the expected symbology only, or
//! `_qr` and so on for one.

use std::io::{BufRead, Write};
use std::path::Path;

use seal_barcode::{Formats, Frame, Read, Reader, Symbology, search};

/// A stream is given up after as many frames.
const FRAMES: usize = 10;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [manifest, out, ways, reps] = &args[..] else {
        println!("usage: scan MANIFEST OUT WAY,WAY REPS (see tools/scan-bench)");
        return;
    };
    let reps: usize = reps.parse().expect("REPS is a number");
    let folder = Path::new(manifest).parent().expect("a manifest lies in a folder");
    let mut out = std::io::BufWriter::new(std::fs::File::create(out).expect("the result can be written"));
    std::panic::set_hook(Box::new(|_| {}));
    for line in std::io::BufReader::new(std::fs::File::open(manifest).expect("a manifest")).lines() {
        let line = line.expect("readable");
        let (file, sym) = (field(&line, "file"), field(&line, "sym"));
        let (pixels, w, h) = pgm(&std::fs::read(folder.join(&file)).expect("a picture"));
        let frame = Frame::new(&pixels, w, h).expect("a sound picture");
        for way in ways.split(',') {
            let formats = match way.split_once('_') {
                None => app(),
                Some((_, "sym")) => only(&sym),
                Some((_, one)) => only(one),
            };
            let mut best = (f64::MAX, f64::MAX);
            let mut result = (Vec::new(), 0);
            for _ in 0..reps {
                let before = cpu_ms();
                result = read(way, frame, formats);
                let took = cpu_ms() - before;
                best = if took < best.0 { (took, took / result.1 as f64) } else { best };
            }
            let first = result.0.first();
            let text = first.map_or("null".to_owned(), |r: &Read| quoted(&r.text));
            let all: Vec<String> = result.0.iter().map(|r| quoted(&r.text)).collect();
            writeln!(
                out,
                r#"{{"file":{},"cfg":"{way}","ms":{:.4},"per_frame":{:.4},"frames":{},"text":{text},"all":[{}]}}"#,
                quoted(&file),
                best.0,
                best.1,
                result.1,
                all.join(",")
            )
            .expect("the result can be written");
        }
    }
}

fn read(way: &str, frame: Frame, formats: Formats) -> (Vec<Read>, usize) {
    match way.split('_').next().unwrap_or(way) {
        "still" => (search(frame, formats, &|| true), 1),
        way => {
            let mut reader = Reader::new();
            let most = if way == "frame" { 1 } else { FRAMES };
            for n in 1..=most {
                let reading = reader.frame(frame, formats);
                if !reading.reads.is_empty() {
                    return (reading.reads, n);
                }
            }
            (Vec::new(), most)
        }
    }
}

fn app() -> Formats {
    use Symbology::{Code39, Code128, DataMatrix, Itf, Pdf417, Qr};
    Formats::of(&[Code128, Code39, Itf, Qr, DataMatrix, Pdf417])
}

fn only(sym: &str) -> Formats {
    Formats::of(&[match sym {
        "code128" => Symbology::Code128,
        "code39" => Symbology::Code39,
        "itf" => Symbology::Itf,
        "qr" => Symbology::Qr,
        "datamatrix" => Symbology::DataMatrix,
        "pdf417" => Symbology::Pdf417,
        "ean13" => Symbology::Ean13,
        _ => return app(),
    }])
}

/// A string field of a flat JSON object whose strings hold no escapes.
fn field(line: &str, name: &str) -> String {
    let key = format!("\"{name}\": \"");
    line.split_once(&key).and_then(|(_, rest)| rest.split_once('"')).map_or(String::new(), |(v, _)| v.to_owned())
}

fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if (c as u32) < 32 => format!("\\u{:04x}", c as u32),
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

fn pgm(bytes: &[u8]) -> (Vec<u8>, usize, usize) {
    let mut parts = bytes.splitn(4, |b| *b == b'\n');
    let size = parts.nth(1).and_then(|s| std::str::from_utf8(s).ok()).expect("a size");
    let (w, h) = size.split_once(' ').expect("width and height");
    (parts.nth(1).expect("pixels").to_vec(), w.parse().expect("width"), h.parse().expect("height"))
}

/// CPU time of this process, milliseconds: other work on the machine hardly shows in it.
fn cpu_ms() -> f64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    t.tv_sec as f64 * 1e3 + t.tv_nsec as f64 / 1e6
}
