//! A form: margins, head and type sizes as Decree 30/2020/NĐ-CP, Annex I gives them for papers of the state; the table
//! goes on over pages under its repeated titles, and signatures never stand on a page alone.

use std::ops::Range;

use seal_core::document::{Align, Code, Column, Form, Signature, Table};
use seal_core::scan::Symbology;

use super::draw_code;
use super::ink::{A4, Area, Canvas, Ink, Kind, NodeId, Stand, Style, mm, strokes};
use super::text::{Face, Run};
use crate::ports::documents::PressError;

const LEFT: f32 = mm(30.0);
const RIGHT: f32 = mm(15.0);
const TOP: f32 = mm(20.0);
const BOTTOM: f32 = mm(20.0);
const WIDTH: f32 = A4.0 - LEFT - RIGHT;
const FLOOR: f32 = A4.1 - BOTTOM;
/// Rows that stay with the signatures when these have to go to another page.
const KEPT: usize = 2;

const BODY: Style = Style::new(Face::Regular, 12.0);
const CELL: Style = Style::new(Face::Regular, 11.0);
const CELL_TITLE: Style = Style::new(Face::Bold, 10.5).centre();
const CELL_PAD: f32 = mm(1.1);
const GRID: f32 = 0.6;
/// Characters of a Code 128 beside the square code: its bars are then no thinner than a third of a millimetre.
const LONG_NUMBER: usize = 18;
/// About the quiet zone of a code of [`facts`].
const QUIET: f32 = mm(3.0);
/// Room for a signature.
const SIGN: f32 = mm(19.0);

/// Places the form.
pub fn lay_out(canvas: &mut Canvas, section: NodeId, form: &Form) -> Result<(), PressError> {
    let first = canvas.pages.len();
    canvas.new_page();
    let y = head(canvas, section, form);
    let y = facts(canvas, section, form, y)? + mm(3.0);
    let y = caption(canvas, section, &form.table.caption, y);

    let heights: Vec<f32> = form.table.rows.iter().map(|row| row_height(&form.table.columns, row)).collect();
    let titles = titles_height(&form.table.columns);
    let total = total_height(&form.table);
    let closing = total + closing_height(form);
    let parts = paginate(&heights, FLOOR - y - titles, FLOOR - TOP - titles, closing).ok_or(PressError::TooTall)?;
    let node = canvas.node(Kind::Table, Some(section));
    let mut y = y;
    let last = parts.len() - 1;
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            canvas.new_page();
            y = TOP;
        }
        if at == 0 || !part.is_empty() {
            y = table_titles(canvas, (at == 0).then_some(node), &form.table.columns, y);
        }
        for row in part {
            y = table_row(canvas, node, &form.table.columns, &form.table.rows[row], y, heights[row]);
        }
        if at == last {
            y = table_total(canvas, node, &form.table, y);
        }
    }
    close(canvas, section, form, y);
    feet(canvas, first, &form.foot);
    Ok(())
}

/// Unit and motto, number and date, title. Answers where it ends.
fn head(canvas: &mut Canvas, section: NodeId, form: &Form) -> f32 {
    let (left, gap) = (mm(70.0), mm(3.0));
    let (right_x, right) = (LEFT + left + gap, WIDTH - left - gap);
    let plain = Style::new(Face::Regular, 12.0).centre();
    let bold = Style::new(Face::Bold, 12.0).centre();
    let motto = Style::new(Face::Bold, 13.0).centre();

    let node = canvas.node(Kind::Paragraph, Some(section));
    let mut y = TOP;
    let last = form.issuer.len().saturating_sub(1);
    for (at, line) in form.issuer.iter().enumerate() {
        y = canvas.text(line, if at == last { bold } else { plain }, LEFT, y, left, Some(node));
    }
    let middle = LEFT + left / 2.0;
    canvas.rule((middle - left / 6.0, y + 2.0), (middle + left / 6.0, y + 2.0), 0.7);
    let left_end = y + mm(2.5);

    let node = canvas.node(Kind::Paragraph, Some(section));
    let y = canvas.text(COUNTRY, bold, right_x, TOP, right, Some(node));
    let y = canvas.text(MOTTO, motto, right_x, y, right, Some(node));
    let half = Run::new(MOTTO, motto.face, motto.size).width / 2.0;
    let middle = right_x + right / 2.0;
    canvas.rule((middle - half, y + 2.0), (middle + half, y + 2.0), 0.7);
    let y = left_end.max(y + mm(2.5));

    let node = canvas.node(Kind::Paragraph, Some(section));
    canvas.text(&form.number, Style::new(Face::Regular, 12.5).centre(), LEFT, y, left, Some(node));
    let node = canvas.node(Kind::Paragraph, Some(section));
    let y = canvas.text(&form.dated, Style::new(Face::Italic, 12.5).centre(), right_x, y, right, Some(node));

    let node = canvas.node(Kind::Heading(1, form.title.clone()), Some(section));
    let y = canvas.text(&form.title, Style::new(Face::Bold, 14.0).centre(), LEFT, y + mm(5.0), WIDTH, Some(node));
    let node = canvas.node(Kind::Paragraph, Some(section));
    canvas.text(&form.subtitle, Style::new(Face::Italic, 12.5).centre(), LEFT, y, WIDTH, Some(node)) + mm(3.0)
}

const COUNTRY: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";

/// Facts at the left, square codes at the right, linear ones under the facts. Answers where it ends.
fn facts(canvas: &mut Canvas, section: NodeId, form: &Form, y: f32) -> Result<f32, PressError> {
    let (square, linear): (Vec<&Code>, Vec<&Code>) =
        form.codes.iter().partition(|code| code.symbology != Symbology::Code128);
    let side = mm(30.0);
    let width = if square.is_empty() { WIDTH } else { WIDTH - side - mm(3.0) };
    let name = mm(40.0);
    let mut left = y;
    for line in &form.lines {
        let node = canvas.node(Kind::Paragraph, Some(section));
        canvas.text(&format!("{}:", line.name), BODY, LEFT, left, name, Some(node));
        left = canvas.text(&line.value, BODY, LEFT + name, left, width - name, Some(node)) + 1.5;
    }
    let mut right = y;
    let caption = Style::new(Face::Bold, 12.0).centre();
    for code in square {
        // Its last module stands on the margin: the quiet zone reaches over it, where white costs nothing.
        let area = Area { x: LEFT + WIDTH - side, y: right - QUIET, w: side, h: side };
        draw_code(canvas, section, code, area, Stand::Right)?;
        let node = canvas.node(Kind::Paragraph, Some(section));
        let (x, width) = (area.x + 2.0 * QUIET, side - 2.0 * QUIET);
        right = canvas.text(&code.caption, caption, x, area.bottom() - QUIET + mm(0.5), width, Some(node));
    }
    for code in linear {
        let beside = Area { x: LEFT + name, y: left + mm(1.0), w: width - name, h: mm(10.0) };
        // Bars of a long number would be too thin there: it takes the whole width, under everything.
        let (area, stand) = if code.text.len() > LONG_NUMBER {
            (Area { x: LEFT, y: left.max(right) + mm(1.0), w: WIDTH, ..beside }, Stand::Centre)
        } else {
            (beside, Stand::Left)
        };
        draw_code(canvas, section, code, area, stand)?;
        left = area.bottom();
    }
    Ok(left.max(right))
}

/// Which rows stand on which page. `first` and `next` are the heights rows have there; `closing` has to fit under the last
/// row, with at least [`KEPT`] rows before it where it needs a page of its own. `None` when something can fit on no page.
fn paginate(heights: &[f32], first: f32, next: f32, closing: f32) -> Option<Vec<Range<usize>>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let (mut start, mut used) = (0, 0.0);
    for (at, height) in heights.iter().enumerate() {
        let room = if parts.is_empty() { first } else { next };
        if used + height > room {
            if *height > next {
                return None;
            }
            parts.push(start..at);
            (start, used) = (at, 0.0);
        }
        used += height;
    }
    let room = if parts.is_empty() { first } else { next };
    if used + closing <= room {
        parts.push(start..heights.len());
        return Some(parts);
    }
    // As many rows as keep the signatures company; a page of so few rows is not emptied for them.
    let cut = match heights.len().saturating_sub(KEPT) {
        cut if cut > start => cut,
        _ => heights.len(),
    };
    let kept: f32 = heights[cut..].iter().sum();
    if kept + closing > next {
        return None;
    }
    parts.push(start..cut);
    parts.push(cut..heights.len());
    Some(parts)
}

fn widths(columns: &[Column]) -> Vec<f32> {
    let all: f32 = columns.iter().map(|column| f32::from(column.share)).sum();
    columns.iter().map(|column| WIDTH * f32::from(column.share) / all).collect()
}

fn row_height(columns: &[Column], row: &[String]) -> f32 {
    let tall = widths(columns).into_iter().zip(row).map(|(width, text)| CELL.height(text, width - 2.0 * CELL_PAD));
    tall.fold(CELL.line(), f32::max) + 2.0 * CELL_PAD
}

fn titles_height(columns: &[Column]) -> f32 {
    let tall = widths(columns)
        .into_iter()
        .zip(columns)
        .map(|(width, column)| CELL_TITLE.height(&column.title, width - 2.0 * CELL_PAD));
    tall.fold(CELL_TITLE.line(), f32::max) + 2.0 * CELL_PAD
}

fn total_height(table: &Table) -> f32 {
    if table.total.is_empty() { 0.0 } else { CELL.height(&table.total, WIDTH - 2.0 * CELL_PAD) + 2.0 * CELL_PAD }
}

fn caption(canvas: &mut Canvas, section: NodeId, text: &str, y: f32) -> f32 {
    let node = canvas.node(Kind::Heading(2, text.to_owned()), Some(section));
    canvas.text(text, Style::new(Face::Bold, 12.0), LEFT, y, WIDTH, Some(node)) + mm(1.0)
}

/// The titles; only where `table` is given do they belong to what is read aloud.
fn table_titles(canvas: &mut Canvas, table: Option<NodeId>, columns: &[Column], y: f32) -> f32 {
    let h = titles_height(columns);
    let row = table.map(|table| canvas.node(Kind::Row, Some(table)));
    let mut x = LEFT;
    for (width, column) in widths(columns).into_iter().zip(columns) {
        let cell = row.map(|row| canvas.node(Kind::HeadCell, Some(row)));
        let room = width - 2.0 * CELL_PAD;
        let top = y + (h - CELL_TITLE.height(&column.title, room)) / 2.0;
        canvas.text(&column.title, CELL_TITLE, x + CELL_PAD, top, room, cell);
        canvas.frame(Area { x, y, w: width, h }, GRID);
        x += width;
    }
    y + h
}

fn table_row(canvas: &mut Canvas, table: NodeId, columns: &[Column], row: &[String], y: f32, h: f32) -> f32 {
    let node = canvas.node(Kind::Row, Some(table));
    let mut x = LEFT;
    for ((width, column), text) in widths(columns).into_iter().zip(columns).zip(row) {
        let cell = canvas.node(Kind::Cell, Some(node));
        let style = if column.align == Align::Centre { CELL.centre() } else { CELL };
        let room = width - 2.0 * CELL_PAD;
        canvas.text(text, style, x + CELL_PAD, y + (h - CELL.height(text, room)) / 2.0, room, Some(cell));
        canvas.frame(Area { x, y, w: width, h }, GRID);
        x += width;
    }
    y + h
}

fn table_total(canvas: &mut Canvas, table: NodeId, content: &Table, y: f32) -> f32 {
    if content.total.is_empty() {
        return y;
    }
    let h = total_height(content);
    let row = canvas.node(Kind::Row, Some(table));
    let cell = canvas.node(Kind::Cell, Some(row));
    let style = Style::new(Face::Bold, CELL.size);
    canvas.text(&content.total, style, LEFT + CELL_PAD, y + CELL_PAD, WIDTH - 2.0 * CELL_PAD, Some(cell));
    canvas.frame(Area { x: LEFT, y, w: WIDTH, h }, GRID);
    y + h
}

/// What follows the long table and is not divided: short tables, ticks, signatures.
fn close(canvas: &mut Canvas, section: NodeId, form: &Form, y: f32) -> f32 {
    let mut y = y;
    for table in &form.further {
        y = caption(canvas, section, &table.caption, y + mm(3.0));
        let node = canvas.node(Kind::Table, Some(section));
        y = table_titles(canvas, Some(node), &table.columns, y);
        for row in &table.rows {
            let h = row_height(&table.columns, row);
            y = table_row(canvas, node, &table.columns, row, y, h);
        }
        y = table_total(canvas, node, table, y);
    }
    for tick in &form.ticks {
        let node = canvas.node(Kind::Paragraph, Some(section));
        y = canvas.tick(tick, CELL, LEFT, y + mm(2.0), WIDTH, node);
    }
    signatures(canvas, section, &form.signatures, y + mm(4.0))
}

fn closing_height(form: &Form) -> f32 {
    let mut scratch = Canvas::default();
    let section = scratch.node(Kind::Section, None);
    close(&mut scratch, section, form, 0.0)
}

/// Who signs, side by side.
fn signatures(canvas: &mut Canvas, section: NodeId, signatures: &[Signature], y: f32) -> f32 {
    let width = WIDTH / signatures.len().max(1) as f32;
    let pad = mm(2.0);
    let mut end = y;
    let lines: Vec<[(&str, Style); 3]> = signatures
        .iter()
        .map(|sign| {
            [
                (sign.party.as_str(), Style::new(Face::Bold, 12.0).centre()),
                (sign.role.as_str(), Style::new(Face::Bold, 11.0).centre()),
                (sign.hint.as_str(), Style::new(Face::Italic, 11.0).centre()),
            ]
        })
        .collect();
    let room = width - 2.0 * pad;
    let titles = lines.iter().map(|lines| lines.iter().map(|(text, style)| style.height(text, room)).sum::<f32>());
    let titles = titles.fold(0.0, f32::max);
    for (at, (sign, lines)) in signatures.iter().zip(&lines).enumerate() {
        let x = LEFT + at as f32 * width + pad;
        let node = canvas.node(Kind::Paragraph, Some(section));
        let mut top = y;
        for (text, style) in lines {
            top = canvas.text(text, *style, x, top, room, Some(node));
        }
        let name = y + titles + SIGN;
        pen(canvas, section, sign, Area { x, y: y + titles + mm(1.0), w: room, h: SIGN - mm(2.0) });
        if !sign.name.is_empty() {
            let node = canvas.node(Kind::Paragraph, Some(section));
            end = canvas.text(&sign.name, Style::new(Face::Bold, 12.0).centre(), x, name, room, Some(node)).max(end);
        }
        end = end.max(name + BODY.line());
    }
    end
}

/// The signature given on the phone, as large as its room allows.
fn pen(canvas: &mut Canvas, section: NodeId, sign: &Signature, room: Area) {
    let lines = strokes(&sign.strokes);
    if lines.is_empty() {
        return;
    }
    let (pad_w, pad_h) = (600.0, 260.0);
    let scale = (room.w / pad_w).min(room.h / pad_h);
    let x = room.x + (room.w - pad_w * scale) / 2.0;
    let onto = |(px, py): (f32, f32)| (x + px.clamp(0.0, pad_w) * scale, room.y + py.clamp(0.0, pad_h) * scale);
    let lines = lines.into_iter().map(|line| line.into_iter().map(onto).collect()).collect();
    let figure = canvas.node(Kind::Figure(format!("Chữ ký: {}", sign.name)), Some(section));
    canvas.draw(Ink::Strokes { lines, width: 1.1 }, Some(figure));
}

/// The line at the foot of every page of the form.
fn feet(canvas: &mut Canvas, first: usize, foot: &str) {
    let of = canvas.pages.len() - first;
    let size = 9.0;
    for page in first..canvas.pages.len() {
        let y = A4.1 - mm(11.0);
        canvas.draw_on(
            page,
            Ink::Rule { from: (LEFT, y - mm(4.2)), to: (A4.0 - RIGHT, y - mm(4.2)), width: 0.4, dashed: false },
            None,
        );
        let run = Run::new(foot, Face::Regular, size);
        canvas.draw_on(page, Ink::Text { x: LEFT, y, run }, None);
        let run = Run::new(&format!("Trang {}/{of}", page - first + 1), Face::Regular, size);
        canvas.draw_on(page, Ink::Text { x: A4.0 - RIGHT - run.width, y, run }, None);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn rows_and_signatures_share_pages() {
        let rows = |n: usize| vec![10.0; n];
        let paginate = |heights: &[f32], first, next, closing| {
            let parts = super::paginate(heights, first, next, closing)?;
            Some(parts.into_iter().map(|part| (part.start, part.end)).collect::<Vec<_>>())
        };
        // All on one page.
        assert_eq!(paginate(&rows(3), 100.0, 200.0, 50.0), Some(vec![(0, 3)]));
        // The closing part goes on, and takes two rows along.
        assert_eq!(paginate(&rows(9), 100.0, 200.0, 50.0), Some(vec![(0, 7), (7, 9)]));
        // Exactly full pages.
        assert_eq!(paginate(&rows(30), 100.0, 200.0, 50.0), Some(vec![(0, 10), (10, 28), (28, 30)]));
        // No rows at all.
        assert_eq!(paginate(&[], 100.0, 200.0, 50.0), Some(vec![(0, 0)]));
        // Two rows alone stay where they are.
        assert_eq!(paginate(&rows(2), 60.0, 200.0, 50.0), Some(vec![(0, 2), (2, 2)]));
        // What fits on no page is said.
        assert_eq!(paginate(&[300.0], 100.0, 200.0, 50.0), None);
        assert_eq!(paginate(&rows(3), 100.0, 200.0, 199.0), None);
    }
}
