//! What the law still asks for before a seal goes on, in the officer's words, and the way there. Shared by every screen on
//! which a seal is about to be put on.

use dioxus::prelude::*;
use seal_core::case::CaseView;
use seal_core::container::ContainerNo;
use seal_core::fact::StockSnapshot;
use seal_core::ids::CaseId;
use seal_core::line::CaseLine;
use seal_core::obligation::{ApprovalLack, Cited, Need, Standing};
use seal_core::officer::Role;

use super::parts::Trouble;
use super::stored::{case_of, store_trouble};
use super::words::{self, title_of_line};
use crate::actions::state_depletion::stated_by;
use crate::actions::unit_state::{obligation_of, stock, unit_state, waiting};
use crate::i18n::format;
use crate::ports::store::StoreError;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// What is needed first: what is so, and what to do.
#[must_use]
pub fn need(need: &Need) -> String {
    match need {
        Need::Ground => t!("duty-need-ground"),
        Need::Rule => t!("duty-need-rule"),
        Need::DepletionStatement => t!("duty-need-depletion"),
        Need::ReasonAheadOfA { waiting } => t!("duty-need-ahead", n = waiting.len()),
        Need::Approval(lack) => match lack {
            ApprovalLack::NotAsked => t!("duty-need-approval"),
            ApprovalLack::Asked => t!("duty-need-answer"),
            ApprovalLack::Refused => t!("duty-approval-refused"),
            ApprovalLack::Expired => t!("duty-approval-expired"),
            ApprovalLack::OtherContainers => t!("duty-approval-other"),
        },
    }
}

/// The act that leads on from a need, its icon and the screen; none where only the head of the shift can help.
fn way_on(need: &Need, case: CaseId) -> Option<(String, &'static str, Route)> {
    match need {
        Need::Ground => Some((t!("duty-go-ground"), "scale", Route::Goods { case })),
        Need::Rule => None,
        Need::DepletionStatement => Some((t!("duty-go-depletion"), "scroll-text", Route::Depletion)),
        Need::ReasonAheadOfA { .. } => Some((t!("duty-go-ahead"), "list", Route::Goods { case })),
        Need::Approval(_) => Some((t!("duty-go-approval"), "user", Route::Approval { case })),
    }
}

/// A need with its place in the law. Beside it stands a [`NeedWay`] in the dock.
#[component]
pub fn NeedCard(need: NeedProp, cited: Option<CitedProp>) -> Element {
    rsx! {
        Card { kind: CardKind::Warn, live: true,
            Decision { text: t!("duty-not-yet") }
            p { Rich { text: self::need(&need.0) } }
            if let Some(CitedProp(cited)) = cited {
                Cite { text: words::citation(&cited.citation, &cited.pack) }
            }
        }
    }
}

/// The main act while something is needed first: the way to it.
#[component]
pub fn NeedWay(case: CaseId, need: NeedProp) -> Element {
    let mut desk = use_desk();
    match way_on(&need.0, case) {
        Some((text, icon, route)) => rsx! {
            DockNote { icon: "scale", text: in_short(&need.0) }
            Button { kind: ButtonKind::Go, big: true, icon, text, onclick: move |()| desk.open(route.clone()) }
        },
        None => rsx! { DockNote { icon: "info", text: t!("duty-first") } },
    }
}

/// A need in a line, over the act that leads to it.
fn in_short(need: &Need) -> String {
    match need {
        Need::Ground => t!("duty-short-ground"),
        Need::Rule => t!("duty-first"),
        Need::DepletionStatement => t!("duty-short-depletion"),
        Need::ReasonAheadOfA { .. } => t!("duty-short-ahead"),
        Need::Approval(_) => t!("duty-short-approval"),
    }
}

/// [`Need`] as a property.
#[derive(Clone, PartialEq)]
pub struct NeedProp(pub Need);

/// [`Cited`] as a property.
#[derive(Clone, PartialEq)]
pub struct CitedProp(pub Cited);

/// What keeps an electronic seal from going on this case now; none when nothing does. A store that cannot be read counts as
/// nothing here: the act asks again, and says so.
#[must_use]
pub fn electronic_needs(
    desk: crate::ui::desk::Desk,
    view: &CaseView,
    containers: &[ContainerNo],
) -> Option<(NeedProp, Option<CitedProp>)> {
    let found = desk.look(|kit| obligation_of(kit, view, containers).ok())?;
    let need = found.may_put_on(seal_core::codes::SealType::Electronic).err()?;
    Some((NeedProp(need), found.electronic.cited.map(CitedProp)))
}

/// The unit's electronic seals as known, and how fresh that is.
#[must_use]
pub fn stock_words(stock: &StockSnapshot) -> String {
    let counts = t!("duty-stock", free = stock.free, unfit = stock.unfit, out = stock.in_use);
    let age = match stock.as_of {
        Some(at) => t!("duty-stock-as-of", at = format::date_time(at)),
        None => t!("duty-stock-never"),
    };
    format!("{counts} {age}")
}

/// [`Standing`] as a property.
#[derive(Clone, PartialEq)]
pub struct StandingProp(pub Standing);

/// The standing statement: who, when, why, until when; and a warning when the stock shows free seals again.
#[component]
pub fn StandingCard(
    standing: StandingProp,
    /// The unit has more free seals than when it was stated.
    returned: bool,
    /// Shows the way to the statement's own screen.
    #[props(default)]
    open: bool,
) -> Element {
    let mut desk = use_desk();
    let Standing { stated, by, at, .. } = standing.0;
    let now = desk.kit().clock.now().wall;
    let who = desk.look(|kit| {
        let known = kit.store.officer(&by).ok().flatten();
        known.map_or_else(|| by.to_string(), |officer| officer.name)
    });
    let mut items = vec![
        (t!("duty-stated-by"), who),
        (
            t!("duty-stated-at"),
            t!(
                "duty-stated-age",
                at = format::date_time(at),
                age = words::minutes(now.duration_since(at).as_secs().max(0))
            ),
        ),
        (t!("duty-stated-until"), format!("`{}`", format::date_time(stated.valid_until))),
        (t!("duty-stated-why"), depletion_reason(stated.reason)),
    ];
    if !stated.remark.is_empty() {
        items.push((t!("duty-stated-remark"), stated.remark.clone()));
    }
    rsx! {
        Card { kind: if returned { CardKind::Warn } else { CardKind::Plain }, live: true,
            CardHead { eyebrow: t!("duty-depleted"),
                Chip { kind: if returned { Tone::Warn } else { Tone::Info }, text: t!("duty-stands") }
            }
            KeyValue { items }
            Note { text: t!("duty-stated-stock", stock = stock_words(&stated.stock)) }
            if returned {
                Note { icon: "triangle-alert", text: t!("duty-stock-returned") }
            }
            if open {
                Button { icon: "scroll-text", text: t!("duty-open-statement"), onclick: move |()| desk.open(Route::Depletion) }
            }
        }
    }
}

/// Why a unit has none left.
#[must_use]
pub fn depletion_reason(reason: seal_core::fact::DepletionReason) -> String {
    use seal_core::fact::DepletionReason;
    match reason {
        DepletionReason::AllInUse => t!("duty-why-in-use"),
        DepletionReason::NoneFitForUse => t!("duty-why-unfit"),
        DepletionReason::NotArrived => t!("duty-why-not-arrived"),
        DepletionReason::Other => t!("duty-why-other"),
    }
}

/// For the shift: the standing statement of the officer's unit; or, where goods wait, none is free and this officer may
/// state it, the way to it. Else nothing.
#[component]
pub fn StandingNow() -> Element {
    let mut desk = use_desk();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let now = desk.kit().clock.now().wall;
    let known = desk.look(|kit| {
        let rules = kit.store.rules()?;
        let may = stated_by(&rules, now).is_ok_and(|roles| roles.iter().any(|role| officer.is(*role)));
        Ok::<_, StoreError>((unit_state(kit, &officer.unit)?, may))
    });
    let (unit, may) = match known {
        Ok(known) => known,
        Err(error) => {
            let text = store_trouble(&error);
            return rsx! { Trouble { text } };
        }
    };
    match unit.depletion {
        Some(standing) => {
            let returned = unit.stock.free > standing.stated.stock.free;
            rsx! { StandingCard { standing: StandingProp(standing), returned, open: true } }
        }
        None if may && unit.stock.free == 0 && !unit.waiting.is_empty() => rsx! {
            Card { kind: CardKind::Warn,
                Decision { text: t!("duty-none-free") }
                Note { text: t!("duty-waiting", n = unit.waiting.len()) }
                Button { icon: "scroll-text", text: t!("duty-go-depletion"), onclick: move |()| desk.open(Route::Depletion) }
            }
        },
        None => rsx! {},
    }
}

/// Who waits of group A, how fresh the stock figure is, and the reason to go on all the same.
#[component]
pub fn AheadOfA(case: CaseId, reason: Signal<String>) -> Element {
    let mut desk = use_desk();
    let mut reason = reason;
    let mut chosen = use_signal(String::new);
    let Some(view) = case_of(desk, case) else { return rsx! {} };
    let unit = view.doc.origin.clone();
    let (ahead, figures) = desk.look(|kit| (waiting(kit, &unit), stock(kit, &unit)));
    let ahead: Vec<CaseLine> = ahead.unwrap_or_default().into_iter().filter(|other| other.id != case).collect();
    if ahead.is_empty() {
        return rsx! {};
    }
    let said = view.ahead_of_a.clone();
    let now = desk.kit().clock.now().wall;
    rsx! {
        Card { kind: CardKind::Warn, live: true,
            Decision { text: t!("duty-waiting", n = ahead.len()) }
            Note { text: t!("duty-waiting-why") }
            if let Ok(figures) = figures {
                Note { icon: "anchor", text: stock_words(&figures) }
            }
        }
        List { label: t!("duty-waiting-list"),
            for other in ahead {
                Row {
                    key: "{other.id}",
                    icon: "container",
                    title: title_of_line(&other),
                    sub: waits_for(&other, now),
                    onclick: move |()| desk.open(Route::Case { case: other.id }),
                }
            }
        }
        if let Some(said) = said {
            Note { icon: "check", text: t!("duty-ahead-said", reason = said.reason) }
        }
        Decision { id: "ahead", text: t!("duty-ahead-why") }
        Options {
            labelled_by: "ahead",
            selected: chosen(),
            items: vec![
                Choice::new("enough", t!("duty-ahead-enough")),
                Choice::new("not-here", t!("duty-ahead-not-here")),
                Choice::new("other", t!("duty-ahead-other")),
            ],
            onselect: move |id: String| {
                reason.set(match id.as_str() {
                    "enough" => t!("duty-ahead-enough"),
                    "not-here" => t!("duty-ahead-not-here"),
                    _ => String::new(),
                });
                chosen.set(id);
            },
        }
        if chosen() == "other" {
            TextArea { label: t!("duty-ahead-words"), oninput: move |text: String| reason.set(text) }
        }
        Note { text: t!("duty-ahead-or-mechanical") }
    }
}

/// "Tạm nhập tái xuất · xe dự kiến 14:20", late ones with how long.
fn waits_for(line: &CaseLine, now: jiff::Timestamp) -> String {
    let ground = line.ground.map(words::ground).unwrap_or_default();
    let late = now.duration_since(line.planned_at).as_secs();
    let when = if late > 60 {
        t!("case-truck-waits", time = words::minutes(late))
    } else {
        t!("duty-planned", at = format::date_time(line.planned_at))
    };
    format!("{ground} · {when}")
}

/// Roles in words, e.g. "Trưởng ca, Lãnh đạo".
#[must_use]
pub fn roles(roles: &[Role]) -> String {
    let word = |role: &Role| match role {
        Role::ShiftLead => t!("settings-role-shift-lead"),
        Role::Supervisor => t!("settings-role-supervisor"),
        _ => t!("settings-role-officer"),
    };
    roles.iter().map(word).collect::<Vec<_>>().join(", ")
}
