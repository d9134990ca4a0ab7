//! Facts of another phone: signed bytes, their content, and what is folded from it.

use std::sync::LazyLock;

use ciborium::Value as Cbor;
use jiff::{SignedDuration, Timestamp};
use p256::ecdsa::SigningKey;
use seal_core::case::CaseView;
use seal_core::cbor::{self, CborError};
use seal_core::courier::{ParcelView, return_clock, urgency};
use seal_core::custody::SealView;
use seal_core::doc::{CaseDoc, Doc, SealDoc};
use seal_core::event::{Event, SignedEvent, corrected, sign_with};
use seal_core::fact::Fact;
use seal_core::line::{CaseLine, ParcelLine, SealLine};
use seal_core::loss::Loss;
use seal_core::obligation::{approval_lack, decision_of, open_requests, standing_depletion};
use seal_core::rules::RulePack;
use seal_core::seal::log::LogEntry;
use seal_core::seal::story::{TripStory, is_complete, since_arming};
use seal_core::slip;
use seal_core::work::work_list;
use seal_core::{search, time};

use super::target;
use crate::mutate;
use crate::run::{Job, Target};
use crate::samples;

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_slice(&[7; 32]).expect("a key"));

pub(super) fn targets() -> Vec<Target> {
    vec![
        target("event", "signed events: what verifies says what was signed, reading keeps the very bytes", || {
            let seeds: Vec<Vec<u8>> = signed().into_iter().map(|signed| signed.cose).collect();
            Job::new(move |rng| mutate::bytes(rng, &seeds), event)
        }),
        target("cbor", "any CBOR: what is read is written back to the same bytes", || {
            let mut seeds: Vec<Vec<u8>> = events().iter().map(|event| cbor::to_vec(event).expect("CBOR")).collect();
            seeds.extend([vec![0x81; 40], vec![0xA1; 40], vec![0xC1; 40], vec![0x9F; 3], vec![0x5F; 3]]);
            seeds.extend([0x5B, 0x7B, 0x9B, 0xBB].map(|major| [&[major][..], &[0xFF; 8], &[0; 4]].concat()));
            Job::new(
                move |rng| mutate::bytes(rng, &seeds),
                |bytes| {
                    if let Ok(tree) = cbor::from_slice::<Cbor>(bytes) {
                        assert_eq!(cbor::to_vec(&tree).as_deref(), Ok(bytes));
                    }
                    if let Ok(event) = cbor::from_slice::<Event>(bytes) {
                        rewritten(&event);
                    }
                },
            )
        }),
        Target {
            megabytes: 64,
            ..target("fact", "content of events: CBOR and back, JSON and back, every fold ends", fact_job)
        },
    ]
}

fn events() -> Vec<Event> {
    samples::facts().into_iter().chain(samples::bare_facts()).map(samples::event).collect()
}

fn signed() -> Vec<SignedEvent> {
    let sign = |event| SignedEvent::sign(event, |bytes| Ok::<_, CborError>(sign_with(&KEY, bytes)));
    events().into_iter().map(|event| sign(event).expect("a signature")).collect()
}

/// Written anew it says the same. Not always in the same bytes: a field of a later version is read over, which is why signed
/// bytes are kept as they came.
fn rewritten(event: &Event) {
    let bytes = cbor::to_vec(event).expect("CBOR");
    assert_eq!(&cbor::from_slice::<Event>(&bytes).expect("its own bytes"), event);
}

fn event(bytes: &[u8]) {
    static SIGNED: LazyLock<Vec<Event>> = LazyLock::new(|| signed().into_iter().map(|one| one.event).collect());
    if let Ok(read) = SignedEvent::read(bytes) {
        assert_eq!(read.cose, bytes);
        assert!(cbor::to_vec(&read.event).is_ok());
    }
    let key = KEY.verifying_key().to_encoded_point(false).as_bytes().to_vec();
    if let Ok(read) = slip::verify(bytes, |_| Some((key, false))) {
        assert!(SIGNED.contains(&read.event), "nobody signed {:?}", read.event);
    }
}

struct Rest {
    events: Vec<Event>,
    case: CaseDoc,
    seal: SealDoc,
    rules: RulePack,
}

fn fact_job() -> Job {
    let events = events();
    let tree = |event| -> Cbor {
        let bytes = cbor::to_vec(event).expect("CBOR");
        ciborium::from_reader(&bytes[..]).expect("its own bytes")
    };
    let seeds: Vec<Cbor> = events.iter().map(tree).collect();
    let mut docs = samples::docs();
    let (Doc::Seal(seal), Doc::Case(case)) = (docs.swap_remove(1), docs.swap_remove(0)) else {
        unreachable!("the samples begin with a case and a seal")
    };
    let rest = Rest { events, case, seal, rules: samples::rules() };
    Job::new(
        move |rng| cbor::to_vec(&mutate::cbor(rng, &seeds)).unwrap_or_default(),
        move |bytes| {
            let Ok(event) = cbor::from_slice::<Event>(bytes) else { return };
            rewritten(&event);
            let json = serde_json::to_string(&event).expect("JSON");
            assert_eq!(serde_json::from_str::<Event>(&json).expect("its own JSON"), event);
            fold(&rest, event);
        },
    )
}

/// Everything that is made of facts, with one hostile fact among honest ones.
fn fold(rest: &Rest, event: Event) {
    let (rules, nows) = (&rest.rules, [samples::at(), Timestamp::MIN, Timestamp::MAX]);
    let (seals, parcel, case, unit) = (event.seals(), event.fact.parcel(), event.case, event.unit.clone());
    let _ = (event.fact.kind(), event.fact.speaks_of(), event.fact.photo(), event.handed());
    if let Fact::SealLogRead(log) = &event.fact {
        for now in nows {
            let _ = TripStory::of(log, SignedDuration::from_mins(30), now);
        }
        let trip: Vec<LogEntry> = since_arming(log.entries.clone(), 0);
        let _ = (is_complete(&trip, u32::MAX), is_complete(&log.entries, 0));
    }
    let mut events = rest.events.clone();
    events.push(event);
    let _ = corrected(&events);
    let _ = Loss::fold(&events);
    for case in [Some(samples::case()), case].into_iter().flatten() {
        let Some(view) = CaseView::fold(case, Some(&rest.case), &events) else { continue };
        let _ = (view.phase(), view.cover(), view.bare(), view.likely_cover(), search::case_text(&view));
        for now in nows {
            let _ = (decision_of(&view, rules, now), approval_lack(&view, &[], now));
        }
        let line = CaseLine::from(&view);
        let _ = work_list(vec![line], &unit, rules, time::date_in_vietnam(nows[0]));
    }
    for no in [samples::no()].iter().chain(&seals) {
        let view = SealView::fold(no, Some(&rest.seal), &events);
        let _ = (view.turnaround_days(), view.held_since(), SealLine::of(&view, None, rules));
        for now in nows {
            if let Ok(clock) = return_clock(&view, rules, now) {
                let _ = urgency(&clock, rules, now);
            }
        }
    }
    if let Some(view) = parcel.and_then(|parcel| ParcelView::fold(parcel, &events)) {
        let _ =
            (view.stage(), view.differences(), view.news_at(), view.accessories_short(), search::parcel_text(&view));
        let _ = ParcelLine::from(&view);
    }
    for now in nows {
        let _ = (standing_depletion(&events, &unit, rules, now), open_requests(&events, &unit, rules, now));
    }
}
