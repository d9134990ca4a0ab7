//! What is drawn where, before it is a file: items on pages, and the tree of what they mean to a screen reader.
//! Lengths are points from the upper left corner.

use seal_core::document::Tick;

use super::text::{Face, LINE, REACH, Run, lines};
use crate::adapters::barcode::symbol::Symbol;

/// Width and height of A4.
pub const A4: (f32, f32) = (mm(210.0), mm(297.0));

/// Millimetres in points.
pub const fn mm(length: f32) -> f32 {
    length * 72.0 / 25.4
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
}

impl Area {
    pub fn right(self) -> f32 {
        self.x + self.w
    }

    pub fn bottom(self) -> f32 {
        self.y + self.h
    }

    /// Smaller on every side.
    pub fn inside(self, by: f32) -> Self {
        Self { x: self.x + by, y: self.y + by, w: self.w - 2.0 * by, h: self.h - 2.0 * by }
    }
}

/// Something drawn. All of it is black, but for greys that mark a line to cut.
#[derive(Debug, Clone)]
pub enum Ink {
    /// A run from `x`, on the baseline `y`.
    Text { x: f32, y: f32, run: Run },
    /// A straight line.
    Rule { from: (f32, f32), to: (f32, f32), width: f32, dashed: bool },
    /// The outline of a rectangle.
    Frame { area: Area, width: f32, dashed: bool },
    /// Dark modules of a code.
    Modules { areas: Vec<Area>, whole: Area },
    /// Strokes of a pen.
    Strokes { lines: Vec<Vec<(f32, f32)>>, width: f32 },
}

/// A node of the meaning tree.
pub type NodeId = usize;

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Section,
    /// A heading of level 1 or 2 with its text.
    Heading(u16, String),
    Paragraph,
    Table,
    Row,
    HeadCell,
    Cell,
    /// A picture and what it says.
    Figure(String),
}

/// A child of a node, in reading order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Child {
    Node(NodeId),
    /// An item: page and place on it.
    Item(usize, usize),
}

/// A node.
#[derive(Debug, Clone)]
pub struct Node {
    pub kind: Kind,
    pub children: Vec<Child>,
}

/// An item on a page; without a node it is decoration.
#[derive(Debug, Clone)]
pub struct Item {
    pub ink: Ink,
    pub node: Option<NodeId>,
}

/// Pages being filled.
#[derive(Debug, Default)]
pub struct Canvas {
    pub pages: Vec<Vec<Item>>,
    pub nodes: Vec<Node>,
    /// The nodes on top.
    pub roots: Vec<NodeId>,
}

/// How lines stand in their width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    Left,
    Centre,
    Right,
}

/// A face and a size.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub face: Face,
    pub size: f32,
    pub stand: Stand,
}

impl Style {
    pub const fn new(face: Face, size: f32) -> Self {
        Self { face, size, stand: Stand::Left }
    }

    pub const fn centre(self) -> Self {
        Self { stand: Stand::Centre, ..self }
    }

    pub const fn right(self) -> Self {
        Self { stand: Stand::Right, ..self }
    }

    /// Height of one line.
    pub fn line(self) -> f32 {
        self.size * LINE
    }

    /// Height of a text set in `width`.
    pub fn height(self, text: &str, width: f32) -> f32 {
        lines(text, self.face, self.size, width).len() as f32 * self.line()
    }
}

impl Canvas {
    pub fn new_page(&mut self) {
        self.pages.push(Vec::new());
    }

    /// A new node under `parent`, or on top.
    pub fn node(&mut self, kind: Kind, parent: Option<NodeId>) -> NodeId {
        let id = self.nodes.len();
        self.nodes.push(Node { kind, children: Vec::new() });
        match parent {
            Some(parent) => self.nodes[parent].children.push(Child::Node(id)),
            None => self.roots.push(id),
        }
        id
    }

    /// Draws on the last page.
    pub fn draw(&mut self, ink: Ink, node: Option<NodeId>) {
        self.draw_on(self.pages.len().saturating_sub(1), ink, node);
    }

    /// Draws on a page.
    pub fn draw_on(&mut self, page: usize, ink: Ink, node: Option<NodeId>) {
        let Some(items) = self.pages.get_mut(page) else { return };
        items.push(Item { ink, node });
        if let Some(node) = node {
            let at = items.len() - 1;
            self.nodes[node].children.push(Child::Item(page, at));
        }
    }

    /// Sets text with its first line's top at `y`; answers where its last line ends.
    pub fn text(&mut self, text: &str, style: Style, x: f32, y: f32, width: f32, node: Option<NodeId>) -> f32 {
        let mut top = y;
        let mut runs = lines(text, style.face, style.size, width);
        let last = runs.len() - 1;
        for (at, run) in runs.iter_mut().enumerate() {
            let left = match style.stand {
                Stand::Left => x,
                Stand::Centre => x + (width - run.width) / 2.0,
                Stand::Right => x + width - run.width,
            };
            // The space that a broken line would end with: words stay apart for whoever reads the file's text.
            let run = if at < last { Run::new(&format!("{} ", run.text), style.face, style.size) } else { run.clone() };
            self.draw(Ink::Text { x: left, y: top + style.size * 0.94, run }, node);
            top += style.line();
        }
        top
    }

    pub fn rule(&mut self, from: (f32, f32), to: (f32, f32), width: f32) {
        self.draw(Ink::Rule { from, to, width, dashed: false }, None);
    }

    pub fn frame(&mut self, area: Area, width: f32) {
        self.draw(Ink::Frame { area, width, dashed: false }, None);
    }

    /// Draws a code as large as it fits into `area`, its quiet zone inside; a linear one is as tall as the area. At the left
    /// its first bar stands on the edge, and the white before it is the caller's business.
    pub fn symbol(&mut self, symbol: &Symbol, area: Area, stand: Stand, node: NodeId) {
        let quiet = symbol.quiet() as f32;
        let linear = symbol.down == 1;
        let across = symbol.across as f32 + 2.0 * quiet;
        let module = if linear { (area.w / across).min(LARGEST_BAR) } else { area.w.min(area.h) / across };
        let tall = if linear { area.h } else { module };
        let (w, h) = (module * symbol.across as f32, if linear { area.h } else { module * symbol.down as f32 });
        let x = match stand {
            Stand::Left => area.x,
            Stand::Centre => area.x + (area.w - w) / 2.0,
            Stand::Right => area.right() - w,
        };
        let y = area.y + (area.h - h) / 2.0;
        let areas = symbol.runs().into_iter().map(|(at, row, run)| Area {
            x: x + at as f32 * module,
            y: y + row as f32 * module,
            w: run as f32 * module,
            h: tall,
        });
        let areas = areas.collect();
        self.draw(Ink::Modules { areas, whole: Area { x, y, w, h } }, Some(node));
    }

    /// A box to tick, with its words; answers where they end.
    pub fn tick(&mut self, tick: &Tick, style: Style, x: f32, y: f32, width: f32, node: NodeId) -> f32 {
        let side = style.size * 0.8;
        let area = Area { x, y: y + style.size * 0.17, w: side, h: side };
        // The words say it too: a reader of the text sees no box.
        let spoken = format!("{}: {}", tick.text, if tick.done { "có" } else { "chưa ghi" });
        let figure = self.node(Kind::Figure(spoken), Some(node));
        self.draw(Ink::Frame { area, width: 0.9, dashed: false }, Some(figure));
        if tick.done {
            let at = |fx: f32, fy: f32| (area.x + area.w * fx, area.y + area.h * fy);
            let lines = vec![vec![at(0.18, 0.55), at(0.42, 0.8), at(0.88, 0.12)]];
            self.draw(Ink::Strokes { lines, width: 1.6 }, Some(figure));
        }
        let indent = style.size * 1.35;
        self.text(&tick.text, style, x + indent, y, width - indent, Some(node))
    }
}

/// The widest module of a linear code: wider makes it no easier to read.
const LARGEST_BAR: f32 = mm(0.5);

impl Ink {
    /// The area it covers, marks above and below letters included.
    pub fn area(&self) -> Area {
        match self {
            Self::Text { x, y, run } => {
                let (above, below) = (run.size * REACH.0, run.size * REACH.1);
                Area { x: *x, y: y - above, w: run.width, h: above + below }
            }
            Self::Rule { from, to, .. } => around([*from, *to]),
            Self::Frame { area, .. } | Self::Modules { whole: area, .. } => *area,
            Self::Strokes { lines, .. } => around(lines.iter().flatten().copied()),
        }
    }
}

fn around(points: impl IntoIterator<Item = (f32, f32)>) -> Area {
    let start = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
    let (left, top, right, bottom) =
        points.into_iter().fold(start, |(l, t, r, b), (x, y)| (l.min(x), t.min(y), r.max(x), b.max(y)));
    Area { x: left, y: top, w: right - left, h: bottom - top }
}

/// The strokes of a signature pad: `M x y` begins one, `L x y` goes on. What is not understood ends the reading.
pub fn strokes(path: &str) -> Vec<Vec<(f32, f32)>> {
    let mut lines: Vec<Vec<(f32, f32)>> = Vec::new();
    for (at, _) in path.match_indices(['M', 'L']) {
        let rest = &path[at + 1..];
        let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let mut numbers = rest[..end].split([' ', ',']).filter(|part| !part.is_empty()).map(str::parse::<f32>);
        let (Some(Ok(x)), Some(Ok(y)), None) = (numbers.next(), numbers.next(), numbers.next()) else { return lines };
        if !(x.is_finite() && y.is_finite()) {
            return lines;
        }
        if path[at..].starts_with('M') {
            lines.push(Vec::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push((x, y));
        }
    }
    lines
}
