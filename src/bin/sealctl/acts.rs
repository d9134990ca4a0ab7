//! The acts a device without a screen understands: one JSON object a line, `{"do": "<act>", ...}`. Each is a thin mapping
//! onto `seal_field::actions`; codes and names are those of `seal_core`.

use std::path::PathBuf;

use futures_util::FutureExt as _;
use jiff::SignedDuration;
use seal_core::codes::{CustomsSealKind, Iso17712, SealCondition, SealType, SealingParty};
use seal_core::container::ContainerNo;
use seal_core::courier::return_clock;
use seal_core::declaration::DeclarationNo;
use seal_core::evidence::PhotoRole;
use seal_core::fact::{CargoHandedOver, DepletionReason, Inspected, ManualMethod, OnOff, Stage};
use seal_core::ids::{CaseId, EventId, OfficeCode, OfficerId, ParcelId};
use seal_core::inspection::{HandCheck, HandCheckResult, Verdict, checks_for};
use seal_core::rules::LegalGround;
use seal_core::scan::{HowRead, Symbology};
use seal_core::seal::log::TimelineItem;
use seal_core::seal_no::SealNo;
use seal_field::actions::arm_seal::arm_seal;
use seal_field::actions::cut_off_seal::{Witnessed, cut_off_seal};
use seal_field::actions::decide_conflict::{agree_as_second, decide_conflict, forget_second, second_officer};
use seal_field::actions::decide_goods::decide_goods;
use seal_field::actions::declare_trip::{Trip, declare_trip};
use seal_field::actions::disarm_seal::disarm_seal;
use seal_field::actions::hand_over::hand_over;
use seal_field::actions::hand_parcel::{HandOverDraft, hand_parcel, note_waybill};
use seal_field::actions::inspect::{inspect, proposal};
use seal_field::actions::lock_command::{LockEnd, Patience};
use seal_field::actions::open_case::{NewCase, open_case};
use seal_field::actions::pack_parcel::{
    Reminder, add_seal, begin_parcel, change_parcel, note_parcel_photo, pack_parcel, photograph_parcel,
};
use seal_field::actions::pair_seal::pair_seal;
use seal_field::actions::read_lock::{interrupted_commands, read_lock};
use seal_field::actions::read_seal_log::read_seal_log;
use seal_field::actions::receive_parcel::{note_found, receive_parcel};
use seal_field::actions::receive_seal::receive_seal;
use seal_field::actions::record_seal::{SealByHand, record_seal};
use seal_field::actions::report_difficulty::{Difficulty, report_difficulty};
use seal_field::actions::scan_item::{Lead, follow, likeliest, note_code, recognise, value_of};
use seal_field::actions::sign_in::sign_in;
use seal_field::actions::state_depletion::{end_depletion, state_depletion};
use seal_field::actions::take_photo::{Shot, keep_photo};
use seal_field::actions::tug_test::tug_test;
use seal_field::adapters::switchable::NetworkMode;
use seal_field::ports::camera::Still;
use seal_field::ports::lists::{CaseList, Cases, Page, ParcelList, Parcels};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::device::Desk;

/// What the officer does.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Signs in.
    SignIn { officer: OfficerId, pin: String },
    /// Whether the phone has coverage at all.
    Coverage { on: bool },
    /// What the network does: `online`, `offline` or `portal` (a login page).
    Network { mode: String },
    /// Sends and fetches until nothing is left or something stands in the way.
    Sync,
    /// Every item of the queue.
    Queue,
    /// Cases of the officer's unit.
    Cases,
    /// A case as it stands.
    Case { case: CaseId },
    /// A seal as it stands.
    Seal { seal: SealNo },
    /// A parcel as it stands.
    Parcel { parcel: ParcelId },
    /// Parcels of the officer's unit.
    Parcels,
    /// Whether the bytes of every photo of a case are on this device, digests checked.
    PhotosHere { case: CaseId },
    /// Commands whose end nobody knows because the app was stopped.
    Interrupted { case: CaseId },
    /// Scans (with `symbology`) or types a text.
    Scan { text: String, symbology: Option<Symbology>, case: Option<CaseId> },
    /// Opens a case on the spot.
    OpenCase { containers: Vec<ContainerNo>, declaration: Option<DeclarationNo>, destination: OfficeCode },
    /// Settles the legal ground; `reason`: why group B goods go ahead of group A goods that wait.
    Goods {
        case: CaseId,
        ground: LegalGround,
        #[serde(default)]
        reason: String,
    },
    /// States that the unit has no electronic seals left.
    StateDepletion { reason: DepletionReason, remark: String, hours: i64 },
    /// Ends that statement: electronic seals are there again.
    EndDepletion { reason: String },
    /// Declares the trip.
    Trip { case: CaseId, vehicle: String, driver: String, route: String, hours: u32 },
    /// Pairs with a seal, checks it and lets it go again.
    Pair { case: CaseId, seal: SealNo },
    /// Arms.
    Arm {
        case: CaseId,
        seal: SealNo,
        /// None named: all of the case.
        #[serde(default)]
        containers: Vec<ContainerNo>,
    },
    /// Reads the lock.
    Read { case: CaseId, seal: SealNo },
    /// Records a seal without our radio.
    Record {
        case: CaseId,
        seal: SealNo,
        seal_type: SealType,
        kind: Option<CustomsSealKind>,
        class: Option<Iso17712>,
        method: ManualMethod,
        on_off: OnOff,
        /// None named: all of the case.
        #[serde(default)]
        containers: Vec<ContainerNo>,
    },
    /// Takes a photograph: the file stands in for the camera.
    Photo { case: Option<CaseId>, role: PhotoRole, stage: Stage, file: PathBuf },
    /// Pulls on the seal.
    Tug { case: CaseId, seal: SealNo, held: bool },
    /// The driver signs.
    HandOver { case: CaseId, seal: SealNo, name: String, signature: String },
    /// Reads the seal's log.
    Log { case: CaseId, seal: SealNo },
    /// Makes every check that fits the seal, `bad` ones among them, and gives the verdict; without one, takes the app's.
    Inspect {
        case: CaseId,
        seal: SealNo,
        condition: SealCondition,
        #[serde(default)]
        bad: Vec<HandCheck>,
        verdict: Option<Verdict>,
        #[serde(default)]
        reason: String,
        #[serde(default)]
        en_route: bool,
    },
    /// Another officer of the unit agrees to the disarm in spite of a conflict.
    AgreeAsSecond { case: CaseId, seal: SealNo, officer: OfficerId, pin: String, reason: String },
    /// A supervisor says which record holds.
    Decide { case: CaseId, seal: SealNo, holds: EventId, reason: String },
    /// Disarms, with the second officer who agreed, if one did.
    Disarm { case: CaseId, seal: SealNo },
    /// Cuts a dead seal off before a witness.
    CutOff { case: CaseId, seal: SealNo, reason: String, witness: String, signature: String },
    /// Takes a seal in: its clock begins.
    ReceiveSeal { seal: SealNo },
    /// The return clock of a seal.
    ReturnClock { seal: SealNo },
    /// Packs a parcel: scans the seals, photographs the content, ticks the reminders.
    Pack { to: OfficeCode, seals: Vec<SealNo>, photo: PathBuf },
    /// Scans the waybill and hands the parcel over.
    HandParcel { parcel: ParcelId, carrier: String, waybill: String, taken_by: String, signature: String },
    /// Opens a parcel and scans what is in it.
    ReceiveParcel { parcel: ParcelId, found: Vec<SealNo> },
    /// Reports a difficulty.
    Difficulty { text: String },
}

/// Any error in its own words.
fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Simulated seals answer at once; nothing is gained by pauses.
fn patience() -> Patience {
    Patience { pause: std::time::Duration::from_millis(20), ..Patience::default() }
}

/// Does it. What is answered is stored.
pub async fn perform(desk: &Desk, act: Act) -> Result<Value, String> {
    match act {
        Act::SignIn { .. } | Act::Coverage { .. } | Act::Network { .. } | Act::Sync => device(desk, act).await,
        Act::Queue
        | Act::Cases
        | Act::Case { .. }
        | Act::Seal { .. }
        | Act::Parcel { .. }
        | Act::Parcels
        | Act::PhotosHere { .. }
        | Act::Interrupted { .. }
        | Act::ReturnClock { .. } => look(desk, act),
        Act::Pair { .. } | Act::Arm { .. } | Act::Read { .. } | Act::Log { .. } | Act::Disarm { .. } => {
            // Boxed: these hold a radio session, the others need no such room.
            radio(desk, act).boxed().await
        }
        _ => record(desk, act),
    }
}

/// The device itself.
async fn device(desk: &Desk, act: Act) -> Result<Value, String> {
    match act {
        Act::SignIn { officer, pin } => {
            let signed = sign_in(&desk.kit, &officer, &pin).await.map_err(words)?;
            desk.signed_in(&signed.officer)?;
            Ok(json!({ "officer": signed.officer.id, "unit": signed.officer.unit, "offline": signed.offline }))
        }
        Act::Coverage { on } => {
            desk.set_coverage(on);
            Ok(json!({}))
        }
        Act::Network { mode } => {
            desk.network.set(match mode.as_str() {
                "online" => NetworkMode::Online,
                "offline" => NetworkMode::Offline,
                "portal" => NetworkMode::Portal,
                other => return Err(format!("no such network: {other}")),
            });
            Ok(json!({}))
        }
        _ => desk.sync().await,
    }
}

/// A list in one page.
const EVERY: Page = Page { after: None, limit: usize::MAX };

/// What is known here; nothing is written.
fn look(desk: &Desk, act: Act) -> Result<Value, String> {
    let kit = &desk.kit;
    let known = |case| kit.store.case(case).map_err(words)?.ok_or_else(|| format!("the case {case} is not here"));
    Ok(match act {
        Act::Queue => json!({
            "counts": kit.store.queue_counts().map_err(words)?,
            "items": kit.store.queue().map_err(words)?,
        }),
        Act::Cases => {
            let unit = desk.officer()?.unit;
            let of = |which| -> Result<Vec<CaseId>, String> {
                let mut lines = kit.store.case_lines(&CaseList::all(which), &EVERY).map_err(words)?.lines;
                lines.sort_by_key(|line| (line.planned_at, line.id));
                Ok(lines.iter().map(|line| line.id).collect())
            };
            json!({ "from": of(Cases::From(unit.clone()))?, "to": of(Cases::To(unit))? })
        }
        Act::Case { case } => {
            let view = known(case)?;
            json!({ "phase": view.phase(), "bare": view.bare(), "case": view })
        }
        Act::Seal { seal } => {
            let view = kit.store.seal(&seal).map_err(words)?.ok_or_else(|| format!("the seal {seal} is not known"))?;
            let turnaround = view.armed_at.zip(view.home_at).map(|(armed, home)| home.duration_since(armed).as_hours());
            json!({ "seal": view, "turnaround_hours": turnaround })
        }
        Act::Parcel { parcel } => {
            let view = kit.store.parcel(parcel).map_err(words)?.ok_or("the parcel is not known")?;
            json!({ "stage": view.stage(), "parcel": view })
        }
        Act::Parcels => {
            let list = ParcelList::all(Parcels::Of(desk.officer()?.unit));
            json!({ "parcels": kit.store.parcel_lines(&list, &EVERY).map_err(words)?.lines })
        }
        Act::PhotosHere { case } => {
            let view = known(case)?;
            let here = view.photos.iter().filter(|photo| kit.photos.read(&photo.photo.sha256).is_ok()).count();
            json!({ "photos": view.photos.len(), "here": here })
        }
        Act::Interrupted { case } => {
            let interrupted = interrupted_commands(&known(case)?);
            let seals: Vec<&SealNo> = interrupted.iter().map(|one| &one.seal).collect();
            json!({ "seals": seals })
        }
        Act::ReturnClock { seal } => {
            let view = kit.store.seal(&seal).map_err(words)?.ok_or_else(|| format!("the seal {seal} is not known"))?;
            let now = kit.clock.now().wall;
            let clock = return_clock(&view, &kit.store.rules().map_err(words)?, now).map_err(words)?;
            json!({
                "last_day": clock.last_day,
                "working_days": clock.working_days,
                "working_days_left": clock.working_days_left,
                "started_by_disarm": clock.started_by_disarm,
                "hours_left": clock.left(now).as_hours(),
                "document": clock.citation.document,
            })
        }
        _ => return Err("not something to look at".to_owned()),
    })
}

fn end_of(end: &LockEnd) -> Value {
    json!({ "command": end.command, "outcome": end.outcome, "state": end.state })
}

/// What needs the seal's radio.
async fn radio(desk: &Desk, act: Act) -> Result<Value, String> {
    let (kit, officer) = (&desk.kit, desk.officer()?);
    let patience = &patience();
    let watch = &|_| {};
    match act {
        Act::Pair { case, seal } => {
            let pairing = pair_seal(kit, &officer, case, &seal, patience).await.map_err(words)?;
            Ok(json!({
                "may_arm": pairing.may_arm(),
                "checks": pairing.checks,
                "drift_s": pairing.drift_s,
                "warnings": pairing.fit.warnings.len(),
                "stronger_neighbours": pairing.stronger_neighbours,
            }))
        }
        Act::Arm { case, seal, containers } => {
            let end = arm_seal(kit, &officer, case, &seal, containers, patience, watch).await.map_err(words)?;
            Ok(end_of(&end))
        }
        Act::Read { case, seal } => {
            let now = read_lock(kit, &officer, case, &seal, patience).await.map_err(words)?;
            Ok(json!({ "state": now.state, "lock": now.reading.lock, "settled": now.settled }))
        }
        Act::Log { case, seal } => {
            let read = read_seal_log(kit, &officer, case, &seal, patience).await.map_err(words)?;
            let gaps = read.story.items.iter().filter(|item| matches!(item, TimelineItem::Gap { .. })).count();
            Ok(json!({
                "entries": read.log.entries.len(),
                "lines": read.story.items.len(),
                "complete": read.story.complete,
                "gaps": gaps,
                "gap_minutes": read.story.gap.as_mins(),
                "breaches": read.story.breaches.len(),
                "alarms": read.story.alarms.len(),
                "state": read.state,
            }))
        }
        Act::Disarm { case, seal } => {
            let second = second_officer(kit, case, &seal).map_err(words)?;
            let end = disarm_seal(kit, &officer, case, &seal, second, patience, watch).await.map_err(words)?;
            forget_second(kit, case, &seal).map_err(words)?;
            Ok(end_of(&end))
        }
        _ => Err("not an act with a seal's radio".to_owned()),
    }
}

fn shot(desk: &Desk, file: &PathBuf) -> Result<Shot, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let examined = desk.kit.photos.examine(&bytes).map_err(words)?;
    Ok(Shot { still: Still { bytes, media_type: "image/jpeg".to_owned(), from_camera: true }, examined })
}

/// What only leaves facts.
fn record(desk: &Desk, act: Act) -> Result<Value, String> {
    let (kit, officer) = (&desk.kit, desk.officer()?);
    Ok(match act {
        Act::Scan { text, symbology, case } => {
            let read = recognise(kit, &text, symbology, None);
            let lead = follow(kit, &text, &read.what).map_err(words)?;
            let found = match &lead {
                Lead::Cases(cases) => likeliest(kit, cases, &officer.unit).map_err(words)?,
                Lead::Seal { on, .. } => *on,
                _ => None,
            };
            let how = if symbology.is_some() { HowRead::PracticeFeed } else { HowRead::Typed };
            note_code(kit, &officer, case.or(found), &read, how, false).map_err(words)?;
            json!({
                "recognised_as": read.what.name(),
                "value": value_of(&read.what),
                "confirmed": read.is_confirmed(),
                "case": found,
                "near": read.near.len(),
            })
        }
        Act::OpenCase { containers, declaration, destination } => {
            let new = NewCase { containers, declaration, destination, trader: String::new() };
            json!({ "case": open_case(kit, &officer, new).map_err(words)? })
        }
        Act::Goods { case, ground, reason } => {
            let view = kit.store.case(case).map_err(words)?;
            let from_work_list = view.is_some_and(|view| view.doc.ground == Some(ground));
            let decision = decide_goods(kit, &officer, case, ground, from_work_list, &reason).map_err(words)?;
            json!({ "decision": decision })
        }
        Act::StateDepletion { reason, remark, hours } => {
            let until = kit.clock.now().wall + SignedDuration::from_hours(hours);
            json!({ "statement": state_depletion(kit, &officer, reason, &remark, until).map_err(words)? })
        }
        Act::EndDepletion { reason } => {
            end_depletion(kit, &officer, &reason).map_err(words)?;
            json!({})
        }
        Act::Trip { case, vehicle, driver, route, hours } => {
            let trip = Trip { vehicle, driver, route, hours, ..Trip::default() };
            declare_trip(kit, &officer, case, &trip).map_err(words)?;
            json!({})
        }
        Act::Record { case, seal, seal_type, kind, class, method, on_off, containers } => {
            let by_hand = SealByHand {
                seal,
                seal_type,
                party: SealingParty::Customs,
                kind,
                class,
                method,
                on_off,
                condition: None,
                containers,
            };
            json!({ "state": record_seal(kit, &officer, case, by_hand).map_err(words)? })
        }
        Act::Photo { case, role, stage, file } => {
            let photo = keep_photo(kit, &officer, case, role, stage, &shot(desk, &file)?).map_err(words)?;
            json!({ "sha256": photo.sha256, "bytes": photo.bytes })
        }
        Act::Tug { case, seal, held } => {
            tug_test(kit, &officer, case, &seal, held).map_err(words)?;
            json!({})
        }
        Act::HandOver { case, seal, name, signature } => {
            let signed = CargoHandedOver { name, id_number: String::new(), signature };
            hand_over(kit, &officer, case, &[seal], true, signed).map_err(words)?;
            json!({})
        }
        Act::Inspect { case, seal, condition, bad, verdict, reason, en_route } => {
            let view = kit.store.case(case).map_err(words)?;
            let on_case = view.as_ref().and_then(|view| view.seal(&seal)).ok_or("the seal is not on this case")?;
            let made = |check: &HandCheck| HandCheckResult {
                check: *check,
                good: !bad.contains(check),
                seconds: 4,
                note: String::new(),
            };
            let checks: Vec<HandCheckResult> = checks_for(on_case.seal_type).iter().map(made).collect();
            let proposed = proposal(kit, &officer, case, &seal, &checks, condition).map_err(words)?.verdict;
            let verdict = verdict.unwrap_or(proposed);
            let inspected = Inspected { seal, en_route, checks, condition, verdict, reason };
            inspect(kit, &officer, case, inspected).map_err(words)?;
            json!({ "proposed": proposed, "verdict": verdict })
        }
        Act::AgreeAsSecond { case, seal, officer: second, pin, reason } => {
            agree_as_second(kit, &officer, (&second, &pin), case, &seal, &reason).map_err(words)?;
            json!({})
        }
        Act::Decide { case, seal, holds, reason } => {
            decide_conflict(kit, &officer, case, &seal, holds, &reason).map_err(words)?;
            json!({})
        }
        Act::CutOff { case, seal, reason, witness, signature } => {
            cut_off_seal(kit, &officer, case, &seal, Witnessed { reason, witness, signature }).map_err(words)?;
            json!({})
        }
        Act::ReceiveSeal { seal } => {
            receive_seal(kit, &officer, &seal).map_err(words)?;
            json!({})
        }
        Act::Pack { to, seals, photo } => {
            let parcel = begin_parcel(kit, &officer, &to).map_err(words)?;
            let mut warnings = 0;
            for seal in &seals {
                warnings += usize::from(add_seal(kit, parcel, seal).map_err(words)?.is_some());
            }
            photograph_parcel(kit, parcel).map_err(words)?;
            let kept = keep_photo(kit, &officer, None, PhotoRole::ParcelContents, Stage::Pack, &shot(desk, &photo)?);
            note_parcel_photo(kit, &kept.map_err(words)?).map_err(words)?;
            change_parcel(kit, parcel, |draft| {
                draft.reminders = Reminder::ALL.to_vec();
                seals.iter().for_each(|seal| draft.put_to_sleep(seal, true));
            })
            .map_err(words)?;
            pack_parcel(kit, &officer, parcel).map_err(words)?;
            json!({ "parcel": parcel, "warnings": warnings })
        }
        Act::HandParcel { parcel, carrier, waybill, taken_by, signature } => {
            note_waybill(kit, parcel, &waybill).map_err(words)?;
            let draft = HandOverDraft { carrier, waybill, scanned: true, taken_by };
            hand_parcel(kit, &officer, parcel, &draft, &signature).map_err(words)?;
            json!({})
        }
        Act::ReceiveParcel { parcel, found } => {
            for seal in &found {
                note_found(kit, parcel, seal).map_err(words)?;
            }
            receive_parcel(kit, &officer, parcel).map_err(words)?;
            json!({})
        }
        Act::Difficulty { text } => {
            report_difficulty(kit, &officer, Difficulty { text: &text, screen: "sealctl", case: None }, None)
                .map_err(words)?;
            json!({})
        }
        _ => return Err("not an act that leaves facts".to_owned()),
    })
}
