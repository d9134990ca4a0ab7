//! The press: documents as PDF, A4, for any printer and for the archive.
//!
//! ```text
//! form, label   place what stands on a document    -> ink: items on pages, and what they mean
//! text          three faces, shaped and measured
//! file          ink -> bytes (krilla: PDF/A-2a and PDF/UA-1, fonts subset and embedded, codes as vectors)
//! ```
//! The same document gives the same bytes: nothing of the moment or the machine is in a file.

mod file;
mod form;
mod ink;
mod label;
#[cfg(test)]
mod tests;
mod text;

use seal_core::document::{Code, Document, Notice, Sheet};

use self::ink::{A4, Area, Canvas, Kind, NodeId, Stand, Style, mm};
use self::text::Face;
use super::barcode::symbol::Symbol;
use crate::ports::documents::{Paper, Press, PressError};

/// [`Press`] with krilla.
#[derive(Debug, Clone, Default)]
pub struct PdfPress {
    /// Stands on every page, so that no practice print passes for real; empty in real use.
    mark: &'static str,
}

impl PdfPress {
    /// Prints this mark on every page.
    #[must_use]
    pub fn marked(mark: &'static str) -> Self {
        Self { mark }
    }

    fn lay_out(&self, document: &Document) -> Result<Canvas, PressError> {
        let mut canvas = Canvas::default();
        for sheet in &document.sheets {
            let section = canvas.node(Kind::Section, None);
            let first = canvas.pages.len();
            match sheet {
                Sheet::Label(label) => label::lay_out(&mut canvas, section, label)?,
                Sheet::Form(form) => form::lay_out(&mut canvas, section, form)?,
            }
            if !self.mark.is_empty() {
                for page in first..canvas.pages.len() {
                    // A page's meaning tree begins with the mark on its first page only.
                    let node = (page == first).then(|| canvas.node(Kind::Paragraph, Some(section)));
                    practice_mark(&mut canvas, page, self.mark, node);
                }
            }
        }
        Ok(canvas)
    }
}

impl Press for PdfPress {
    fn set(&self, document: &Document) -> Result<Paper, PressError> {
        let canvas = self.lay_out(document)?;
        let bytes = file::write(document, &canvas)?;
        Ok(Paper { media_type: "application/pdf", bytes, pages: canvas.pages.len() })
    }
}

/// A framed word in the upper and the lower margin.
fn practice_mark(canvas: &mut Canvas, page: usize, mark: &str, node: Option<NodeId>) {
    let run = text::Run::new(mark, Face::Bold, 11.0);
    let w = run.width + mm(8.0);
    for (top, node) in [(mm(2.6), node), (A4.1 - mm(8.2), None)] {
        let area = Area { x: (A4.0 - w) / 2.0, y: top, w, h: mm(5.6) };
        canvas.draw_on(page, ink::Ink::Frame { area, width: 1.2, dashed: false }, None);
        let text = ink::Ink::Text { x: (A4.0 - run.width) / 2.0, y: top + mm(4.2), run: run.clone() };
        canvas.draw_on(page, text, node);
    }
}

/// Draws a code in `area` as a figure that says what it holds.
fn draw_code(canvas: &mut Canvas, section: NodeId, code: &Code, area: Area, stand: Stand) -> Result<(), PressError> {
    let symbol = Symbol::of(code.symbology, &code.text)
        .map_err(|reason| PressError::Code { text: code.text.clone(), reason })?;
    let figure = canvas.node(Kind::Figure(format!("Mã vạch: {}", code.text)), Some(section));
    canvas.symbol(&symbol, area, stand, figure);
    Ok(())
}

/// A frame with a large mark at its left: what has to be known of dangerous goods. Answers where it ends.
fn draw_notice(canvas: &mut Canvas, section: NodeId, notice: &Notice, area: Area, title: f32) -> f32 {
    let (mark, heading) = (Style::new(Face::Bold, title * 1.45).centre(), Style::new(Face::Bold, title));
    let (body, source) = (Style::new(Face::Regular, title - 0.5), Style::new(Face::Italic, title - 2.0));
    let pad = mm(2.2);
    let left = text::Run::new(&notice.mark, mark.face, mark.size).width + 3.0 * pad;
    let (x, width) = (area.x + left + pad, area.w - left - 2.0 * pad);
    let node = canvas.node(Kind::Paragraph, Some(section));
    let mut y = area.y + pad * 0.8;
    let mark_node = canvas.node(Kind::Paragraph, Some(section));
    y = canvas.text(&notice.title, heading, x, y, width, Some(node));
    y = canvas.text(&notice.text, body, x, y + 1.0, width, Some(node));
    y = canvas.text(&notice.source, source, x, y + 1.0, width, Some(node)) + pad * 0.8;
    let h = y - area.y;
    canvas.text(&notice.mark, mark, area.x, area.y + (h - mark.line()) / 2.0, left, Some(mark_node));
    canvas.frame(Area { h, ..area }, 1.4);
    canvas.rule((area.x + left, area.y), (area.x + left, area.y + h), 1.4);
    y
}

/// How tall [`draw_notice`] will be.
fn notice_height(notice: &Notice, width: f32, title: f32) -> f32 {
    let mut scratch = Canvas::default();
    let section = scratch.node(Kind::Section, None);
    draw_notice(&mut scratch, section, notice, Area { x: 0.0, y: 0.0, w: width, h: 0.0 }, title)
}
