//! Packing: seals by scan, ropes and chargers, what has to be seen to, the photograph of the content.

use dioxus::prelude::*;
use seal_core::evidence::PhotoRole;
use seal_core::fact::Stage;
use seal_core::ids::ParcelId;
use seal_core::seal_no::SealNo;

use super::codes::stored_name;
use super::parts::{Page, Refusal, WizardSteps};
use super::pictures::{Prefer, photo_src};
use super::stored::{NotHere, read};
use super::trouble::seal_trouble;
use super::words::{office, seal_no};
use crate::actions::lock_command::Patience;
use crate::actions::pack_parcel::{
    PackError, PackWarning, PackedSeal, ParcelDraft, Reminder, change_parcel, give_up_parcel, pack_parcel,
    parcel_draft, photograph_parcel,
};
use crate::actions::read_charge::read_charge;
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};

/// Why packing did not go on.
pub fn pack_words(error: &PackError) -> String {
    match error {
        PackError::NotBegun => t!("pack-not-begun"),
        PackError::Twice => t!("pack-twice"),
        PackError::OnContainer => t!("pack-on-container"),
        PackError::OtherParcel => t!("pack-other-parcel"),
        PackError::Empty => t!("pack-empty"),
        PackError::Awake => t!("pack-need-asleep"),
        PackError::Reminders => t!("pack-need-reminders"),
        PackError::NoPhoto => t!("pack-need-photo"),
        PackError::Store(_) => t!("err-store"),
    }
}

/// What the officer should know of a seal in the parcel.
fn warning_words(warning: PackWarning) -> String {
    match warning {
        PackWarning::NotInRegister => t!("pack-warn-register"),
        PackWarning::BelongsElsewhere => t!("pack-warn-elsewhere"),
        PackWarning::Promised => t!("pack-warn-promised"),
    }
}

/// Packing.
#[component]
pub fn ParcelPack(parcel: ParcelId) -> Element {
    let mut desk = use_desk();
    let mut again = use_signal(|| 0u32);
    let mut refusal = use_signal(String::new);
    let mut giving_up = use_signal(|| false);
    _ = again();
    let draft = match desk.look(|kit| parcel_draft(kit, parcel)) {
        Ok(draft) => draft,
        Err(PackError::Store(error)) => match read::<ParcelDraft>(Err(error)) {
            Ok(_) => return rsx! {},
            Err(trouble) => return rsx! { Page { title: t!("return-parcels"), back: true, {trouble} } },
        },
        // Packed already: what follows is the courier.
        Err(_) if desk.look(|kit| kit.store.parcel(parcel)).is_ok_and(|known| known.is_some()) => {
            return rsx! { super::parcel_hand_over::ParcelHandOver { parcel } };
        }
        Err(_) => return rsx! { NotHere { text: t!("pack-not-begun") } },
    };
    let to = draft.to.as_ref().map(|to| desk.look(|kit| office(kit, to))).unwrap_or_default();
    let left = draft.still_to_scan().len();
    let inside = draft.seals.len();
    let all = inside + left;
    let mut change = move |result: Result<(), PackError>| match result {
        Ok(()) => {
            refusal.set(String::new());
            again += 1;
        }
        Err(error) => refusal.set(pack_words(&error)),
    };
    let ready = draft.ready();
    let scan = move || desk.open(Route::Scan { purpose: ScanFor::ParcelContents { parcel } });
    let mut scan_first = scan;
    let mut scan_more = scan;
    let pack = move |()| {
        let Some(officer) = desk.officer() else { return };
        match pack_parcel(&desk.kit(), &officer, parcel) {
            Ok(()) => desk.replace(Route::ParcelHandOver { parcel }),
            Err(error) => refusal.set(pack_words(&error)),
        }
    };
    let photo = draft.photo.clone();
    let src = photo.as_ref().map(|photo| desk.look(|kit| photo_src(kit, photo, Prefer::Thumbnail))).unwrap_or_default();
    let done = ready.is_ok() && left == 0;
    rsx! {
        Page {
            title: t!("parcel-name", number = draft.number.clone()),
            sub: t!("pack-to", office = to),
            back: true,
            steps: rsx! { WizardSteps { n: 1, of: 2, name: t!("pack-step"), next: t!("hand-step") } },
            dock: rsx! {
                Refusal { text: refusal() }
                if let Err(error) = &ready && left == 0 {
                    DockNote { icon: "info", text: pack_words(error) }
                }
                if done {
                    Button { kind: ButtonKind::Go, big: true, icon: "package", text: t!("pack-done"), onclick: pack }
                    Button { icon: "scan-barcode", text: t!("pack-scan-more"), onclick: move |()| scan_more() }
                } else {
                    Button {
                        kind: ButtonKind::Go,
                        big: true,
                        icon: "scan-barcode",
                        text: if inside == 0 { t!("pack-scan-first") } else { t!("pack-scan-next") },
                        onclick: move |()| scan_first(),
                    }
                    if ready.is_ok() {
                        Button { icon: "package", text: t!("pack-done-without", n = left), onclick: pack }
                    }
                }
            },
            Card { kind: CardKind::Hero,
                div { class: "flow flow--between",
                    Decision { text: if left > 0 { t!("pack-left", n = left) } else if inside == 0 { t!("pack-none-yet") } else { t!("pack-all-in", n = inside) } }
                    Countdown { parts: vec![(inside.to_string(), format!("/{all}"))], label: t!("pack-count", n = inside, of = all) }
                }
                Progress { done: inside as u64, of: all as u64, label: t!("pack-scanned") }
            }
            List { kind: ListKind::Items, label: t!("pack-content"),
                for packed in draft.seals.clone() {
                    Check {
                        key: "{packed.seal.as_str()}",
                        state: if packed.warning.is_some() { CheckState::Warn } else { CheckState::Ok },
                        word: if packed.warning.is_some() { t!("state-warn") } else { t!("state-ok") },
                        title: seal_no(&packed.seal),
                        sub: packed.warning.map_or_else(|| t!("pack-inside"), warning_words),
                        value: format::time_short(packed.at),
                    }
                }
                for (index, seal) in draft.still_to_scan().into_iter().cloned().enumerate() {
                    Check {
                        key: "{seal.as_str()}",
                        state: if index == 0 { CheckState::Now } else { CheckState::Todo },
                        word: if index == 0 { t!("state-now") } else { t!("state-todo") },
                        title: seal_no(&seal),
                        sub: t!("pack-to-scan"),
                    }
                }
                for seal in draft.not_here.clone() {
                    Check { key: "{seal.as_str()}", state: CheckState::Bad, word: t!("state-bad"), title: seal_no(&seal), sub: t!("pack-not-here-said") }
                }
            }
            Exceptions { draft: draft.clone(), onchange: move |change_draft: Change| {
                change(change_parcel(&desk.kit(), parcel, move |draft| change_draft.apply(draft)));
            } }
            if draft.electronic().next().is_some() {
                Asleep { parcel, draft: draft.clone(), onchange: move |result: Result<(), PackError>| change(result) }
            }
            SectionHead { title: t!("pack-extras") }
            List {
                Counter { title: t!("pack-ropes"), icon: "cable", n: draft.ropes, onset: move |n: u32| change(change_parcel(&desk.kit(), parcel, |draft| draft.ropes = n)) }
                Counter { title: t!("pack-chargers"), icon: "zap", n: draft.chargers, onset: move |n: u32| change(change_parcel(&desk.kit(), parcel, |draft| draft.chargers = n)) }
            }
            SectionHead { title: t!("pack-before-closing") }
            List {
                for reminder in Reminder::ALL {
                    Tick {
                        key: "{reminder:?}",
                        title: t!(&format!("pack-remind-{}", stored_name(&reminder))),
                        sub: t!(&format!("pack-remind-{}-sub", stored_name(&reminder))),
                        checked: draft.reminders.contains(&reminder),
                        onclick: move |()| change(change_parcel(&desk.kit(), parcel, |draft| {
                            match draft.reminders.iter().position(|ticked| *ticked == reminder) {
                                Some(at) => { draft.reminders.remove(at); }
                                None => draft.reminders.push(reminder),
                            }
                        })),
                    }
                }
            }
            Photos {
                PhotoTile {
                    state: if photo.is_some() { PhotoState::Good } else { PhotoState::Todo },
                    title: super::words::photo(PhotoRole::ParcelContents).0,
                    sub: if photo.is_some() { t!("pack-photo-kept") } else { t!("pack-photo-how") },
                    src,
                    alt: super::words::photo(PhotoRole::ParcelContents).0,
                    onclick: move |()| match photograph_parcel(&desk.kit(), parcel) {
                        Ok(()) => desk.open(Route::TakePhoto { case: None, role: PhotoRole::ParcelContents, stage: Stage::Pack }),
                        Err(error) => refusal.set(pack_words(&error)),
                    },
                }
            }
            Button { icon: "x", inline: true, text: t!("pack-give-up"), onclick: move |()| giving_up.set(true) }
            if giving_up() {
                Dialog { title: t!("pack-give-up-ask"), text: t!("pack-give-up-text"), onclose: move |()| giving_up.set(false),
                    Button { kind: ButtonKind::Go, big: true, icon: "package-open", text: t!("carry-on"), onclick: move |()| giving_up.set(false) }
                    Button {
                        icon: "x",
                        text: t!("pack-give-up"),
                        onclick: move |()| match give_up_parcel(&desk.kit(), parcel) {
                            Ok(()) => desk.back(),
                            Err(error) => refusal.set(pack_words(&error)),
                        },
                    }
                }
            }
        }
    }
}

/// Each seal put to sleep, and its charge as the seal itself says it.
#[component]
fn Asleep(parcel: ParcelId, draft: ParcelDraft, onchange: EventHandler<Result<(), PackError>>) -> Element {
    let desk = use_desk();
    let mut reading = use_signal(|| None::<SealNo>);
    let mut trouble = use_signal(String::new);
    let reserve = desk.look(|kit| kit.store.rules().map_or(0, |rules| rules.limits.battery_reserve_percent));
    let seals: Vec<PackedSeal> = draft.electronic().cloned().collect();
    let unread: Vec<SealNo> =
        seals.iter().filter(|packed| packed.battery_percent.is_none()).map(|packed| packed.seal.clone()).collect();
    let again = unread.is_empty();
    let wanted = if again { seals.iter().map(|packed| packed.seal.clone()).collect() } else { unread };
    let read_all = move |()| {
        if reading.peek().is_some() {
            return;
        }
        // Without an officer there is no packing.
        let Some(officer) = desk.officer() else { return };
        let (kit, wanted) = (desk.kit(), wanted.clone());
        spawn(async move {
            let mut silent = Vec::new();
            for seal in wanted {
                reading.set(Some(seal.clone()));
                if let Err(why) = read_charge(&kit, &officer, parcel, &seal, &Patience::default()).await {
                    silent.push(format!("{}: {}", seal_no(&seal), seal_trouble(&why, pack_words)));
                }
                onchange.call(Ok(()));
            }
            trouble.set(silent.join("\n"));
            reading.set(None);
        });
    };
    rsx! {
        SectionHead { title: t!("pack-sleep"), note: t!("pack-sleep-note") }
        List {
            for packed in seals {
                Tick {
                    key: "{packed.seal.as_str()}",
                    title: t!("pack-sleep-seal", seal = seal_no(&packed.seal)),
                    sub: charge_words(packed.battery_percent, reserve),
                    checked: packed.asleep,
                    onclick: {
                        let (seal, asleep) = (packed.seal.clone(), packed.asleep);
                        move |()| {
                            let result = change_parcel(&desk.kit(), parcel, |draft| draft.put_to_sleep(&seal, !asleep));
                            onchange.call(result);
                        }
                    },
                }
            }
        }
        div { role: "status",
            if let Some(seal) = reading() {
                Note { icon: "bluetooth", text: t!("pack-charge-reading", seal = seal_no(&seal)) }
            } else if !trouble().is_empty() {
                Note { icon: "triangle-alert", text: trouble() }
            }
        }
        Button {
            icon: "bluetooth",
            text: if again { t!("pack-charge-again") } else { t!("pack-charge-read") },
            disabled: reading().is_some(),
            onclick: read_all,
        }
    }
}

/// What is known of a seal's charge. `reserve`: per cent below which the rules call it low.
fn charge_words(percent: Option<u8>, reserve: i64) -> String {
    match percent {
        None => t!("pack-charge-unread"),
        Some(n) if i64::from(n) < reserve => format!("**{}**", t!("pack-charge-low", n = n)),
        Some(n) => t!("pack-charge", n = n),
    }
}

/// A change of the content by hand.
#[derive(Clone, PartialEq)]
enum Change {
    Out(SealNo),
    NotHere(SealNo),
    HereAfterAll(SealNo),
}

impl Change {
    fn apply(self, draft: &mut ParcelDraft) {
        match self {
            Self::Out(seal) => draft.seals.retain(|packed| packed.seal != seal),
            Self::NotHere(seal) => draft.not_here.push(seal),
            Self::HereAfterAll(seal) => draft.not_here.retain(|missing| *missing != seal),
        }
    }
}

/// Seals to take out again or to give up, one at a time.
#[component]
fn Exceptions(draft: ParcelDraft, onchange: EventHandler<Change>) -> Element {
    let next = draft.still_to_scan().first().map(|seal| (*seal).clone());
    let last = draft.seals.last().map(|packed| packed.seal.clone());
    let missing = draft.not_here.last().cloned();
    rsx! {
        if let Some(seal) = next {
            Button { icon: "x", text: t!("pack-not-here", seal = seal_no(&seal)), onclick: move |()| onchange.call(Change::NotHere(seal.clone())) }
        }
        if let Some(seal) = last {
            Button { icon: "undo-2", text: t!("pack-take-out", seal = seal_no(&seal)), onclick: move |()| onchange.call(Change::Out(seal.clone())) }
        }
        if let Some(seal) = missing {
            Button { icon: "undo-2", text: t!("pack-here-after-all", seal = seal_no(&seal)), onclick: move |()| onchange.call(Change::HereAfterAll(seal.clone())) }
        }
    }
}

/// A count with two buttons: fewer, more.
#[component]
pub fn Counter(title: String, icon: String, n: u32, onset: EventHandler<u32>) -> Element {
    let (less, more) = (t!("pack-less", what = title.clone()), t!("pack-more", what = title.clone()));
    rsx! {
        Row {
            title,
            icon,
            end: rsx! {
                span { class: "flow",
                    button { class: "iconbtn", r#type: "button", "aria-label": less, "aria-disabled": if n == 0 { "true" },
                        onclick: move |_| if n > 0 { onset.call(n - 1) },
                        span { class: "strong", "aria-hidden": "true", "−" }
                    }
                    span { class: "num strong", role: "status", "{n}" }
                    IconButton { icon: "plus", label: more, onclick: move |()| onset.call(n + 1) }
                }
            },
        }
    }
}
