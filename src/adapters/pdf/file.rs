//! Ink as a file.

use std::num::NonZeroU16;

use krilla::configure::ConfigurationBuilder;
use krilla::configure::validate::{Accessibility, Archival};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineCap, LineJoin, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ContentTag, Identifier, Node as TagNode, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree,
};
use krilla::{Document as Pdf, SerializeSettings};
use seal_core::document::Document;
use seal_core::time::vietnam;

use super::ink::{A4, Area, Canvas, Child, Ink, Item, Kind, NodeId};
use crate::ports::documents::PressError;

const LANGUAGE: &str = "vi-VN";
const PROGRAM: &str = "seal-field";

/// Writes the pages as PDF/A-2a (archive) and PDF/UA-1 (read aloud); the library checks both and refuses what breaks them.
pub fn write(document: &Document, canvas: &Canvas) -> Result<Vec<u8>, PressError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| PressError::Failed(format!("{error:?}")))?;
    let mut pdf = Pdf::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    pdf.set_metadata(metadata(document));
    let mut written: Vec<Vec<Option<Identifier>>> = Vec::new();
    for items in &canvas.pages {
        let settings = PageSettings::from_wh(A4.0, A4.1).ok_or_else(|| PressError::Failed("A4".to_owned()))?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        written.push(items.iter().map(|item| draw(&mut surface, item)).collect());
        surface.finish();
        page.finish();
    }
    let mut tree = TagTree::new().with_lang(Some(LANGUAGE.to_owned()));
    for root in &canvas.roots {
        tree.push(group(canvas, &mut written, *root));
    }
    pdf.set_tag_tree(tree);
    pdf.set_outline(outline(canvas));
    pdf.finish().map_err(|error| PressError::Failed(format!("{error:?}")))
}

fn metadata(document: &Document) -> Metadata {
    // The moment the document speaks of, not now: the same document is the same file.
    let made = document.made.to_zoned(vietnam());
    let part = |n: i8| u8::try_from(n).unwrap_or_default();
    let date = DateTime::new(u16::try_from(made.year()).unwrap_or_default())
        .month(part(made.month()))
        .day(part(made.day()))
        .hour(part(made.hour()))
        .minute(part(made.minute()))
        .second(part(made.second()))
        .utc_offset_hour(7)
        .utc_offset_minute(0);
    Metadata::new()
        .title(document.title.clone())
        .language(LANGUAGE.to_owned())
        .creator(PROGRAM.to_owned())
        .producer(PROGRAM.to_owned())
        .creation_date(date)
}

/// Draws an item; answers its name in the meaning tree, if it has a meaning.
fn draw(surface: &mut Surface, item: &Item) -> Option<Identifier> {
    let tag = match (&item.ink, item.node) {
        (_, None) => ContentTag::Artifact(Artifact::default()),
        (Ink::Text { .. }, Some(_)) => ContentTag::Span(SpanTag::empty()),
        (_, Some(_)) => ContentTag::Other,
    };
    let name = surface.start_tagged(tag);
    match &item.ink {
        Ink::Text { x, y, run } => {
            surface.set_stroke(None);
            surface.set_fill(Some(Fill::default()));
            surface.draw_glyphs(Point::from_xy(*x, *y), &run.glyphs, run.face.font(), &run.text, run.size, false);
        }
        Ink::Rule { from, to, width, dashed } => stroke(surface, &[vec![*from, *to]], pen(*width, *dashed)),
        Ink::Frame { area, width, dashed } => frame(surface, *area, pen(*width, *dashed)),
        Ink::Modules { areas, .. } => modules(surface, areas),
        Ink::Strokes { lines, width } => {
            let round = Stroke { line_cap: LineCap::Round, line_join: LineJoin::Round, ..pen(*width, false) };
            stroke(surface, lines, round);
        }
    }
    surface.end_tagged();
    item.node.map(|_| name)
}

fn pen(width: f32, dashed: bool) -> Stroke {
    let dash = dashed.then(|| StrokeDash { array: vec![4.0, 3.0], offset: 0.0 });
    Stroke { width, dash, ..Stroke::default() }
}

fn stroke(surface: &mut Surface, lines: &[Vec<(f32, f32)>], pen: Stroke) {
    let mut path = PathBuilder::new();
    for line in lines {
        let Some((first, rest)) = line.split_first() else { continue };
        path.move_to(first.0, first.1);
        // A dot is a line of no length with round ends.
        if rest.is_empty() {
            path.line_to(first.0, first.1);
        }
        for (x, y) in rest {
            path.line_to(*x, *y);
        }
    }
    surface.set_fill(None);
    surface.set_stroke(Some(pen));
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn frame(surface: &mut Surface, area: Area, pen: Stroke) {
    surface.set_fill(None);
    surface.set_stroke(Some(pen));
    fill_or_stroke(surface, &[area]);
}

/// All modules are one path: no hairlines between them, and little to print.
fn modules(surface: &mut Surface, areas: &[Area]) {
    surface.set_stroke(None);
    surface.set_fill(Some(Fill::default()));
    fill_or_stroke(surface, areas);
}

fn fill_or_stroke(surface: &mut Surface, areas: &[Area]) {
    let mut path = PathBuilder::new();
    for area in areas {
        if let Some(rect) = Rect::from_xywh(area.x, area.y, area.w, area.h) {
            path.push_rect(rect);
        }
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

/// The meaning tree under a node. What says nothing has no place in it: an empty cell keeps its place.
fn group(canvas: &Canvas, written: &mut [Vec<Option<Identifier>>], id: NodeId) -> TagGroup {
    let node = &canvas.nodes[id];
    let mut group = match &node.kind {
        Kind::Section => TagGroup::new(Tag::Section),
        Kind::Heading(level, text) => {
            TagGroup::new(Tag::Hn(NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN), Some(text.clone())))
        }
        Kind::Paragraph => TagGroup::new(Tag::P),
        Kind::Table => TagGroup::new(Tag::Table),
        Kind::Row => TagGroup::new(Tag::TR),
        Kind::HeadCell => TagGroup::new(Tag::TH(TableHeaderScope::Column)),
        Kind::Cell => TagGroup::new(Tag::TD),
        Kind::Figure(says) => TagGroup::new(Tag::Figure(Some(says.clone()))),
    };
    for child in &node.children {
        match child {
            Child::Node(child) => group.push(group_node(canvas, written, *child)),
            Child::Item(page, at) => {
                if let Some(name) = written.get_mut(*page).and_then(|page| page.get_mut(*at)).and_then(Option::take) {
                    group.push(name);
                }
            }
        }
    }
    group
}

fn group_node(canvas: &Canvas, written: &mut [Vec<Option<Identifier>>], id: NodeId) -> TagNode {
    group(canvas, written, id).into()
}

/// The first headings, for a reader's side bar.
fn outline(canvas: &Canvas) -> Outline {
    let mut outline = Outline::new();
    for (page, items) in canvas.pages.iter().enumerate() {
        for item in items {
            let Some(Kind::Heading(1, text)) = item.node.and_then(|id| canvas.nodes.get(id)).map(|node| &node.kind)
            else {
                continue;
            };
            let area = item.ink.area();
            let place = XyzDestination::new(page, Point::from_xy(area.x, area.y));
            outline.push_child(OutlineNode::new(text.clone(), place));
            break;
        }
    }
    outline
}
