//! What would help, measured in a frame in which nothing was read. Only what the pixels show: a linear code is judged by the
//! strongest window of parallel edges; a matrix code has none, and gets no hint but the one about light.

use crate::locate::Window;
use crate::{Frame, Hint};

/// Mean grey below which light helps.
const DARK: f32 = 45.;
/// Edges a window must have to pass for a code: Code 128 has 6 a character, and none of ours is shorter than 3 and its
/// guards. A door's edge or a line of the road has two.
const EDGES: usize = 16;
/// Part of the window's range that a rise must have to count as an edge: what blur leaves of a narrow bar still does, grain
/// does not.
const RISE: f32 = 0.25;
/// Part of a rise that its steepest pixel makes up. A bar in focus rises within two pixels (a half and more); blurred by a
/// Gaussian of s pixels the steepest makes 0.4 / s. Below this s is 2.2 and more, an edge is smeared over six pixels: that
/// is more than the narrow bar of any label that fits into a frame.
const STEEP: f32 = 0.18;
/// Lines beside each other that are averaged against grain.
const LINES: i32 = 13;

/// The hint of one frame. `strongest`: its strongest window of parallel edges.
pub(crate) fn of(frame: Frame, strongest: Option<Window>) -> Option<Hint> {
    if frame.mean() < DARK {
        return Some(Hint::Dark);
    }
    let first = strongest?;
    let edges = edges(frame, &first);
    if edges.len() >= EDGES && runs_out(frame, &first) {
        return Some(Hint::CutOff);
    }
    // short: a code, but too few pixels a bar
    if first.half_length * 8. < frame.width() as f32 && first.half_height > 12. {
        return Some(Hint::TooSmall);
    }
    let blurred = edges.len() >= EDGES && middle(edges) < STEEP;
    blurred.then_some(Hint::Blurred)
}

/// Frames in a row that must say so. The deeper passes take turns over ten frames, and may read what is smeared or cut: the
/// hint leaves them half of their turn.
pub(crate) fn frames(hint: Hint) -> usize {
    match hint {
        Hint::Dark | Hint::TooSmall => 1,
        Hint::Blurred | Hint::CutOff => 5,
    }
}

/// Exactly one end of the window lies at the frame's border. With both there is no side to move to, and a wall of ribs or a
/// fence looks like that.
fn runs_out(frame: Frame, window: &Window) -> bool {
    /// A window ends in the middle of a cell of the locator.
    const BORDER: f32 = 12.;
    /// And leaves out that part of the edges, at each end.
    const STRAY: f32 = 0.03;
    let near = BORDER + STRAY * 2. * window.half_length;
    let outside = |end: f32| {
        let [x, y] = window.at(end, 0.);
        x.min(frame.width() as f32 - x).min(y).min(frame.height() as f32 - y) < near
    };
    outside(-window.half_length) != outside(window.half_length)
}

/// Of each edge along the window's middle, the part of its rise that the steepest pixel makes up.
fn edges(frame: Frame, window: &Window) -> Vec<f32> {
    let profile = profile(frame, window);
    let (low, high) = profile.iter().fold((255f32, 0f32), |(low, high), p| (low.min(*p), high.max(*p)));
    let least = RISE * (high - low);
    let mut edges = Vec::new();
    if least < 4. {
        return edges;
    }
    // from turning point to turning point; a turn counts when it is as high as an edge
    let (mut from, mut top, mut rising) = (0, 0, None::<bool>);
    for (at, p) in profile.iter().enumerate() {
        let up = *p > profile[from];
        match rising {
            None if (p - profile[from]).abs() >= least => (rising, top) = (Some(up), at),
            None => {}
            Some(up) if (*p > profile[top]) == up && *p != profile[top] => top = at,
            Some(up) if (p - profile[top]).abs() >= least => {
                edges.push(steepest(&profile[from..=top]));
                (from, top, rising) = (top, at, Some(!up));
            }
            Some(_) => {}
        }
    }
    if rising.is_some() {
        edges.push(steepest(&profile[from..=top]));
    }
    edges
}

fn steepest(rise: &[f32]) -> f32 {
    let whole = (rise[rise.len() - 1] - rise[0]).abs();
    let step = rise.windows(2).map(|two| (two[1] - two[0]).abs()).fold(0., f32::max);
    step / whole.max(1.)
}

/// Grey along the window's middle, pixel by pixel, averaged over lines beside each other; short where the frame ends.
fn profile(frame: Frame, window: &Window) -> Vec<f32> {
    let long = window.half_length as i32;
    let reach = (LINES / 2).min(window.half_height as i32 / 2);
    let grey = |x: f32, y: f32| {
        let inside = x >= 0. && y >= 0. && x < (frame.width() - 1) as f32 && y < (frame.height() - 1) as f32;
        inside.then(|| {
            let (column, row) = (x as usize, y as usize);
            let (a, b) = (x.fract(), y.fract());
            let at = |dx: usize, dy: usize| f32::from(frame.row(row + dy)[column + dx]);
            (at(0, 0) * (1. - a) + at(1, 0) * a) * (1. - b) + (at(0, 1) * (1. - a) + at(1, 1) * a) * b
        })
    };
    let along = |u: i32| {
        let values = (-reach..=reach).filter_map(|v| {
            let [x, y] = window.at(u as f32, v as f32);
            grey(x, y)
        });
        let (sum, n) = values.fold((0., 0), |(sum, n), p| (sum + p, n + 1));
        (n > 0).then(|| sum / n as f32)
    };
    (-long..=long).filter_map(along).collect()
}

fn middle(mut values: Vec<f32>) -> f32 {
    let half = values.len() / 2;
    *values.select_nth_unstable_by(half, f32::total_cmp).1
}
