//! Slips: a signed event shown to another phone's camera, and one read from another phone's screen.

use std::time::Duration;

use dioxus::prelude::*;
use seal_core::event::SignedEvent;
use seal_core::fact::Fact;
use seal_core::ids::EventId;
use seal_core::slip::{self, Collected, Collector, Disbelief, SlipError};
use seal_core::wire::B64;

use super::parts::Page;
use super::stored::store_trouble;
use super::words::{self, officer_name};
use crate::actions::take_slip::{SlipTrouble, check_slip};
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};
use crate::ui::route::{Route, ScanFor};

// ── showing ──

/// A signed event as codes for another phone's camera. In practice other devices' cameras can be pointed at it.
#[component]
pub fn ShowSlip(
    /// The event, exactly as signed.
    cose: Vec<u8>,
) -> Element {
    let desk = use_desk();
    let codes = slip::codes(&cose);
    let shown = codes.clone();
    use_effect(use_reactive!(|shown| {
        if let Some(practice) = desk.practice() {
            practice.show_codes(&shown);
        }
    }));
    use_drop(move || {
        if let Some(practice) = desk.practice() {
            practice.show_codes(&[]);
        }
    });
    rsx! {
        SlipCodes {
            codes,
            label: t!("slip-code"),
            word: t!("slip-part"),
            hold_label: t!("slip-hold"),
            resume_label: t!("slip-resume"),
        }
    }
}

/// What a slip is, in a few words.
#[must_use]
pub fn slip_title(fact: &Fact) -> String {
    match fact {
        Fact::ApprovalAsked(_) => t!("slip-approval-asked"),
        Fact::ApprovalGiven(given) if given.granted => t!("slip-approval-given"),
        Fact::ApprovalGiven(_) => t!("slip-approval-refused"),
        Fact::SealsOffered(_) => t!("slip-seals-offered"),
        Fact::SealsTakenOver(_) => t!("slip-seals-taken"),
        _ => t!("slip-other"),
    }
}

/// The screen of one slip: any event of this phone.
#[component]
pub fn Slip(event: EventId) -> Element {
    let mut desk = use_desk();
    let known = desk.look(|kit| kit.store.event(event));
    let signed = match known {
        Ok(Some(signed)) => signed,
        Ok(None) => {
            return rsx! {
                Page { title: t!("slip-title"), back: true,
                    Empty { icon: "file-text", title: t!("slip-gone") }
                }
            };
        }
        Err(error) => {
            let text = store_trouble(&error);
            return rsx! { Page { title: t!("slip-title"), back: true, super::parts::Trouble { text } } };
        }
    };
    let sub = signed_by(desk, &signed);
    rsx! {
        Page {
            title: slip_title(&signed.event.fact),
            sub,
            back: true,
            focus: true,
            report: "slip",
            dock: rsx! {
                DockNote { icon: "scan-line", text: t!("slip-how-other") }
                Button { kind: ButtonKind::Go, big: true, icon: "check", text: t!("slip-done"), onclick: move |()| desk.back() }
            },
            Instruction { icon: "scan-line", title: t!("slip-show"), sub: t!("slip-show-how") }
            ShowSlip { cose: signed.cose }
        }
    }
}

/// "Nguyễn Văn An, Đình Vũ 03EE, 14:20 23/11"
#[must_use]
pub fn signed_by(desk: Desk, signed: &SignedEvent) -> String {
    let event = &signed.event;
    desk.look(|kit| {
        t!(
            "slip-signed-by",
            name = officer_name(kit, &event.unit, &event.officer),
            office = words::office(kit, &event.unit),
            at = format::date_time(event.at.wall)
        )
    })
}

// ── reading ──

/// How far the reading of a slip is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlipState {
    /// No slip was seen.
    Idle,
    /// Some of its codes were.
    Part {
        /// Seen.
        have: usize,
        /// Of so many.
        of: usize,
    },
    /// All of them, but the phone that signed is not known here: its key is being fetched.
    Fetching,
    /// It is not taken, and why.
    Refused(String),
}

/// Collects the codes of a slip that the camera sees, checks it and goes where it leads.
#[derive(Clone, Copy, PartialEq)]
pub struct SlipReader {
    collector: Signal<Collector>,
    state: Signal<SlipState>,
}

/// The reader of a scan screen.
pub fn use_slip_reader() -> SlipReader {
    SlipReader { collector: use_signal(Collector::default), state: use_signal(|| SlipState::Idle) }
}

/// Whether slips are read at all on this scan: elsewhere they are only something else than what is wanted.
fn reads_slips(purpose: &ScanFor) -> bool {
    matches!(purpose, ScanFor::Anything | ScanFor::Slip { .. })
}

impl SlipReader {
    /// How far it is.
    #[must_use]
    pub fn state(self) -> SlipState {
        self.state.read().clone()
    }

    /// Begins anew.
    pub fn again(mut self) {
        self.collector.set(Collector::default());
        self.state.set(SlipState::Idle);
    }

    /// Takes a code the camera saw. True when it was (part of) a slip and nothing else is to be made of it.
    pub fn take(mut self, desk: Desk, purpose: &ScanFor, text: &str) -> bool {
        if !reads_slips(purpose) || !slip::is_slip(text) {
            return false;
        }
        // What was said stays until it is read; the slip is still before the camera.
        if matches!(*self.state.peek(), SlipState::Refused(_) | SlipState::Fetching) {
            return true;
        }
        let collected = self.collector.write().take(text);
        match collected {
            Ok(Collected::Part { have, of }) => {
                let now = SlipState::Part { have, of };
                if *self.state.peek() != now {
                    self.state.set(now);
                }
            }
            Ok(Collected::Whole(cose)) => self.check(desk, purpose.clone(), cose),
            Err(SlipError::Broken) => self.state.set(SlipState::Refused(t!("slip-broken"))),
            Err(SlipError::NotASlip) => return false,
        }
        true
    }

    fn check(mut self, desk: Desk, purpose: ScanFor, cose: Vec<u8>) {
        match check_slip(&desk.kit(), &cose) {
            Err(SlipTrouble::Disbelief(Disbelief::UnknownDevice)) => {
                self.state.set(SlipState::Fetching);
                spawn(async move {
                    let asked = pull_once(desk).await;
                    match check_slip(&desk.kit(), &cose) {
                        Err(SlipTrouble::Disbelief(Disbelief::UnknownDevice)) if !asked => {
                            self.state.set(SlipState::Refused(t!("slip-unknown-offline")));
                        }
                        checked => self.checked(desk, &purpose, checked),
                    }
                });
            }
            checked => self.checked(desk, &purpose, checked),
        }
    }

    fn checked(mut self, mut desk: Desk, purpose: &ScanFor, checked: Result<SignedEvent, SlipTrouble>) {
        let leads = checked.map_err(|trouble| trouble_text(&trouble)).and_then(|signed| leads_to(purpose, &signed));
        match leads {
            Ok(route) if *purpose == ScanFor::Anything => desk.open(route),
            Ok(route) => desk.replace(route),
            Err(text) => self.state.set(SlipState::Refused(text)),
        }
    }
}

/// Where a checked slip leads on this scan, or why not.
fn leads_to(purpose: &ScanFor, signed: &SignedEvent) -> Result<Route, String> {
    if let ScanFor::Slip { case: Some(case) } = purpose
        && signed.event.case != Some(*case)
    {
        return Err(t!("slip-other-case"));
    }
    slip_leads_to(signed).ok_or_else(|| t!("slip-no-use", what = slip_title(&signed.event.fact)))
}

/// The screen that goes on from a slip whose signature was checked: one arm for each kind of slip. The screens take the
/// signed bytes along; nothing is written before the officer acts there.
fn slip_leads_to(signed: &SignedEvent) -> Option<Route> {
    let slip = B64(signed.cose.clone());
    match &signed.event.fact {
        Fact::ApprovalAsked(_) => Some(Route::DecideApproval { request: signed.event.id, slip: Some(slip) }),
        Fact::ApprovalGiven(_) => Some(Route::TakeApproval { case: signed.event.case?, slip }),
        Fact::SealsOffered(_) => Some(Route::TakeOver { slip }),
        Fact::SealsTakenOver(_) => Some(Route::ConfirmTaken { slip }),
        _ => None,
    }
}

/// Why a slip is not taken, in the officer's words.
#[must_use]
pub fn trouble_text(trouble: &SlipTrouble) -> String {
    match trouble {
        SlipTrouble::Own => t!("slip-own"),
        SlipTrouble::Store(error) => store_trouble(error),
        SlipTrouble::Disbelief(Disbelief::UnknownDevice) => t!("slip-unknown"),
        SlipTrouble::Disbelief(Disbelief::Revoked) => t!("slip-revoked"),
        SlipTrouble::Disbelief(Disbelief::Event(error)) => {
            tracing::warn!(%error, "slip refused");
            match error {
                seal_core::event::EventError::Version(_) => t!("slip-newer"),
                _ => t!("slip-forged"),
            }
        }
    }
}

/// Brings the lists up to date once. False when the central did not answer in time.
async fn pull_once(desk: Desk) -> bool {
    let sync = desk.sync();
    let mut status = sync.status();
    let before = status.borrow_and_update().pulled_at;
    sync.send_now();
    let pulled = async {
        while status.changed().await.is_ok() {
            if status.borrow_and_update().pulled_at != before {
                return true;
            }
        }
        false
    };
    tokio::time::timeout(Duration::from_secs(12), pulled).await.unwrap_or(false)
}

/// What the reader says under the camera.
#[component]
pub fn SlipProgress(reader: SlipReader) -> Element {
    match reader.state() {
        SlipState::Idle => rsx! {},
        SlipState::Part { have, of } => rsx! {
            Decision { text: t!("slip-reading", have = have, of = of) }
            Progress { done: have as u64, of: of as u64, label: t!("slip-reading", have = have, of = of) }
            Note { icon: "scan-line", text: t!("slip-keep-still") }
        },
        SlipState::Fetching => rsx! {
            Decision { text: t!("slip-fetching") }
            Loading { label: t!("slip-fetching"), rows: 1 }
        },
        SlipState::Refused(text) => rsx! {
            Card { kind: CardKind::Bad, live: true,
                Decision { text: t!("slip-refused") }
                p { Rich { text } }
            }
            Button { kind: ButtonKind::Go, big: true, icon: "rotate-ccw", text: t!("scan-again"), onclick: move |()| reader.again() }
        },
    }
}
