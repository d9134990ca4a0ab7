use dioxus::prelude::*;

use super::{Icon, IconSize};

/// State of a return clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockState {
    /// In time.
    #[default]
    Calm,
    /// The due day.
    Warn,
    /// Past the deadline.
    Late,
}

/// What is left of the three working days, as a ring in three parts.
#[component]
pub fn Ring(
    /// 0 to 100.
    left: u8,
    /// Large word in the middle ("2", "3/3"); not shown when late.
    value: String,
    /// "ngày"
    #[props(default)]
    unit: String,
    #[props(default)] state: ClockState,
) -> Element {
    let late = state == ClockState::Late;
    let class = match state {
        ClockState::Calm => "ring",
        ClockState::Warn => "ring ring--warn",
        ClockState::Late => "ring ring--late",
    };
    rsx! {
        span { class,
            svg { view_box: "0 0 100 100", "aria-hidden": "true",
                circle { class: "ring-track", cx: "50", cy: "50", r: "43", "pathLength": "100" }
                if !late {
                    circle { class: "ring-value", cx: "50", cy: "50", r: "43", "pathLength": "100", style: "--left:{left}" }
                    circle { class: "ring-cut", cx: "50", cy: "50", r: "43", "pathLength": "100" }
                }
            }
            span {
                if late {
                    b { Icon { name: "triangle-alert", size: IconSize::L } }
                } else {
                    b { "{value}" }
                    small { "{unit}" }
                }
            }
        }
    }
}

/// Kind of one of the [`Days`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DayKind {
    /// A working day to come.
    #[default]
    Work,
    /// Holiday or weekend: dashed.
    Off,
    /// Receipt, or gone: grey.
    Spent,
    /// Today.
    Now,
    /// The deadline.
    Due,
}

/// One day of [`Days`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Day {
    /// `T6`
    pub weekday: String,
    /// `24`
    pub day: String,
    /// "nhận", "1", "nghỉ", "hạn"
    pub note: String,
    /// Its look.
    pub kind: DayKind,
}

/// The working days of a return, day by day; more than a week stands in rows like a calendar.
#[component]
pub fn Days(
    label: String,
    items: Vec<Day>,
    /// Column of the first day in rows of a week, 1 to 7.
    #[props(default = 1)]
    first: i8,
) -> Element {
    let weeks = items.len() > 7;
    rsx! {
        ol { class: if weeks { "days days--weeks" } else { "days" }, "aria-label": label,
            for (index, d) in items.into_iter().enumerate() {
                li { style: if weeks && index == 0 { "grid-column-start:{first}" }, class: match d.kind {
                    DayKind::Work => "day",
                    DayKind::Off => "day day--off",
                    DayKind::Spent => "day day--spent",
                    DayKind::Now => "day day--now",
                    DayKind::Due => "day day--due",
                },
                    span { "{d.weekday}" }
                    b { "{d.day}" }
                    span { "{d.note}" }
                }
            }
        }
    }
}

/// Time left, large. Pairs of number and unit: `[("9", "giờ"), ("40", "phút")]`.
#[component]
pub fn Countdown(
    parts: Vec<(String, String)>,
    /// Said before it: "Còn".
    #[props(default)]
    lead: String,
    /// Spoken instead of the parts, when they do not read well ("Đã quét 3 trên 4").
    #[props(default)]
    label: String,
) -> Element {
    rsx! {
        p { class: "countdown", role: if !label.is_empty() { "img" }, "aria-label": if !label.is_empty() { label },
            if !lead.is_empty() {
                span { class: "vh", "{lead} " }
            }
            for (n, unit) in parts {
                "{n}"
                small { if unit.starts_with('/') { "{unit}" } else { " {unit} " } }
            }
        }
    }
}

/// A filled bar of what is left (battery, space). 0 to 100.
#[component]
pub fn Meter(left: u8, label: String, #[props(default)] warn: bool) -> Element {
    rsx! {
        div {
            class: if warn { "meter meter--warn" } else { "meter" },
            style: "--left:{left}%",
            role: "meter",
            "aria-valuenow": "{left}",
            "aria-valuemin": "0",
            "aria-valuemax": "100",
            "aria-label": label,
            i {}
        }
    }
}

/// Progress of work that counts.
#[component]
pub fn Progress(done: u64, of: u64, label: String) -> Element {
    let percent = (done.min(of) * 100).checked_div(of).unwrap_or(0);
    rsx! {
        div {
            class: "progress",
            style: "--done:{percent}%",
            role: "progressbar",
            "aria-valuenow": "{done}",
            "aria-valuemin": "0",
            "aria-valuemax": "{of}",
            "aria-label": label,
            i {}
        }
    }
}
