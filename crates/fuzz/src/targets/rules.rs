//! Rule packs: texts, manifests, and what is decided by a pack that somebody made badly.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::date;
use p256::ecdsa::SigningKey;
use seal_core::courier::{Starts, return_clock, return_deadline, urgency, warned_until};
use seal_core::fact::ApprovalKind;
use seal_core::ids::Sha256;
use seal_core::obligation::{approval_until, depletion_until};
use seal_core::pack::{self, Manifest, PackFile};
use seal_core::rules::{LegalGround, RulePack};

use super::target;
use crate::mutate;
use crate::run::{Job, Target};
use crate::samples;

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_slice(&[9; 32]).expect("a key"));

pub(super) fn targets() -> Vec<Target> {
    vec![
        target("rules", "rule packs: JSON and back, in pieces and back, every decision by them ends", || {
            let seeds = vec![serde_json::to_value(samples::rules()).expect("JSON")];
            Job::of_text(
                move |rng| mutate::json(rng, &seeds),
                move |text| {
                    let Ok(pack) = RulePack::parse(text) else { return };
                    let json = serde_json::to_string(&pack).expect("JSON");
                    assert_eq!(RulePack::parse(&json).expect("its own JSON"), pack);
                    decide(&pack);
                    // signing is slow
                    if text.len().is_multiple_of(16) {
                        in_pieces(&pack);
                    }
                },
            )
        }),
        target("manifest", "signed manifests: only what was signed is believed, changed entries are missing", || {
            let file = pack::issue(&samples::rules(), samples::at(), "A", &KEY, Vec::new()).expect("a pack");
            let seeds = vec![file.manifest.0.clone()];
            let honest = pack::verify(&file.manifest.0, &[pack::public(&KEY)]).expect("its own");
            Job::new(
                move |rng| mutate::bytes(rng, &seeds),
                move |bytes| {
                    if let Ok(manifest) = pack::verify(bytes, &[pack::public(&KEY)]) {
                        assert_eq!(manifest, honest);
                    }
                },
            )
        }),
        target("pack-file", "pack files: what is assembled is what the manifest lists", || {
            let file = pack::issue(&samples::rules(), samples::at(), "A", &KEY, Vec::new()).expect("a pack");
            let seeds = vec![
                serde_json::to_value(&file).expect("JSON"),
                serde_json::to_value(samples::manifest()).expect("JSON"),
            ];
            let honest = pack::verify(&file.manifest.0, &[pack::public(&KEY)]).expect("its own");
            Job::of_text(
                move |rng| mutate::json(rng, &seeds),
                move |text| {
                    if let Ok(file) = serde_json::from_str::<PackFile>(text)
                        && let Ok(pack) = honest.assemble(entries(&file))
                    {
                        assert_eq!(pack, samples::rules());
                    }
                    if let Ok(manifest) = serde_json::from_str::<Manifest>(text) {
                        let _ = manifest.assemble(|_| Some(text.to_owned()));
                        let _ = manifest.follows(Some(Timestamp::MAX));
                    }
                },
            )
        }),
    ]
}

fn entries(file: &PackFile) -> impl Fn(&Sha256) -> Option<String> + use<> {
    let entries: HashMap<Sha256, String> =
        file.entries.iter().map(|text| (Sha256::of(text.as_bytes()), text.clone())).collect();
    move |digest| entries.get(digest).cloned()
}

fn in_pieces(pack: &RulePack) {
    let file = pack::issue(pack, samples::at(), "A", &KEY, Vec::new()).expect("a pack that was read can be issued");
    let manifest = pack::verify(&file.manifest.0, &[pack::public(&KEY)]).expect("its own");
    assert_eq!(manifest.assemble(entries(&file)).as_ref(), Ok(pack));
}

fn decide(pack: &RulePack) {
    for day in [date(2026, 2, 13), date(-9999, 1, 1), date(9999, 12, 31)] {
        for ground in [LegalGround::Transit, LegalGround::Bonded, LegalGround::OtherCustomsSeal, LegalGround::None] {
            let _ = pack.decide_goods(ground, day);
        }
        let _ = (pack.depletion_rule(day), pack.priority_rule(day), pack.way_home_rule(day), pack.return_rule(day));
        for office in &pack.offices {
            let _ = (office.name_on(day), office.words().count());
        }
        for kind in &pack.seal_kinds {
            let _ = kind.holds_on(day);
        }
    }
    let ends = [samples::at(), Timestamp::MIN, Timestamp::MAX];
    for at in ends {
        for starts in
            [Starts { received: Some(at), ..Starts::default() }, Starts { off: Some(at), ..Starts::default() }]
        {
            let deadline = return_deadline(starts, pack);
            for now in ends {
                if let Ok(clock) = return_clock(starts, pack, now) {
                    assert_eq!(deadline.as_ref(), Ok(&clock.ends));
                    let _ = (urgency(&clock, pack, now), clock.left(now));
                }
            }
        }
        let trip = Timestamp::MAX.duration_since(at);
        assert!(pack.limits.battery_needed(trip) <= 100);
        let _ = pack.limits.silence();
        let _ = (warned_until(pack, at), depletion_until(pack, at));
        let _ = approval_until(pack, ApprovalKind::OutsideCriteria, at);
    }
}
