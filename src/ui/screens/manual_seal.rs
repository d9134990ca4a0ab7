//! A seal put on or taken off without a radio of ours: card, keypad, monitoring centre, or by hand. The record says so, and
//! never that the seal is closed and armed.

use dioxus::prelude::*;
use seal_core::codes::{CustomsSealKind, Iso17712, SealCondition, SealType, SealingParty};
use seal_core::fact::{ManualMethod, OnOff, Stage};
use seal_core::ids::CaseId;
use seal_core::seal_no::SealNo;

use super::cover::{CoverPicker, is_chosen, under_words, use_cover};
use super::depletion::DepletionOf;
use super::duty::{CitedProp, NeedCard, NeedProp, NeedWay};
use super::parts::{Page, Trouble};
use super::reopen::Lowest;
use super::stored::{CaseGone, case_of};
use super::trouble;
use super::words::{self, title_of};
use crate::actions::choose_cover::forget_cover;
use crate::actions::record_seal::{SealByHand, record_seal};
use crate::actions::stock::lowest;
use crate::actions::unit_state::obligation_of;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};
use crate::ui::route::Route;

/// The officer's lowest unused number of a kind.
fn lowest_of(desk: Desk, kind: CustomsSealKind) -> Option<SealNo> {
    let officer = desk.officer()?;
    desk.look(|kit| lowest(kit, &officer, kind)).ok().flatten()
}

const METHODS: [ManualMethod; 4] =
    [ManualMethod::Card, ManualMethod::Keypad, ManualMethod::MonitoringCentre, ManualMethod::ByHand];

/// See the module.
#[component]
pub fn ManualSeal(case: CaseId, seal: Option<SealNo>) -> Element {
    let mut desk = use_desk();
    let Some(view) = case_of(desk, case) else { return rsx! { CaseGone {} } };
    let on_case = seal.as_ref().and_then(|no| view.seal(no)).cloned();
    let off = on_case.as_ref().is_some_and(|seal| seal.state.is_on() && seal.party == SealingParty::Customs);
    let register =
        seal.as_ref().and_then(|no| desk.look(|kit| kit.store.seal(no)).ok().flatten()).and_then(|view| view.doc);
    let start_kind = on_case.as_ref().and_then(|seal| seal.kind).or_else(|| register.as_ref().map(|doc| doc.kind));
    let start_class =
        on_case.as_ref().and_then(|seal| seal.class).or_else(|| register.as_ref().and_then(|doc| doc.class));
    let mut number = use_signal(|| seal.as_ref().map(|no| no.as_str().to_owned()).unwrap_or_default());
    let mut again = use_signal(String::new);
    let mut kind = use_signal(|| start_kind);
    let mut class = use_signal(|| start_class);
    let mut method = use_signal(|| on_case.as_ref().and_then(|seal| seal.method));
    let mut whose = use_signal(|| SealingParty::Customs);
    let mut condition = use_signal(|| None::<SealCondition>);
    let mut failed = use_signal(String::new);
    let cover = use_cover(desk, case);

    let customs = whose() == SealingParty::Customs;
    let electronic = customs && kind() == Some(CustomsSealKind::Electronic);
    let clean: String = number().chars().filter(|c| !c.is_whitespace()).collect();
    let parsed = SealNo::parse(&clean);
    // No check digit guards a seal number: what was not scanned is typed twice.
    let typed = seal.is_none();
    let same =
        !typed || again().chars().filter(|c| !c.is_whitespace()).collect::<String>().eq_ignore_ascii_case(&clean);
    // What the goods may take; nothing is asked of seals of others, nor of one that comes off.
    let law = (!off && customs && kind().is_some())
        .then(|| desk.look(|kit| obligation_of(kit, &view, &cover().containers(&view)).ok()))
        .flatten();
    let seal_type = if electronic { SealType::Electronic } else { SealType::Mechanical };
    let needs = law.as_ref().and_then(|law| law.may_put_on(seal_type).err());
    let cited = law.as_ref().and_then(|law| law.on(seal_type).cited.clone());
    let stands_in = !electronic && needs.is_none() && law.as_ref().is_some_and(|law| law.relies_on.is_some());
    let parsed_now = parsed.clone().ok();
    let ready = parsed.is_ok()
        && same
        && (!customs || kind().is_some())
        && (!customs || method().is_some() || !electronic)
        && (!off || condition().is_some())
        && (off || is_chosen(&view, &cover()))
        && needs.is_none();
    let save = {
        let view = view.clone();
        move |()| {
            let (Ok(no), Some(officer)) = (parsed.clone(), desk.officer()) else { return };
            let kit = desk.kit();
            let by_hand = SealByHand {
                seal: no.clone(),
                seal_type,
                party: *whose.peek(),
                kind: kind.peek().filter(|_| customs),
                class: class.peek().filter(|_| !electronic),
                method: if electronic { method.peek().unwrap_or(ManualMethod::Keypad) } else { ManualMethod::ByHand },
                on_off: if off { OnOff::Off } else { OnOff::On },
                condition: *condition.peek(),
                containers: if off { Vec::new() } else { cover.peek().containers(&view) },
            };
            let recorded = record_seal(&kit, &officer, case, by_hand);
            if recorded.is_ok()
                && !off
                && let Err(error) = forget_cover(&kit, case)
            {
                tracing::warn!(%error, "the choice of containers is not forgotten");
            }
            match recorded {
                Ok(_) if off || !customs => desk.replace(Route::Case { case }),
                Ok(_) => desk.replace(Route::Photos { case, seal: no, stage: Stage::Arm }),
                Err(error) => failed.set(trouble::seal_trouble(&error, trouble::record)),
            }
        }
    };
    let kinds: Vec<Choice> =
        CustomsSealKind::ALL.iter().map(|kind| Choice::new(kind.code(), words::seal_kind(*kind))).collect();
    let classes: Vec<Choice> =
        Iso17712::ALL.iter().map(|class| Choice::new(class.code(), words::class(*class))).collect();
    let methods: Vec<Choice> = METHODS
        .into_iter()
        .filter(|method| (*method == ManualMethod::ByHand) != electronic)
        .map(|method| Choice::new(format!("{method:?}"), words::method(method)))
        .collect();
    let parties: Vec<Choice> =
        [SealingParty::Customs, SealingParty::Carrier, SealingParty::Shipper, SealingParty::Terminal]
            .into_iter()
            .map(|party| Choice::new(party.code(), words::party(party)))
            .collect();
    let conditions: Vec<Choice> = [SealCondition::Right, SealCondition::Damaged, SealCondition::Broken]
        .into_iter()
        .map(|condition| {
            Choice::new(
                condition.code(),
                match condition {
                    SealCondition::Right => t!("arm-condition-right"),
                    SealCondition::Damaged => t!("arm-condition-damaged"),
                    _ => t!("arm-condition-broken"),
                },
            )
        })
        .collect();
    rsx! {
        Page {
            title: if off { t!("arm-off-title") } else { t!("arm-title") },
            sub: title_of(&view),
            back: true,
            focus: true,
            step: if off { 0 } else { 4 },
            report: "manual_seal",
            dock: rsx! {
                if let Some(need) = needs.clone() {
                    NeedWay { case, need: NeedProp(need) }
                } else {
                DockNote { icon: "info", text: t!("arm-manual-note") }
                Button { kind: ButtonKind::Go, big: true, icon: "check", disabled: !ready, text: if off { t!("arm-record-off") } else { t!("arm-record-on") }, onclick: save }
                }
            },
            if let Some(no) = seal.clone() {
                Card { kind: CardKind::Hero,
                    p { class: "eyebrow", {t!("scan-thing-seal")} }
                    p { class: "decision", Num { text: no.to_string() } }
                    if let Some(on) = on_case.as_ref().filter(|_| off && view.doc.containers.len() > 1) {
                        Note { icon: "container", text: under_words(&view, &view.under(on)) }
                    }
                }
            } else {
                TextField {
                    label: t!("arm-seal-number"),
                    capitals: true,
                    help: t!("arm-seal-number-help"),
                    oninput: move |text: String| number.set(text),
                }
                if !number().is_empty() {
                    TextField {
                        label: t!("scan-type-again"),
                        capitals: true,
                        help: if again().is_empty() { t!("scan-type-again-why") } else if same { t!("scan-same") } else { t!("scan-not-same") },
                        help_kind: if again().is_empty() { Tone::Idle } else if same { Tone::Ok } else { Tone::Bad },
                        oninput: move |text: String| again.set(text),
                    }
                }
            }
            if !off {
                CoverPicker { view: view.clone(), cover }
                if seal.is_none() {
                    Decision { id: "party", text: t!("arm-whose") }
                    Options { labelled_by: "party", items: parties, selected: whose().code(), onselect: move |id: String| {
                        if let Some(party) = SealingParty::ALL.iter().find(|party| party.code() == id) {
                            whose.set(*party);
                        }
                    } }
                }
                if customs {
                    Decision { id: "kind", text: t!("arm-which-kind") }
                    Options { labelled_by: "kind", items: kinds, selected: kind().map(|kind| kind.code()).unwrap_or_default(), onselect: move |id: String| {
                        kind.set(CustomsSealKind::ALL.iter().copied().find(|kind| kind.code() == id));
                        method.set(None);
                    } }
                }
                if let Some(need) = needs {
                    NeedCard { need: NeedProp(need), cited: cited.map(CitedProp) }
                }
                if stands_in {
                    DepletionOf { unit: view.doc.origin.clone() }
                }
                if customs && !electronic && let Some(kind) = kind() {
                    Lowest { seal: lowest_of(desk, kind), kind }
                    if let Some(low) = lowest_of(desk, kind).filter(|low| parsed_now.as_ref().is_some_and(|no| no != low)) {
                        Card { kind: CardKind::Warn, Note { icon: "triangle-alert", text: t!("stock-not-lowest", seal = words::seal_no(&low)) } }
                    }
                }
                if !electronic {
                    Decision { id: "class", text: t!("arm-which-class") }
                    Segmented { labelled_by: "class", items: classes, selected: class().map(|class| class.code()).unwrap_or_default(), onselect: move |id: String| {
                        class.set(Iso17712::ALL.iter().copied().find(|class| class.code() == id));
                    } }
                }
            }
            if electronic {
                Decision { id: "method", text: if off { t!("arm-how-off") } else { t!("arm-how-on") } }
                Options { labelled_by: "method", items: methods, selected: method().map(|method| format!("{method:?}")).unwrap_or_default(), onselect: move |id: String| {
                    method.set(METHODS.into_iter().find(|method| format!("{method:?}") == id));
                } }
            }
            if off {
                Decision { id: "condition", text: t!("arm-which-condition") }
                Options { labelled_by: "condition", items: conditions, selected: condition().map(|c| c.code()).unwrap_or_default(), onselect: move |id: String| {
                    condition.set(SealCondition::ALL.iter().copied().find(|condition| condition.code() == id));
                } }
            }
            Trouble { text: failed() }
        }
    }
}
