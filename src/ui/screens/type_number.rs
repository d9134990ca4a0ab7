//! A number typed where no code can be read: the check digit is watched while typing, near numbers are offered, and what no
//! check digit proves is typed twice.

use dioxus::prelude::*;
use seal_core::container::ContainerNo;
use seal_core::evidence::PhotoRole;
use seal_core::fact::Stage;
use seal_core::scan::{HowRead, Near, Recognition, Thing, What, picked};

use super::parts::{Page, Trouble};
use super::scan::{Reading, change, leave, offer, problem, wanted};
use super::words;
use crate::actions::scan_item::recognise;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};

/// Without blanks, upper case: as the cells show it.
fn clean(text: &str, most: usize) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '-' | '/'))
        .flat_map(char::to_uppercase)
        .take(most)
        .collect()
}

/// Lengths of the groups of cells, where a kind has a fixed form.
fn groups(thing: Thing) -> Option<Vec<usize>> {
    match thing {
        Thing::Container => Some(vec![4, 6, 1]),
        Thing::Declaration => Some(vec![3, 3, 3, 3]),
        _ => None,
    }
}

/// The keyboard for the next character: a container's four letters, then digits.
fn keyboard(thing: Thing, typed: usize) -> &'static str {
    if thing == Thing::Container && typed < 4 { "text" } else { "numeric" }
}

/// See the module.
#[component]
pub fn TypeNumber(purpose: ScanFor, initial: String) -> Element {
    let mut desk = use_desk();
    let first = wanted(&purpose).unwrap_or(Thing::Container);
    let mut thing = use_signal(|| first);
    let mut text = use_signal(|| clean(&initial, 15));
    let mut again = use_signal(String::new);
    let mut chosen = use_signal(|| None::<Near>);
    let mut trouble = use_signal(String::new);

    let kinds: Vec<Thing> = match &purpose {
        ScanFor::Anything => vec![Thing::Container, Thing::Declaration, Thing::Seal],
        ScanFor::Case { .. } => vec![Thing::Container, Thing::Declaration],
        _ => vec![first],
    };
    let full = groups(thing()).map(|groups| groups.iter().sum::<usize>());
    let complete = full.map_or(!text().is_empty(), |full| text().chars().count() >= full);
    let read: Recognition = desk.look(|kit| recognise(kit, &text(), None, Some(thing())));
    // Nothing is called wrong before it is whole.
    let wrong = read.problem.clone().filter(|_| complete);
    let bad: Vec<usize> = match (&wrong, read.near.first()) {
        (Some(_), Some(near)) if near.candidate.text.chars().count() == text().chars().count() => {
            near.candidate.positions.clone()
        }
        _ => Vec::new(),
    };
    let right = complete && matches!(&read.what, what if what.thing() == Some(thing()));
    // Proven by a check digit that tells, or by a list: once is enough.
    let weak = matches!(&read.what, What::Container { number, .. } if number.check_is_weak());
    let twice = right && (!read.is_confirmed() || weak) && chosen().is_none();
    let same = clean(&again(), 35) == text();
    let value = match chosen() {
        Some(near) => Some(near.candidate.text),
        None if right && (!twice || same) => Some(text()),
        None => None,
    };
    let (help, help_kind) = match (&wrong, right) {
        (Some(wrong), _) => (problem(wrong), Tone::Bad),
        (None, true) if weak => (t!("scan-weak"), Tone::Warn),
        (None, true) if read.is_confirmed() => (super::scan::why(&read), Tone::Ok),
        (None, true) => (t!("scan-no-check"), Tone::Warn),
        _ => (t!("scan-typing"), Tone::Idle),
    };
    let how = if twice { HowRead::TypedTwice } else { HowRead::Typed };
    let submit = {
        let purpose = purpose.clone();
        let read = read.clone();
        move |photograph: bool| {
            let Some(value) = value.clone() else { return };
            let kit = desk.kit();
            let was_picked = chosen.peek().is_some();
            let mut now = if was_picked { recognise(&kit, &value, None, Some(*thing.peek())) } else { read.clone() };
            if was_picked {
                // The raw text stays what was typed.
                now.raw = text.peek().clone();
                if let Some(what) = picked(&value, *thing.peek()) {
                    now.what = what;
                }
            }
            let reading = Reading { read: now, how, picked: was_picked, compare: false };
            let done = offer(desk, &purpose, &reading).and_then(|offer| {
                if offer.route.is_none() {
                    if offer.act.is_none() {
                        return Err(offer.remark);
                    }
                    super::scan::keep(desk, &purpose, &reading)?;
                    desk.back();
                    return Ok(None);
                }
                leave(desk, &reading, &offer)?;
                Ok(offer.case)
            });
            match done {
                Ok(case) if photograph => {
                    desk.open(Route::TakePhoto { case, role: PhotoRole::DamagedLabel, stage: Stage::Arm })
                }
                Ok(_) => {}
                Err(text) => trouble.set(text),
            }
        }
    };
    let (with_photo, without) = (submit.clone(), submit);
    let usable = chosen().is_some() || (right && (!twice || same));
    let items: Vec<Choice> = kinds.iter().map(|kind| Choice::new(format!("{kind:?}"), words::thing(*kind))).collect();
    rsx! {
        Page {
            title: t!("scan-type-title", thing = words::thing(thing())),
            sub: t!("scan-type-when"),
            back: true,
            focus: true,
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "check", disabled: !usable, text: t!("scan-use"), onclick: move |()| without.clone()(false) }
                if thing() == Thing::Container {
                    Button { icon: "camera", disabled: !usable, text: t!("scan-use-and-photo"), onclick: move |()| with_photo.clone()(true) }
                }
            },
            if kinds.len() > 1 {
                Segmented {
                    label: t!("scan-kind"),
                    items,
                    selected: format!("{:?}", thing()),
                    onselect: move |id: String| {
                        if let Some(kind) = kinds.iter().find(|kind| format!("{kind:?}") == id) {
                            thing.set(*kind);
                            text.set(String::new());
                            again.set(String::new());
                            chosen.set(None);
                        }
                    },
                }
            }
            if let Some(groups) = groups(thing()) {
                for kind in [thing()] { Cells {
                    key: "{kind:?}",
                    label: words::thing(thing()),
                    value: text(),
                    groups: groups.clone(),
                    bad: bad.clone(),
                    help: help.clone(),
                    help_kind,
                    inputmode: keyboard(thing(), text().chars().count()),
                    oninput: { let groups = groups.clone(); move |typed: String| {
                        text.set(clean(&typed, groups.iter().sum()));
                        chosen.set(None);
                    } },
                } }
            } else {
                TextField {
                    label: words::thing(thing()),
                    initial: text(),
                    help,
                    help_kind,
                    capitals: true,
                    oninput: move |typed: String| text.set(clean(&typed, 35)),
                }
            }
            if twice {
                TextField {
                    label: t!("scan-type-again"),
                    help: if again().is_empty() { t!("scan-type-again-why") } else if same { t!("scan-same") } else { t!("scan-not-same") },
                    help_kind: if again().is_empty() { Tone::Idle } else if same { Tone::Ok } else { Tone::Bad },
                    capitals: true,
                    oninput: move |typed: String| again.set(typed),
                }
            }
            if wrong.is_some() && !read.near.is_empty() {
                div { class: "stack",
                    Decision { id: "near", text: t!("scan-look-again") }
                    RadioGroup { class: "cands", labelled_by: "near",
                        for near in read.near.clone().into_iter().take(4) {
                            NearRow {
                                key: "{near.candidate.text}",
                                near: near.clone(),
                                checked: chosen().is_some_and(|chosen| chosen.candidate.text == near.candidate.text),
                                onclick: move |()| chosen.set(Some(near.clone())),
                            }
                        }
                    }
                }
            }
            Trouble { text: trouble() }
            Cite { icon: "keyboard", text: t!("scan-typed-note") }
        }
    }
}

/// A near number, its differing characters marked.
#[component]
pub fn NearRow(near: Near, checked: bool, onclick: EventHandler<()>) -> Element {
    let text = near.candidate.text.clone();
    let note = change(near.candidate.change);
    let note = if near.known { format!("**{}** · {note}", t!("scan-known")) } else { note };
    let digit = ContainerNo::parse(&text).map(|number| number.check_digit().to_owned()).unwrap_or_default();
    rsx! {
        Candidate { checked, onclick,
            span { class: "row-body",
                if near.thing == Thing::Container {
                    ContainerNumber { number: text, marks: near.candidate.positions.clone(), check_label: t!("check-digit-is", d = digit) }
                } else {
                    Num { text: words::threes(&text), strong: true }
                }
                small { class: "cand-why", Rich { text: note } }
            }
        }
    }
}
