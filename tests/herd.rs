//! Two thousand phones come back at the same moment, and the central can serve a hundred requests a second: everything
//! arrives, nobody starves, and the central is not asked more often than it takes. Engines only; no store, no sockets.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use jiff::Timestamp;
use seal_core::ids::EventId;
use seal_core::outbox::Receipt;
use seal_core::time::Moment;
use seal_core::wire::{PROTO, PushResponse, PushResult, PushStatus};
use seal_field::ports::central::CentralTrouble;
use seal_field::ports::store::{Sendable, Settled};
use seal_field::sync::engine::{Effect, Engine, Input, Page};
use uuid::Uuid;

const PHONES: usize = 2_000;
/// Items in the queue of each.
const ITEMS: i64 = 5;
/// Requests the central takes in a second; more are told to come back.
const CAPACITY: u32 = 100;
const RETRY_AFTER_S: u64 = 10;
/// From request to answer.
const ROUND_TRIP_MS: u64 = 300;

struct Phone {
    engine: Engine,
    queue: Vec<(i64, EventId, Option<Timestamp>)>,
    requests: u32,
    done_ms: Option<u64>,
}

fn now(ms: u64) -> Moment {
    let wall = Timestamp::from_millisecond(1_790_000_000_000 + ms as i64).unwrap();
    Moment { wall, boot: Uuid::nil(), boot_ms: ms }
}

impl Phone {
    /// Steps the engine; gives the requests it wants to make.
    fn step(&mut self, ms: u64, random: u32, input: Input) -> Vec<Effect> {
        let mut requests = Vec::new();
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for effect in self.engine.step(now(ms), random, input) {
                match effect {
                    Effect::Settle(results) => {
                        for (key, settled) in results {
                            match settled {
                                Settled::Accepted(_) => self.queue.retain(|item| item.0 != key),
                                Settled::Again { not_before, .. } => self
                                    .queue
                                    .iter_mut()
                                    .filter(|item| item.0 == key)
                                    .for_each(|item| item.2 = Some(not_before)),
                                Settled::Stuck(why) => panic!("{why:?}"),
                            }
                        }
                    }
                    Effect::DueNow => self.queue.iter_mut().for_each(|item| item.2 = None),
                    Effect::Take => {
                        let due = self.queue.iter().filter(|item| item.2.is_none_or(|at| at <= now(ms).wall));
                        let due = due.map(|(key, id, _)| Sendable::Event { key: *key, id: *id, cose: vec![0; 300] });
                        inputs.push(Input::Taken(due.collect()));
                    }
                    Effect::Renew => inputs.push(Input::Renewed(true)),
                    Effect::Fetch => inputs.push(Input::Fetched(Ok(false))),
                    request => requests.push(request),
                }
            }
        }
        if self.queue.is_empty() {
            self.done_ms.get_or_insert(ms);
        }
        requests
    }
}

#[test]
fn two_thousand_phones_at_once_all_get_through() {
    let mut state = 20_261_127u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 32) as u32
    };
    let mut phones: Vec<Phone> = (0..PHONES as u128)
        .map(|n| {
            let item = |k: i64| (k, EventId(Uuid::from_u128(n << 64 | k as u128)), None);
            let mut phone = Phone {
                engine: Engine::new(Some("one".to_owned())),
                queue: (1..=ITEMS).map(item).collect(),
                requests: 0,
                done_ms: None,
            };
            phone.step(0, 0, Input::Coverage(false));
            phone
        })
        .collect();
    let mut taken: HashSet<EventId> = HashSet::new();
    let (mut served, mut second, mut refused, mut worst_second) = (0u32, 0u64, 0u64, 0u32);
    // What happens when: a phone wakes (no answer), or an answer arrives.
    let mut agenda: BinaryHeap<Reverse<(u64, usize, u64)>> = BinaryHeap::new();
    let mut answers: Vec<Option<Input>> = Vec::new();
    for n in 0..PHONES {
        agenda.push(Reverse((0, n, u64::MAX)));
    }
    let mut begun = vec![false; PHONES];
    let mut in_second = 0;
    while let Some(Reverse((ms, n, answer))) = agenda.pop() {
        if phones.iter().all(|phone| phone.done_ms.is_some()) {
            break;
        }
        assert!(
            ms < 30 * 60_000,
            "{} phones still wait after half an hour",
            phones.iter().filter(|p| p.done_ms.is_none()).count()
        );
        let input = match answers.get_mut(answer as usize).and_then(Option::take) {
            Some(input) => input,
            None if !std::mem::replace(&mut begun[n], true) => Input::Coverage(true),
            None => Input::Tick,
        };
        for request in phones[n].step(ms, random(), input) {
            phones[n].requests += 1;
            if ms / 1000 != second {
                (second, served, in_second) = (ms / 1000, 0, 0);
            }
            in_second += 1;
            worst_second = worst_second.max(in_second);
            let busy = CentralTrouble::Busy { retry_after_s: Some(RETRY_AFTER_S) };
            let full = served >= CAPACITY;
            served += 1;
            refused += u64::from(full);
            let input = match request {
                Effect::Push { .. } if full => Input::Pushed(Err(busy)),
                Effect::Push { items, .. } => {
                    let receipt = Receipt { server_seq: 1, at: now(ms).wall, code: "C".to_owned() };
                    let results = items.iter().map(|item| {
                        let receipt = receipt.clone();
                        let new = taken.insert(item.id);
                        let status =
                            if new { PushStatus::Accepted { receipt } } else { PushStatus::Duplicate { receipt } };
                        PushResult { id: item.id, status }
                    });
                    Input::Pushed(Ok(PushResponse {
                        proto: PROTO.to_owned(),
                        epoch: "one".to_owned(),
                        server_time: now(ms).wall,
                        results: results.collect(),
                        need_photos: Vec::new(),
                        checkpoint: None,
                    }))
                }
                Effect::Pull if full => Input::Pulled(Err(busy)),
                Effect::Pull => {
                    Input::Pulled(Ok(Page { epoch: "one".to_owned(), more: false, changed: false, checkpoint: None }))
                }
                other => panic!("{other:?}"),
            };
            answers.push(Some(input));
            agenda.push(Reverse((ms + ROUND_TRIP_MS, n, answers.len() as u64 - 1)));
        }
        let wake = phones[n].engine.wake_ms(now(ms));
        agenda.push(Reverse((wake.max(ms + 20), n, u64::MAX)));
    }
    let requests: u32 = phones.iter().map(|phone| phone.requests).sum();
    let most = phones.iter().map(|phone| phone.requests).max().unwrap();
    let mut done: Vec<u64> = phones.iter().map(|phone| phone.done_ms.unwrap() / 1000).collect();
    done.sort_unstable();
    println!(
        "{PHONES} phones, {} items: the median through after {} s, the last after {} s; {requests} requests, {refused} told to \
         come back, at most {most} of one phone, at most {worst_second} in a second",
        taken.len(),
        done[PHONES / 2],
        done[PHONES - 1]
    );
    assert_eq!(taken.len(), PHONES * ITEMS as usize);
    // Two requests each are needed, 40 s of the central's time. Nobody waits ten times that.
    assert!(done[PHONES - 1] < 400, "the last waits {} s", done[PHONES - 1]);
    assert!(most < 60, "one phone asks {most} times");
}
