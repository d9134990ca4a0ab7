//! A long run: `cargo bench -p seal-barcode --bench soak -- [FRAMES]` (100,000 without a number). Prints resident memory
//! on the way; it must not grow.

use std::hint::black_box;

#[path = "../tests/scene/mod.rs"]
mod scene;

use scene::{Scene, label};
use seal_barcode::{Formats, Frame, Reader, Symbology};

fn main() {
    let frames: usize = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(100_000);
    use rxing::BarcodeFormat as F;
    let prints = [
        (F::CODE_128, "CSQU3054383", 2.2),
        (F::CODE_39, "108557295010", 1.6),
        (F::ITF, "307766164220", 2.),
        (F::QR_CODE, "03EE;108557295010;MSKU9070323", 5.),
        (F::DATA_MATRIX, "83181001", 9.),
        (F::PDF_417, "RR473124829GB", 2.),
    ];
    let mut scenes: Vec<Scene> = Vec::new();
    for (i, (format, text, module)) in prints.into_iter().enumerate() {
        let label = label(format, text, 60);
        for turn in [0., 25., 90.] {
            scenes.push(Scene::new(640, 480, 110).with(&label, turn, module).noisy(3., i as u64 + 1));
        }
        scenes.push(Scene::new(640, 480, 60 + 20 * i as u8).noisy(15., i as u64 + 100)); // nothing there
    }
    let formats =
        [Formats::ALL, Formats::of(&[Symbology::Code128, Symbology::Code39, Symbology::Qr, Symbology::DataMatrix])];
    let mut reader = Reader::new();
    let mut read = 0;
    let step = (frames / 10).max(1);
    println!("| frames | read | resident MB |\n|-------:|-----:|------------:|");
    for n in 0..frames {
        let scene = &scenes[n % scenes.len()];
        let frame = Frame::new(&scene.pixels, scene.width, scene.height).expect("a sound frame");
        read += usize::from(!black_box(reader.frame(frame, formats[n / scenes.len() % 2])).reads.is_empty());
        if (n + 1) % step == 0 {
            println!("| {} | {read} | {:.1} |", n + 1, resident_mb());
        }
    }
}

fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok()).unwrap_or_default() / 1024.
}
