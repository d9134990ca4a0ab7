//! Text: three faces of one typeface, shaped once, so that what is measured is what is drawn.

use std::sync::LazyLock;

use harfrust::{Direction, Feature, FontRef, ShapeOptions, ShaperData, Tag, UnicodeBuffer, script};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use unicode_normalization::UnicodeNormalization as _;

/// Regular, bold and italic of Tinos, which is as wide as the Times New Roman that forms ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    Regular,
    Bold,
    Italic,
}

/// From one baseline to the next, in parts of the size. Vietnamese carries two marks above a capital.
pub const LINE: f32 = 1.22;
/// How far letters and their marks reach over the baseline and under it, in parts of the size.
pub const REACH: (f32, f32) = (0.95, 0.22);

static TINOS: LazyLock<[Loaded; 3]> = LazyLock::new(|| {
    [
        Loaded::new(include_bytes!("../../../assets/fonts/tinos/Tinos-Regular.ttf")),
        Loaded::new(include_bytes!("../../../assets/fonts/tinos/Tinos-Bold.ttf")),
        Loaded::new(include_bytes!("../../../assets/fonts/tinos/Tinos-Italic.ttf")),
    ]
});

struct Loaded {
    reference: FontRef<'static>,
    shaping: ShaperData,
    font: Font,
}

impl Loaded {
    #[expect(clippy::expect_used, reason = "the fonts are part of the program; a test sets a document with all three")]
    fn new(bytes: &'static [u8]) -> Self {
        let reference = FontRef::new(bytes).expect("the shipped font is one");
        let shaping = ShaperData::new(&reference);
        Self { reference, shaping, font: Font::new(bytes.into(), 0).expect("the shipped font is one") }
    }
}

impl Face {
    fn loaded(self) -> &'static Loaded {
        &TINOS[self as usize]
    }

    /// The face as the file embeds it.
    pub fn font(self) -> Font {
        self.loaded().font.clone()
    }
}

/// A piece of a line, shaped.
#[derive(Debug, Clone)]
pub struct Run {
    /// What it says, in NFC.
    pub text: String,
    /// Its face.
    pub face: Face,
    /// Its size, points.
    pub size: f32,
    /// Its width, points.
    pub width: f32,
    /// Its glyphs, in parts of the size.
    pub glyphs: Vec<KrillaGlyph>,
}

impl Run {
    /// Shapes one line of text. A character the typeface lacks becomes a question mark, so that it is seen.
    pub fn new(text: &str, face: Face, size: f32) -> Self {
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).nfc().collect();
        let run = Self::shape(text, face, size);
        if run.glyphs.iter().all(|glyph| glyph.glyph_id.to_u32() != MISSING) {
            return run;
        }
        let mut text = run.text.clone();
        for glyph in run.glyphs.iter().rev().filter(|glyph| glyph.glyph_id.to_u32() == MISSING) {
            text.replace_range(glyph.text_range.clone(), "?");
        }
        Self::shape(text, face, size)
    }

    fn shape(text: String, face: Face, size: f32) -> Self {
        let loaded = face.loaded();
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text);
        buffer.set_direction(Direction::LeftToRight);
        buffer.set_script(script::LATIN);
        // No ligatures: a copied "fi" is two letters.
        let features = [Feature::new(Tag::new(b"liga"), 0, ..)];
        let shaper = loaded.shaping.shaper(&loaded.reference).build();
        let shaped = shaper.shape(buffer, ShapeOptions::new().features(&features));
        let em = shaper.units_per_em() as f32;
        let (infos, places) = (shaped.glyph_infos(), shaped.glyph_positions());
        let mut glyphs = Vec::with_capacity(infos.len());
        for (at, (info, place)) in infos.iter().zip(places).enumerate() {
            let start = info.cluster as usize;
            let later = infos[at..].iter().map(|info| info.cluster as usize).find(|cluster| *cluster > start);
            glyphs.push(KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                place.x_advance as f32 / em,
                place.x_offset as f32 / em,
                place.y_offset as f32 / em,
                0.0,
                start..later.unwrap_or(text.len()),
                None,
            ));
        }
        let width = size * glyphs.iter().map(|glyph| glyph.x_advance).sum::<f32>();
        Self { text, face, size, width, glyphs }
    }
}

/// The glyph of a character the typeface lacks.
const MISSING: u32 = 0;

/// Breaks text into lines no wider than `width`. A word that is wider by itself is broken where it has to be.
pub fn lines(text: &str, face: Face, size: f32, width: f32) -> Vec<Run> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let fits = |text: &str| Run::new(text, face, size).width <= width;
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if fits(&longer) {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.nfc() {
            let mut longer = line.clone();
            longer.push(c);
            if !line.is_empty() && !fits(&longer) {
                lines.push(std::mem::replace(&mut line, c.to_string()));
            } else {
                line = longer;
            }
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines.iter().map(|line| Run::new(line, face, size)).collect()
}
