//! One case: what its goods need by which document, what is on it, and the next act.

use dioxus::prelude::*;
use seal_core::case::{CasePhase, CaseView, SealOnCase};
use seal_core::codes::SealType;
use seal_core::fact::Stage;
use seal_core::ids::{CaseId, OfficeCode};
use seal_core::inspection::Verdict;
use seal_core::rules::{GoodsDecision, GoodsGroup, RulePack};
use seal_core::seal::outcome::open_command;
use seal_core::seal::reading::LockAction;
use seal_core::seal_no::SealNo;

use super::containers::ContainerRows;
use super::cover::under_words;
use super::parts::{Page, Trouble};
use super::pictures::{Prefer, photo_src};
use super::reopen::{OnTheWay, OpeningCard};
use super::scan::inspect_route;
use super::stored::{CaseGone, case_of, store_trouble};
use super::words;
use crate::actions::decide_goods::{decide_goods, preview};
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};
use crate::ui::route::{Route, ScanFor};

/// The next act on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Settle what nobody knows.
    Settle(SealNo, LockAction),
    /// Choose the legal ground.
    Ground,
    /// No rule of the day settles the goods' group: the head of the unit decides.
    Approve,
    /// No seal is needed.
    NoSeal,
    /// Begin sealing with the trip.
    Trip,
    /// Scan the seal to put on.
    ScanSeal,
    /// Take the photographs that are missing.
    Photos(SealNo),
    /// Tug test and signature.
    HandOver(SealNo),
    /// Another unit has to seal it first.
    Await,
    /// Opened under supervision and sealed again: say so.
    CloseAgain,
    /// Sealed here and complete.
    Left,
    /// Inspect the seal at the destination.
    Inspect,
    /// Take an accepted seal off.
    Disarm(SealNo),
    /// Record that a seal without our radio comes off.
    RecordOff(SealNo),
    /// A check on the way is possible.
    EnRoute,
    /// Held for full examination.
    Held,
    /// Nothing more.
    Done,
}

/// What comes next at `unit`. Pure.
#[must_use]
pub fn next(view: &CaseView, unit: &OfficeCode, rules: &RulePack, group: Option<GoodsGroup>) -> Next {
    let open = view.customs_seals().find_map(|seal| open_command(&seal.state).map(|(_, action)| (seal, action)));
    if let Some((seal, action)) = open {
        return Next::Settle(seal.no.clone(), action);
    }
    let on: Vec<&SealOnCase> = view.customs_seals().filter(|seal| seal.state.is_on()).collect();
    // Opened under supervision: whoever opened it puts the next seal on.
    if let Some(opening) = view.open_opening() {
        return match (&opening.unit == unit, view.bare().is_empty()) {
            (true, true) => Next::CloseAgain,
            (true, false) => Next::ScanSeal,
            (false, _) => Next::Await,
        };
    }
    match (view.phase(), on.first()) {
        (CasePhase::ToSeal | CasePhase::Sealing, _) if &view.doc.origin == unit => match group {
            None if view.ground.is_none() => Next::Ground,
            None if !view.is_approved() => Next::Approve,
            Some(GoodsGroup::C) if !view.is_approved() => Next::NoSeal,
            _ if view.trip.is_none() => Next::Trip,
            _ => Next::ScanSeal,
        },
        (CasePhase::Sealed, Some(seal)) if &view.doc.origin == unit => {
            let misses = |seal: &&&SealOnCase| {
                rules.arm_photos.iter().any(|role| view.photos_of_seal(seal, *role, Stage::Arm).next().is_none())
            };
            if let Some(seal) = on.iter().find(misses) {
                Next::Photos(seal.no.clone())
            } else if view.handed_over.is_none() {
                Next::HandOver(seal.no.clone())
            } else {
                Next::Left
            }
        }
        // A seal once accepted comes off before the next one is looked at. A truck that left with a bare container has
        // arrived all the same.
        (CasePhase::Sealed | CasePhase::Sealing, Some(_)) if &view.doc.destination == unit => {
            match on.iter().find(|seal| accepted(view, seal)) {
                Some(seal) if seal.method.is_some() => Next::RecordOff(seal.no.clone()),
                Some(seal) => Next::Disarm(seal.no.clone()),
                None => Next::Inspect,
            }
        }
        (CasePhase::Sealed, _) | (CasePhase::Sealing, Some(_)) => Next::EnRoute,
        (CasePhase::ToSeal | CasePhase::Sealing, None) => Next::Await,
        (CasePhase::Held, _) => Next::Held,
        _ => Next::Done,
    }
}

/// The last inspection of the seal at the end of the trip lets it come off. Pure.
#[must_use]
pub fn accepted(view: &CaseView, seal: &SealOnCase) -> bool {
    let last = view.inspections.iter().rev().find(|one| one.inspected.seal == seal.no && !one.inspected.en_route);
    last.is_some_and(|last| matches!(last.inspected.verdict, Verdict::Accept | Verdict::AcceptWithReason))
}

/// See the module.
#[component]
pub fn Case(case: CaseId) -> Element {
    let mut desk = use_desk();
    let trouble = use_signal(String::new);
    let Some(officer) = desk.officer() else { return rsx! {} };
    let Some(view) = case_of(desk, case) else { return rsx! { CaseGone {} } };
    let unit = officer.unit.clone();
    let (decision, rules) = desk.look(|kit| {
        let decision =
            view.decision.clone().or_else(|| view.ground.and_then(|ground| preview(kit, ground).ok().flatten()));
        (decision, kit.store.rules())
    });
    let rules = match rules {
        Ok(rules) => rules,
        Err(error) => {
            let text = store_trouble(&error);
            return rsx! { Page { title: t!("case-title"), back: true, Trouble { text } } };
        }
    };
    let next = next(&view, &unit, &rules, decision.as_ref().map(|decision| decision.group));
    let conflict = view.conflicts.iter().any(|conflict| conflict.decided.is_none());
    // Two phones that contradict each other prove nothing.
    let (phase_kind, phase) = if conflict { (Tone::Bad, t!("conflict-open")) } else { words::phase(view.phase()) };
    // One card has the band: what is to be decided first.
    let calm = conflict || matches!(next, Next::Settle(..));
    let sub = if view.on_the_spot {
        t!("case-on-the-spot")
    } else if view.papers_scanned {
        t!("case-papers-scanned")
    } else {
        t!("case-papers-not-scanned")
    };
    let trip = view.trip.clone();
    let vehicle = trip.as_ref().map_or(view.doc.vehicle.clone(), |trip| trip.vehicle.clone());
    let trailer = trip.as_ref().map_or(view.doc.trailer.clone(), |trip| trip.trailer.clone());
    let mut line = vec![];
    if !view.doc.size_type.is_empty() {
        line.push(view.doc.size_type.clone());
    }
    if !vehicle.is_empty() {
        line.push(t!("case-vehicle", plate = vehicle));
    }
    if !trailer.is_empty() {
        line.push(t!("case-trailer", plate = trailer));
    }
    let mandatory = decision.as_ref().is_some_and(|decision| decision.group == GoodsGroup::A);
    let needs_eseal = mandatory
        && view.phase() != CasePhase::Closed
        && (!view.bare().is_empty() || !view.customs_seals().any(|seal| seal.state.is_on()));
    let group = decision.as_ref().map(|decision| decision.group);
    let several = view.doc.containers.len() > 1;
    let on = view.seals.iter().filter(|seal| seal.state.is_on()).count();
    let to_goods = Route::Goods { case };
    let can_change_ground = view.doc.origin == unit && matches!(view.phase(), CasePhase::ToSeal | CasePhase::Sealing);
    rsx! {
        Page {
            title: t!("case-title"),
            sub,
            back: true,
            report: "case",
            dock: rsx! { NextAct { view: view.clone(), next: next.clone(), unit: unit.clone(), trouble } },
            if !several {
                Numbers { view: view.clone() }
            }
            div { class: "flow flow--between",
                if !line.is_empty() {
                    Note { text: line.join(" · ") }
                }
                Chip { kind: phase_kind, text: phase }
            }
            Trouble { text: trouble() }
            if let Next::Settle(_, action) = &next {
                Card { kind: CardKind::Unsure,
                    Decision { text: if *action == LockAction::Arm { t!("arm-unsure") } else { t!("arm-unsure-off") } }
                    Note { text: if *action == LockAction::Arm { t!("case-uncertain-do") } else { t!("case-uncertain-off-do") } }
                }
            }
            if conflict {
                Card { kind: CardKind::Bad,
                    Decision { text: t!("case-conflict") }
                    Note { text: t!("case-conflict-why") }
                    Button { icon: "scale", text: t!("case-conflict-open"), onclick: move |()| desk.open(Route::Conflict { case }) }
                }
            }
            OpeningCard { view: view.clone() }
            if several {
                ContainerRows { view: view.clone(), unit: unit.clone(), group }
            }
            GoodsCard { view: view.clone(), decision, calm, changeable: can_change_ground, onchange: move |()| desk.open(to_goods.clone()) }
            Declaration { view: view.clone() }
            SectionHead { title: t!("case-seals"), note: t!("case-seals-on", n = on) }
            List {
                for seal in view.seals.clone() {
                    SealRow { key: "{seal.no.as_str()}", view: view.clone(), seal }
                }
                if needs_eseal {
                    Row {
                        icon: "shield-alert",
                        kind: Tone::Warn,
                        title: t!("case-type-electronic"),
                        sub: t!("case-party-customs"),
                        end: rsx! { Chip { kind: Tone::Warn, text: t!("case-seal-needed") } },
                    }
                } else if view.seals.is_empty() {
                    Row { icon: "anchor", title: t!("case-no-seal") }
                }
            }
            OnTheWay { view: view.clone() }
            if let Some(trip) = trip {
                Card {
                    CardHead { eyebrow: t!("case-trip") }
                    KeyValue { items: vec![
                        (t!("arm-driver"), trip.driver.clone()),
                        (t!("arm-route"), trip.route.clone()),
                        (t!("case-until"), format!("`{}`", format::date_time(trip.permitted_until))),
                    ] }
                }
            }
            if let Some(handed) = view.handed_over.clone() {
                Card {
                    CardHead { eyebrow: t!("case-handed-over"),
                        Chip { kind: Tone::Ok, text: t!("case-signed") }
                    }
                    KeyValue { items: vec![(t!("arm-signer"), handed.name.clone())] }
                }
            }
            if !view.photos.is_empty() {
                SectionHead { title: t!("case-photos"), note: t!("items", n = view.photos.len()) }
                Photos {
                    for photo in view.photos.clone() {
                        PhotoTile {
                            key: "{photo.event}",
                            title: words::photo(photo.role).0,
                            sub: format::date_time(photo.at),
                            src: desk.look(|kit| photo_src(kit, &photo.photo, Prefer::Thumbnail)),
                            alt: words::photo(photo.role).0,
                            badge: words::quality(photo.quality),
                            state: if crate::actions::take_photo::is_good(photo.quality) { PhotoState::Good } else { PhotoState::Bad },
                            onclick: |()| {},
                        }
                    }
                }
            }
        }
    }
}

/// The numbers the case is known by.
#[component]
fn Numbers(view: CaseView) -> Element {
    rsx! {
        div { class: "stack",
            for container in view.doc.containers.clone() {
                div { class: "chips", key: "{container.as_str()}",
                    ContainerNumber {
                        number: container.as_str(),
                        size: NumberSize::Xl,
                        check_label: t!("check-digit-is", d = container.check_digit()),
                    }
                    if view.containers_scanned.contains(&container) {
                        Chip { kind: Tone::Ok, icon: "scan-line", text: t!("case-scanned") }
                    }
                }
            }
            if view.doc.containers.is_empty() {
                p { class: "decision", Rich { text: super::words::title_of(&view) } }
            }
        }
    }
}

#[component]
fn GoodsCard(
    view: CaseView,
    decision: Option<GoodsDecision>,
    calm: bool,
    changeable: bool,
    onchange: EventHandler<()>,
) -> Element {
    let Some(ground) = view.ground else {
        return rsx! {
            Card { kind: if calm { CardKind::Plain } else { CardKind::Hero },
                p { class: "eyebrow", {t!("case-ground")} }
                Decision { text: t!("case-ground-missing") }
                Note { text: t!("case-ground-missing-why") }
            }
        };
    };
    let eyebrow = t!("case-ground-is", ground = words::ground(ground));
    match decision {
        Some(decision) => rsx! {
            Card { kind: if calm { CardKind::Plain } else { CardKind::Hero },
                p { class: "eyebrow", {eyebrow} }
                Decision { text: words::group(decision.group) }
                Cite { text: words::citation(&decision.citation, &decision.pack) }
                if decision.group == GoodsGroup::A {
                    Note { text: if view.depletion.is_some() { t!("duty-relied-on") } else if view.no_eseal_reason.is_empty() { t!("case-group-mandatory-why") } else { t!("case-no-eseal", reason = view.no_eseal_reason.clone()) } }
                }
                if view.is_approved() {
                    Note { icon: "badge-check", text: t!("approval-in-case") }
                }
                if changeable {
                    Button { text: t!("case-ground-change"), icon: "scale", onclick: move |()| onchange.call(()) }
                }
            }
        },
        None => rsx! {
            Card { kind: CardKind::Unsure,
                p { class: "eyebrow", {eyebrow} }
                Decision { text: t!("case-no-rule") }
                Note { text: t!("case-no-rule-why") }
                if changeable {
                    Button { text: t!("case-ground-change"), icon: "scale", onclick: move |()| onchange.call(()) }
                }
            }
        },
    }
}

#[component]
fn Declaration(view: CaseView) -> Element {
    let desk = use_desk();
    let doc = view.doc.clone();
    let (origin, destination) =
        desk.look(|kit| (words::office(kit, &doc.origin), words::office(kit, &doc.destination)));
    let mut items: Vec<(String, String)> = vec![];
    let mut add = |name: String, value: &str| {
        if !value.is_empty() {
            items.push((name, value.to_owned()));
        }
    };
    add(t!("case-status"), &doc.status);
    add(t!("case-trader"), &doc.trader);
    add(t!("case-tax"), &doc.tax_code);
    add(t!("case-channel"), &doc.channel);
    add(t!("case-origin"), &origin);
    add(t!("case-destination"), &destination);
    add(t!("case-route"), &doc.route);
    add(t!("case-planned"), &format!("`{}`", format::date_time(doc.planned_at)));
    let number = doc.declaration.as_ref();
    rsx! {
        Card {
            CardHead { eyebrow: t!("case-declaration"),
                if let Some(number) = number {
                    if number.is_checked() {
                        Chip { kind: Tone::Ok, text: t!("case-number-valid") }
                    } else {
                        Chip { kind: Tone::Warn, text: t!("case-number-unchecked") }
                    }
                }
            }
            if let Some(number) = number {
                span { class: "num strong", style: "font-size:var(--fs-4)", {words::threes(number.as_str())} }
            } else {
                Note { text: t!("case-no-declaration") }
            }
            KeyValue { items }
        }
    }
}

#[component]
fn SealRow(view: CaseView, seal: SealOnCase) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    let (tone, word) = words::lock(&seal);
    let no = seal.no.clone();
    let open = open_command(&seal.state);
    let mut sub = format!("`{}` · {}", seal.no, words::party(seal.party));
    if let Some(since) = seal.on_since.filter(|_| seal.state.is_on()) {
        sub = format!("{sub} · {}", t!("case-on-since", at = format::date_time(since)));
    }
    // What is only announced or being prepared covers nothing yet.
    if view.doc.containers.len() > 1 && seal.on_since.is_some() {
        sub = format!("{sub} · {}", t!("cover-for", containers = under_words(&view, &view.under(&seal))));
    }
    rsx! {
        Row {
            icon: words::seal_icon(&seal),
            kind: if matches!(tone, Tone::Ok | Tone::Unsure | Tone::Bad) { tone } else { Tone::Idle },
            title: if seal.seal_type == SealType::Electronic { words::seal_type(seal.seal_type) } else { seal.kind.map_or_else(|| words::seal_type(seal.seal_type), words::seal_kind) },
            sub,
            end: rsx! { Chip { kind: tone, text: word } },
            onclick: move |()| match open {
                Some((_, action)) => desk.open(Route::Lock { case, seal: no.clone(), action }),
                None => desk.open(Route::Seal { seal: no.clone() }),
            },
        }
    }
}

#[component]
fn NextAct(view: CaseView, next: Next, unit: OfficeCode, trouble: Signal<String>) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    let go = |icon: &'static str, text: String, route: Route| {
        rsx! {
            Button { kind: ButtonKind::Go, big: true, icon, text, onclick: move |()| desk.open(route.clone()) }
        }
    };
    let mut begin = move |()| match settle_ground(desk, case) {
        Ok(()) => desk.open(Route::Trip { case }),
        Err(text) => trouble.set(text),
    };
    match next {
        Next::Settle(seal, action) => go("refresh-cw", t!("arm-read-again"), Route::Lock { case, seal, action }),
        Next::Ground => go("scale", t!("case-choose-ground"), Route::Goods { case }),
        Next::NoSeal => rsx! {
            DockNote { icon: "circle-check", text: t!("case-needs-no-seal") }
            Button { icon: "lock", text: t!("case-seal-anyway"), onclick: move |()| desk.open(Route::Approval { case }) }
        },
        Next::Approve => go("user", t!("duty-go-approval"), Route::Approval { case }),
        Next::Trip => rsx! {
            Button { kind: ButtonKind::Go, big: true, icon: "shield-check", text: t!("case-start"), onclick: move |()| begin(()) }
            if view.containers_scanned.is_empty() && view.doc.containers.len() < 2 {
                Button { icon: "scan-line", text: t!("case-scan-container"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::Case { case } }) }
            }
        },
        Next::ScanSeal => rsx! {
            Button { kind: ButtonKind::Go, big: true, icon: "scan-line", text: t!("case-scan-new-seal"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::SealToArm { case } }) }
            Button { icon: "hand", text: t!("case-by-hand"), onclick: move |()| desk.open(Route::ManualSeal { case, seal: None }) }
        },
        Next::CloseAgain => rsx! { DockNote { icon: "lock", text: t!("reopen-close-now") } },
        Next::Photos(seal) => go("camera", t!("case-take-photos"), Route::Photos { case, seal, stage: Stage::Arm }),
        Next::HandOver(seal) => go("truck", t!("case-hand-over"), Route::HandOver { case, seal }),
        Next::Left => rsx! {
            DockNote { icon: "truck", text: t!("case-may-leave") }
            Button { icon: "plus", text: t!("case-one-more"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::SealToArm { case } }) }
        },
        Next::Inspect => {
            let on = view.customs_seals().find(|seal| seal.state.is_on() && !accepted(&view, seal));
            let on = on.map(|seal| seal.no.clone());
            let direct = on.map(|seal| inspect_route(&view, &seal, &unit));
            rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "scan-line", text: t!("case-scan-seal"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::SealOnCase { case } }) }
                if let Some(route) = direct {
                    Button { icon: "eye", text: t!("case-inspect"), onclick: move |()| desk.open(route.clone()) }
                }
            }
        }
        Next::Disarm(seal) => {
            let disarm = go("lock-open", t!("case-disarm"), Route::Lock { case, seal, action: LockAction::Disarm });
            rsx! {
                {disarm}
                OtherSeal { view }
            }
        }
        Next::RecordOff(seal) => {
            let record = go("hand", t!("case-record-off"), Route::ManualSeal { case, seal: Some(seal) });
            rsx! {
                {record}
                OtherSeal { view }
            }
        }
        Next::EnRoute => rsx! {
            Button { icon: "eye", text: t!("case-en-route"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::SealOnCase { case } }) }
        },
        Next::Await => rsx! { DockNote { icon: "hourglass", text: t!("case-await") } },
        Next::Held => rsx! {
            DockNote { icon: "shield-alert", text: t!("case-held") }
            OtherSeal { view }
        },
        Next::Done => rsx! { DockNote { icon: "circle-check", text: t!("case-nothing-left") } },
    }
}

/// The way to the other seals of a case whose one seal is accepted or held: each is inspected by itself.
#[component]
fn OtherSeal(view: CaseView) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    let on = view.customs_seals().filter(|seal| seal.state.is_on()).count();
    rsx! {
        if on > 1 {
            Button { icon: "scan-line", text: t!("cover-scan-other-seal"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::SealOnCase { case } }) }
        }
    }
}

/// A ground that came with the work list is written down when sealing begins.
fn settle_ground(desk: Desk, case: CaseId) -> Result<(), String> {
    let kit = desk.kit();
    let Some(officer) = desk.officer() else { return Ok(()) };
    let view = kit.store.case(case).map_err(|error| store_trouble(&error))?;
    match view {
        Some(CaseView { decision: None, ground: Some(ground), .. }) => {
            decide_goods(&kit, &officer, case, ground, true, "").map(|_| ()).map_err(|error| store_trouble(&error))
        }
        _ => Ok(()),
    }
}
