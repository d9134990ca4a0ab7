use dioxus::prelude::*;
use qrcode::{Color, EcLevel, QrCode};

use super::Button;
use crate::ui::wait;

/// How long one of several codes stands, milliseconds: a camera needs two or three pictures of it.
const STANDS_MS: u64 = 900;

/// Modules of white round a QR code that a reader may count on.
const QUIET: usize = 4;

/// A slip for another phone's camera: one QR code, or a few in turn. Always black on white, in every theme.
#[component]
pub fn SlipCodes(
    /// What the codes say, one each.
    codes: Vec<String>,
    /// Spoken name ("Mã để máy kia quét").
    label: String,
    /// "Mã", before "1/3".
    word: String,
    /// "Dừng ở mã này", "Chạy tiếp": what moves by itself can be stopped.
    hold_label: String,
    resume_label: String,
) -> Element {
    let mut at = use_signal(|| 0_usize);
    let mut held = use_signal(|| false);
    let of = codes.len();
    use_future(use_reactive!(|of| async move {
        if of < 2 {
            return;
        }
        loop {
            wait(STANDS_MS).await;
            if !*held.peek() {
                let next = (*at.peek() + 1) % of;
                at.set(next);
            }
        }
    }));
    let here = at().min(of.saturating_sub(1));
    let drawing = codes.get(here).and_then(|code| draw(code));
    rsx! {
        div { class: "slip",
            if let Some((side, path)) = drawing {
                svg {
                    class: "slip-code",
                    role: "img",
                    "aria-label": label,
                    view_box: "0 0 {side} {side}",
                    "shape-rendering": "crispEdges",
                    rect { width: "{side}", height: "{side}", fill: "#fff" }
                    path { d: "{path}", fill: "#000" }
                }
            }
            if of > 1 {
                div { class: "flow flow--between",
                    p { class: "strong num", "{word} {here + 1}/{of}" }
                    Button {
                        inline: true,
                        icon: if held() { "refresh-cw" } else { "pause" },
                        text: if held() { resume_label } else { hold_label },
                        onclick: move |()| {
                            let now = !*held.peek();
                            held.set(now);
                        },
                    }
                }
            }
        }
    }
}

/// Side in modules, quiet zone included, and the dark modules as an SVG path. `None` for a text no QR code can hold.
fn draw(code: &str) -> Option<(usize, String)> {
    let code = QrCode::with_error_correction_level(code, EcLevel::M).ok()?;
    let width = code.width();
    let dark: Vec<bool> = code.into_colors().into_iter().map(|color| color == Color::Dark).collect();
    let mut path = String::new();
    for (y, row) in dark.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|module| **module == row[x]).count();
            if row[x] {
                path += &format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run;
        }
    }
    Some((width + 2 * QUIET, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The picture again as modules, drawn by the path alone, read by the reader the camera uses.
    #[test]
    fn the_drawing_is_the_code() {
        for text in ["SF1:S:0A1B2C3D:1/1:ABC", &format!("SF1:S:0A1B2C3D:2/3:{}", "X".repeat(480))] {
            let (side, path) = draw(text).unwrap();
            let mut dark = vec![false; side * side];
            for run in path.split('M').skip(1) {
                let (x, rest) = run.split_once(' ').unwrap();
                let (y, rest) = rest.split_once('h').unwrap();
                let (length, _) = rest.split_once('v').unwrap();
                let (x, y, length): (usize, usize, usize) =
                    (x.parse().unwrap(), y.parse().unwrap(), length.parse().unwrap());
                dark[y * side + x..][..length].fill(true);
            }
            let pixel = |at: usize| if dark[(at / (side * 4) / 4) * side + (at % (side * 4)) / 4] { 0 } else { 255 };
            let luma: Vec<u8> = (0..side * side * 16).map(pixel).collect();
            let side = u32::try_from(side * 4).unwrap();
            let read = rxing::helpers::detect_in_luma(luma, side, side, Some(rxing::BarcodeFormat::QR_CODE)).unwrap();
            assert_eq!(read.getText(), text);
        }
    }
}
