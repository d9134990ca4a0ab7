//! What arming costs on the air: at most 512 bytes of values and three exchanges after connecting.

mod common;

use common::Bench;
use seal_protocol::Message;
use seal_protocol::entry::{Action, Outcome};
use seal_protocol::frame;
use seal_protocol::issuer::Kind;
use seal_protocol::message::{Reply, Request};
use seal_protocol::phone::{Heard, Phone};
use seal_protocol::seal::Event;
use seal_protocol::ticket::Flags;

/// Every message of one arming, in order.
fn arm(moment: bool) -> Vec<Message> {
    let mut bench = Bench::new(9);
    bench.sequence = 4_000_000_000; // the longest there is
    let kind = if moment { Kind::Moment { nonce: bench.nonce() } } else { Kind::Shift { life: 43_200 } };
    let grant = bench.mint("an.nguyen", kind, common::EVERYTHING, Flags::NONE);
    let mut phone = Phone::new(bench.id);
    let mut air = Vec::new();
    bench.step(Event::Connected);
    let id = bench.fresh_id();
    let mut last = None;
    for turn in 0..3 {
        let question = match turn {
            0 => phone.hello(),
            1 => phone.open(&grant, &mut bench.rng),
            _ => phone.ask(&Request::Command { id, action: Action::Arm }),
        }
        .unwrap();
        let answer = bench.step(Event::Received(&question)).send.unwrap();
        last = Some(phone.receive(&answer).unwrap());
        air.extend([question, answer]);
    }
    match last {
        Some(Heard::Reply(Reply::Receipt(receipt))) => assert_eq!(common::outcome(&receipt), Outcome::Done),
        other => panic!("{other:?}"),
    }
    air
}

#[test]
fn arming_takes_at_most_512_bytes_and_three_exchanges() {
    for (name, moment) in [("shift ticket", false), ("moment ticket", true)] {
        for mtu in [frame::MIN_MTU, 185, frame::MAX_MTU] {
            let air = arm(moment);
            let values = air.iter().flat_map(|message| frame::fragments(message, false, mtu, 0));
            let (count, bytes) = values.fold((0, 0), |(count, bytes), value| (count + 1, bytes + value.len()));
            let messages: usize = air.iter().map(|message| message.len()).sum();
            println!("{name}, MTU {mtu}: {bytes} bytes in {count} values, {messages} bytes of messages");
            assert_eq!(air.len(), 6, "three exchanges");
            assert!(bytes <= 512, "{bytes}");
        }
    }
}
