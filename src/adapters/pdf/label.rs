//! A label: the upper half of an A4 page, to cut out, and under the cut what to do with it.

use seal_core::document::{Address, Label, Line};

use super::ink::{A4, Area, Canvas, Ink, Kind, NodeId, Stand, Style, mm};
use super::text::Face;
use super::{draw_code, draw_notice, notice_height};
use crate::ports::documents::PressError;

const EDGE: f32 = mm(10.0);
const PAD: f32 = mm(4.0);
/// The frame that is cut out ends a little above the middle of the page.
const FRAME: Area = Area { x: EDGE, y: EDGE, w: A4.0 - 2.0 * EDGE, h: A4.1 / 2.0 - EDGE - mm(5.0) };
const SIDE: f32 = mm(56.0);
const BARS: f32 = mm(18.0);
const CONTENT: f32 = SIDE - mm(2.0);
const LINE_NAME: Style = Style::new(Face::Regular, 8.5);
const LINE_VALUE: Style = Style::new(Face::Bold, 11.0);

/// Places the label on a page of its own.
pub fn lay_out(canvas: &mut Canvas, section: NodeId, label: &Label) -> Result<(), PressError> {
    canvas.new_page();
    canvas.frame(FRAME, 1.6);
    let inner = FRAME.inside(PAD);
    let split = inner.right() - SIDE;

    // Heading and number.
    let number = Style::new(Face::Bold, 27.0).right();
    let heading = Style::new(Face::Bold, 14.0);
    let band = FRAME.y + mm(14.0);
    let title = canvas.node(Kind::Heading(1, label.heading.clone()), Some(section));
    let width = split - inner.x - mm(2.0);
    let tall = heading.height(&label.heading, width);
    canvas.text(&label.heading, heading, inner.x, FRAME.y + (mm(14.0) - tall) / 2.0, width, Some(title));
    let node = canvas.node(Kind::Paragraph, Some(section));
    canvas.text(&label.number, number, split, FRAME.y + (mm(14.0) - number.line()) / 2.0, SIDE, Some(node));
    canvas.rule((FRAME.x, band), (FRAME.right(), band), 1.2);

    // At the foot: the notice, over the whole width.
    let foot = match &label.notice {
        Some(notice) => {
            let area = Area { x: inner.x, w: inner.w, y: 0.0, h: 0.0 };
            let top = FRAME.bottom() - mm(3.0) - notice_height(notice, area.w, 10.0);
            draw_notice(canvas, section, notice, Area { y: top, ..area }, 10.0);
            top - mm(3.0)
        }
        None => FRAME.bottom(),
    };
    if label.notice.is_some() {
        canvas.rule((FRAME.x, foot), (FRAME.right(), foot), 0.8);
    }

    // Above it: the carrier's number at the left, the content at the right.
    let content: f32 = label.lines.iter().map(line_height).sum();
    let shelf = foot - (BARS + mm(11.0)).max(content + mm(3.0));
    canvas.rule((FRAME.x, shelf), (FRAME.right(), shelf), 0.8);
    let room = Area { x: inner.x, y: shelf + mm(2.5), w: split - inner.x - PAD, h: foot - shelf - mm(11.0) };
    match &label.waybill {
        Some(code) => {
            draw_code(canvas, section, code, room, Stand::Centre)?;
            let node = canvas.node(Kind::Paragraph, Some(section));
            let style = Style::new(Face::Bold, 13.0).centre();
            canvas.text(&code.caption, style, room.x, room.bottom() + mm(0.6), room.w, Some(node));
        }
        None => {
            let room = Area { h: foot - shelf - mm(5.0), ..room };
            canvas.draw(Ink::Frame { area: room, width: 0.8, dashed: true }, None);
            let node = canvas.node(Kind::Paragraph, Some(section));
            let style = Style::new(Face::Italic, 11.0).centre();
            let tall = style.height(&label.waybill_room, room.w - 2.0 * PAD);
            canvas.text(
                &label.waybill_room,
                style,
                room.x + PAD,
                room.y + (room.h - tall) / 2.0,
                room.w - 2.0 * PAD,
                Some(node),
            );
        }
    }
    canvas.rule((split, band), (split, foot), 0.8);
    let mut y = shelf + mm(1.5);
    for line in &label.lines {
        let node = canvas.node(Kind::Paragraph, Some(section));
        let x = split + mm(3.0);
        y = canvas.text(&line.name, LINE_NAME, x, y, CONTENT, Some(node));
        y = canvas.text(&line.value, LINE_VALUE, x, y, CONTENT, Some(node)) + mm(0.5);
    }

    // Between: who to whom at the left, the code to scan at the right.
    let caption = Style::new(Face::Regular, 10.0).centre();
    let side = (shelf - band - mm(7.0)).min(SIDE - mm(3.0));
    let qr = Area { x: split + (SIDE + PAD - side) / 2.0, y: band + mm(1.0), w: side, h: side };
    let (x, width) = (inner.x, split - inner.x - mm(3.0));
    let from = fitting(&label.from.name, width, (shelf - band) / 3.0).min(12.5);
    let y = address(canvas, section, &label.from, band + mm(2.0), x, width, from) + mm(1.5);
    canvas.rule((FRAME.x, y), (split, y), 0.8);
    address(canvas, section, &label.to, y + mm(2.0), x, width, fitting(&label.to.name, width, shelf - y - mm(13.0)));
    draw_code(canvas, section, &label.code, qr, Stand::Centre)?;
    let node = canvas.node(Kind::Paragraph, Some(section));
    canvas.text(&label.code.caption, caption, split, qr.bottom(), SIDE + PAD, Some(node));

    below(canvas, section, label);
    Ok(())
}

fn line_height(line: &Line) -> f32 {
    LINE_NAME.height(&line.name, CONTENT) + LINE_VALUE.height(&line.value, CONTENT) + mm(0.5)
}

/// The largest size in which the receiver's name keeps to its room.
fn fitting(name: &str, width: f32, height: f32) -> f32 {
    let mut size = 23.0;
    while size > 9.0 && Style::new(Face::Bold, size).height(name, width) > height {
        size -= 0.5;
    }
    size
}

fn address(canvas: &mut Canvas, section: NodeId, to: &Address, y: f32, x: f32, width: f32, size: f32) -> f32 {
    let node = canvas.node(Kind::Paragraph, Some(section));
    let y = canvas.text(&to.caption, Style::new(Face::Regular, 8.5), x, y, width, Some(node));
    let y = canvas.text(&to.name, Style::new(Face::Bold, size), x, y, width, Some(node));
    canvas.text(&to.code, Style::new(Face::Regular, 10.0), x, y + 1.0, width, Some(node))
}

/// The cut, and what to do.
fn below(canvas: &mut Canvas, section: NodeId, label: &Label) {
    let cut = A4.1 / 2.0;
    let small = Style::new(Face::Italic, 9.0).centre();
    canvas.draw(Ink::Rule { from: (0.0, cut), to: (A4.0, cut), width: 0.7, dashed: true }, None);
    let (x, width) = (mm(25.0), A4.0 - mm(50.0));
    let node = canvas.node(Kind::Paragraph, Some(section));
    let y = canvas.text(&label.cut, small, x, cut + mm(1.2), width, Some(node)) + mm(9.0);
    let node = canvas.node(Kind::Heading(2, label.steps_title.clone()), Some(section));
    let mut y =
        canvas.text(&label.steps_title, Style::new(Face::Bold, 14.0).centre(), x, y, width, Some(node)) + mm(4.0);
    let body = Style::new(Face::Regular, 12.5);
    for (at, step) in label.steps.iter().enumerate() {
        let node = canvas.node(Kind::Paragraph, Some(section));
        canvas.text(&format!("{}.", at + 1), body, x, y, mm(7.0), Some(node));
        y = canvas.text(step, body, x + mm(7.0), y, width - mm(7.0), Some(node)) + mm(2.0);
    }
    y += mm(3.0);
    for tick in &label.ticks {
        let node = canvas.node(Kind::Paragraph, Some(section));
        y = canvas.tick(tick, body, x, y, width, node) + mm(2.0);
    }
}
