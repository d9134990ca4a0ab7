//! The PIN without coverage: counted before it is looked at, slower after five wrong ones, closed after ten, by a clock nobody
//! can set, and worth nothing without the vault.

use std::sync::Arc;

use crate::accounts::SignsIn;
use crate::bench::{Bench, officer};
use jiff::{SignedDuration, Timestamp};
use seal_core::ids::OfficerId;
use seal_core::officer::{Officer, Role};
use seal_core::time::Moment;
use seal_field::actions::Kit;
use seal_field::actions::sign_in::{FREE_TRIES, MOST_TRIES, SignInTrouble, SignedIn, agrees_here, sign_in};
use seal_field::ports::clock::Clock;
use uuid::Uuid;

const PIN: &str = "246810";

/// A clock whose hands the test moves: the wall, the phone's start, the time since.
struct Hands(Moment);

impl Clock for Hands {
    fn now(&self) -> Moment {
        self.0
    }
}

fn who() -> Officer {
    officer("an.nv", "03EE", &[Role::Officer])
}

/// A phone that knows the officer, out of coverage since.
async fn phone() -> (Bench, Kit) {
    let bench = Bench::new(&[]);
    let away = bench.kit.clone();
    let online = Kit { central: Arc::new(SignsIn(who(), PIN)), ..bench.kit.clone() };
    assert!(!sign_in(&online, &who().id, PIN).await.unwrap().offline);
    (bench, away)
}

async fn try_pin(kit: &Kit, pin: &str) -> Result<SignedIn, SignInTrouble> {
    sign_in(kit, &OfficerId("an.nv".to_owned()), pin).await
}

/// The same phone at another time.
fn at(kit: &Kit, moment: Moment) -> Kit {
    Kit { clock: Arc::new(Hands(moment)), ..kit.clone() }
}

#[tokio::test]
async fn five_tries_are_free_then_each_costs_longer_and_after_ten_the_central_is_needed() {
    let (bench, kit) = phone().await;
    let mut waits = Vec::new();
    for nth in 1..=MOST_TRIES {
        match try_pin(&kit, "000000").await {
            Err(SignInTrouble::Wrong { wait_s, left }) => {
                assert_eq!(left, MOST_TRIES - nth);
                waits.push(wait_s);
            }
            other => panic!("{other:?}"),
        }
        if let Some(wait_s) = waits.last().filter(|wait_s| **wait_s > 0) {
            // The right PIN is not looked at either.
            assert!(matches!(try_pin(&kit, PIN).await, Err(SignInTrouble::Wait { wait_s: left }) if left == *wait_s));
            bench.pass(SignedDuration::from_secs(*wait_s));
        }
    }
    assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 240, 480, 960]);
    assert!(matches!(try_pin(&kit, PIN).await, Err(SignInTrouble::CentralNeeded(_))));
    assert!(matches!(agrees_here(&kit, &who().id, PIN), Err(SignInTrouble::CentralNeeded(_))));

    let online = Kit { central: Arc::new(SignsIn(who(), PIN)), ..kit.clone() };
    assert!(!try_pin(&online, PIN).await.unwrap().offline);
    assert!(try_pin(&kit, PIN).await.unwrap().offline, "the central has opened it again");
}

#[tokio::test]
async fn no_clock_and_no_restart_shortens_a_wait() {
    let (_bench, kit) = phone().await;
    let moment = |boot: u128, boot_ms: u64, wall: &str| Moment {
        wall: wall.parse::<Timestamp>().unwrap(),
        boot: Uuid::from_u128(boot),
        boot_ms,
    };
    let first = at(&kit, moment(1, 5_000, "2026-11-23T01:00:00Z"));
    for _ in 0..FREE_TRIES {
        assert!(matches!(try_pin(&first, "000000").await, Err(SignInTrouble::Wrong { .. })));
    }
    // The wall clock a year ahead, a day back; the phone started anew, long ago by its own clock.
    for (boot, boot_ms, wall) in
        [(1, 6_000, "2027-11-23T01:00:00Z"), (1, 7_000, "2026-11-22T01:00:00Z"), (2, 90_000, "2026-11-23T09:00:00Z")]
    {
        let kit = at(&kit, moment(boot, boot_ms, wall));
        assert!(matches!(try_pin(&kit, PIN).await, Err(SignInTrouble::Wait { wait_s: 28..=30 })), "{boot} {wall}");
    }
    // The wait that began again with the new start ends in it.
    let later = at(&kit, moment(2, 120_000, "2026-11-23T09:00:30Z"));
    assert!(try_pin(&later, PIN).await.unwrap().offline);
    assert!(
        matches!(try_pin(&later, "000000").await, Err(SignInTrouble::Wrong { wait_s: 0, left: 9 })),
        "counted anew"
    );
}

#[tokio::test]
async fn wrong_tries_of_one_officer_are_not_anothers() {
    let (_bench, kit) = phone().await;
    let other = officer("hoa.pt", "03EE", &[Role::ShiftLead]);
    let online = Kit { central: Arc::new(SignsIn(other.clone(), "135790")), ..kit.clone() };
    sign_in(&online, &other.id, "135790").await.unwrap();
    for _ in 0..FREE_TRIES {
        assert!(matches!(agrees_here(&kit, &other.id, "000000"), Err(SignInTrouble::Wrong { .. })));
    }
    assert!(matches!(agrees_here(&kit, &other.id, "135790"), Err(SignInTrouble::Wait { .. })));
    assert!(try_pin(&kit, PIN).await.unwrap().offline);
}
