//! Every clock state against every ticket, every command and every circumstance: what the seal does, and what this table says.

mod common;

use common::Bench;
use seal_protocol::entry::{Action, Outcome};
use seal_protocol::issuer::{Issuer, Kind, SHIFT_S};
use seal_protocol::message::{Denial, Reply, Request};
use seal_protocol::phone::{Grant, PhoneError};
use seal_protocol::seal::{Event, Wake};
use seal_protocol::secret::Secret;
use seal_protocol::ticket::{Flags, Scope};

/// Tickets as they can come before a seal, and whether it takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Shift,
    Moment,
    MomentBefore,
    MomentGuessed,
    MomentTooOld,
    Expired,
    FirstUseOver,
    Revoked,
    RevokesItself,
    OtherEpoch,
    OtherMaster,
}

use Shown::*;

const SHOWN: [(Shown, bool); 11] = [
    (Shift, true),
    (Moment, true),
    (MomentBefore, true),
    (MomentGuessed, false),
    (MomentTooOld, false),
    (Expired, false),
    (FirstUseOver, false),
    (Revoked, false),
    (RevokesItself, false),
    (OtherEpoch, false),
    (OtherMaster, false),
];

#[derive(Debug, Clone, Copy)]
struct Case {
    lost: bool,
    scope: Scope,
    flags: Flags,
    pressed: bool,
    /// Who approved: nobody, the officer of the ticket, another one.
    approval: Option<&'static str>,
}

/// A seal that is armed (so that it can be disarmed) or open (so that it can be armed).
fn bench(case: Case, armed: bool) -> Bench {
    let mut bench = Bench::new(3);
    if armed {
        let setup = bench.shift("setup");
        assert_eq!(bench.done(&setup, Action::Arm), Outcome::Done);
    }
    if case.lost {
        bench.restart(Wake::PowerLost);
    }
    bench
}

fn show(bench: &mut Bench, case: Case, shown: Shown) -> Grant {
    let shift = Kind::Shift { life: SHIFT_S };
    let mint = |bench: &mut Bench, kind| bench.mint("an", kind, case.scope, case.flags);
    let at_another_central = |bench: &mut Bench, issuer| {
        let ours = std::mem::replace(&mut bench.issuer, issuer);
        let grant = mint(bench, shift);
        bench.issuer = ours;
        grant
    };
    match shown {
        Shift => mint(bench, shift),
        Moment => {
            let nonce = bench.nonce();
            mint(bench, Kind::Moment { nonce })
        }
        MomentBefore => {
            let nonce = bench.nonce();
            bench.pass(601);
            assert_ne!(nonce, bench.nonce());
            mint(bench, Kind::Moment { nonce })
        }
        MomentGuessed => mint(bench, Kind::Moment { nonce: [0; 16] }),
        MomentTooOld => {
            let nonce = bench.nonce();
            bench.pass(1_201);
            mint(bench, Kind::Moment { nonce })
        }
        Expired => {
            let grant = mint(bench, Kind::Shift { life: 60 });
            bench.pass(120);
            let later = bench.shift("setup");
            bench.done(&later, Action::Test);
            grant
        }
        FirstUseOver => {
            let grant = bench.mint("an", Kind::Reserve { life: 7 * 86_400 }, case.scope, case.flags);
            let mut phone = bench.open(&grant).unwrap();
            bench.ask(&mut phone, &Request::State).unwrap();
            bench.pass(SHIFT_S + 100);
            grant
        }
        Revoked => {
            let grant = mint(bench, shift);
            let wish = seal_protocol::issuer::Wish {
                kind: shift,
                now: bench.time,
                sequence: bench.sequence + 1,
                min_sequence: bench.sequence + 1,
                officer: bench.officer("setup"),
                scope: common::EVERYTHING,
                flags: Flags::NONE,
            };
            bench.sequence += 1;
            let next = bench.issuer.mint(&bench.id, &wish, &mut bench.rng).unwrap();
            assert_eq!(bench.done(&next, Action::Test), Outcome::Done);
            grant
        }
        // The central makes none; the nearest that it makes is a number below the seal's lowest.
        RevokesItself => {
            let grant = mint(bench, shift);
            bench.sequence += 20;
            for _ in 0..17 {
                let other = bench.shift("setup");
                bench.done(&other, Action::Test);
            }
            grant
        }
        OtherEpoch => at_another_central(bench, Issuer::new(Secret::new([0x4D; 32]), 2)),
        OtherMaster => at_another_central(bench, Issuer::new(Secret::new([0x4E; 32]), 1)),
    }
}

/// The table. `moment`: the ticket ended the loss of time.
fn expected(case: Case, moment: bool, action: Action) -> Result<Outcome, Denial> {
    let scope = match action {
        Action::Arm => 2,
        Action::Disarm | Action::Approve => 4,
        Action::Test => 8,
    };
    let lost = case.lost && !moment;
    let two = case.flags.0 & 2 != 0;
    if case.scope.0 & scope == 0 {
        Err(Denial::NotAllowed)
    } else if case.flags.0 & 1 != 0 && action != Action::Test && !case.pressed {
        Err(Denial::NeedsPresence)
    } else if action == Action::Disarm && (two || lost) && case.approval != Some("binh") {
        Err(if two { Denial::NeedsSecondOfficer } else { Denial::NeedsFreshTicket })
    } else {
        Ok(Outcome::Done)
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for lost in [false, true] {
        for scope in 1..16 {
            for flags in 0..4 {
                for pressed in [false, true] {
                    for approval in [None, Some("an"), Some("binh")] {
                        cases.push(Case { lost, scope: Scope(scope), flags: Flags(flags), pressed, approval });
                    }
                }
            }
        }
    }
    cases
}

#[test]
fn every_clock_state_and_every_good_ticket_against_every_command() {
    let mut count = 0;
    for case in cases() {
        for action in Action::ALL {
            for shown in [Shift, Moment] {
                let mut bench = bench(case, *action == Action::Disarm);
                let grant = show(&mut bench, case, shown);
                if let Some(name) = case.approval {
                    let approver = bench.shift(name);
                    assert_eq!(bench.done(&approver, Action::Approve), Outcome::Done);
                }
                if case.pressed {
                    bench.step(Event::Pressed);
                }
                let id = bench.fresh_id();
                let before = bench.memory().0;
                let got = match bench.command(&grant, id, *action) {
                    Ok(Reply::Receipt(receipt)) => Ok(common::outcome(&receipt)),
                    Ok(Reply::Denied(denial)) => Err(denial),
                    other => panic!("{case:?} {shown:?} {action:?}: {other:?}"),
                };
                assert_eq!(got, expected(case, shown == Moment, *action), "{case:?} {shown:?} {action:?}");
                assert_eq!(got.is_err(), bench.memory().0 == before, "a denial is not logged, everything else is");
                count += 1;
            }
        }
    }
    println!("{count} cases");
}

#[test]
fn every_kind_of_ticket_is_taken_or_refused_in_both_clock_states() {
    for lost in [false, true] {
        for (shown, good) in SHOWN {
            for scope in [Scope(1), common::EVERYTHING] {
                let case = Case { lost, scope, flags: Flags::NONE, pressed: false, approval: None };
                let mut bench = bench(case, false);
                let grant = show(&mut bench, case, shown);
                let opened = bench.open(&grant);
                assert_eq!(opened.is_ok(), good, "{shown:?}, lost {lost}");
                if let Err(error) = opened {
                    assert_eq!(error, PhoneError::Refused, "one word for all");
                }
            }
        }
    }
}
