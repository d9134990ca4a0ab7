//! What talking to a seal by the open protocol costs: bytes on the air, exchanges, and computing at both ends.

#[path = "../crates/seal-protocol/tests/common/mod.rs"]
mod common;
mod table;

use std::time::{Duration, Instant};

use common::Bench;
use seal_protocol::entry::Action;
use seal_protocol::frame;
use seal_protocol::issuer::Kind;
use seal_protocol::message::Request;
use seal_protocol::phone::{Grant, Phone};
use seal_protocol::seal::Event;
use seal_protocol::ticket::Flags;
use seal_protocol::{CommandId, Message};
use table::{ms, row, table, times};
use x25519_dalek::{PublicKey, StaticSecret};

const ROUNDS: usize = 300;

/// One arming after connecting: its messages, and the time that each end computed.
struct Arming {
    messages: Vec<Message>,
    phone: Duration,
    seal: Duration,
}

fn arm(round: u8) -> Arming {
    let mut bench = Bench::new(u64::from(round));
    let grant: Grant = bench.mint("an.nguyen", Kind::Shift { life: 43_200 }, common::EVERYTHING, Flags::NONE);
    let mut phone = Phone::new(bench.id);
    let mut arming = Arming { messages: Vec::new(), phone: Duration::ZERO, seal: Duration::ZERO };
    bench.step(Event::Connected);
    for turn in 0..3 {
        let begin = Instant::now();
        let question = match turn {
            0 => phone.hello(),
            1 => phone.open(&grant, &mut bench.rng),
            _ => phone.ask(&Request::Command { id: CommandId([round; 16]), action: Action::Arm }),
        }
        .expect("in turn");
        arming.phone += begin.elapsed();
        let begin = Instant::now();
        let answer = bench.step(Event::Received(&question)).send.expect("a seal answers");
        arming.seal += begin.elapsed();
        let begin = Instant::now();
        phone.receive(&answer).expect("genuine");
        arming.phone += begin.elapsed();
        arming.messages.extend([question, answer]);
    }
    arming
}

fn main() {
    table::machine("seal");
    let one = arm(1);
    let title = format!("Arming on the air, after connecting: {} exchanges", one.messages.len() / 2);
    let mut rows = vec![row(&[&"ATT MTU", &"values", &"bytes"])];
    rows.extend([frame::MIN_MTU, 185, frame::MAX_MTU].iter().map(|mtu| {
        let values = one.messages.iter().flat_map(|message| frame::fragments(message, false, *mtu, 0));
        let (count, bytes) = values.fold((0, 0), |(count, bytes), value| (count + 1, bytes + value.len()));
        row(&[mtu, &count, &bytes])
    }));
    table(&title, &rows);

    let armings: Vec<Arming> = (0..ROUNDS).map(|round| arm(u8::try_from(round % 250).unwrap_or(0))).collect();
    let median = |of: fn(&Arming) -> Duration| {
        let mut times: Vec<Duration> = armings.iter().map(of).collect();
        times.sort_unstable();
        times[times.len() / 2]
    };
    let (phone, seal) = (median(|one| one.phone), median(|one| one.seal));
    let secret = StaticSecret::from([7; 32]);
    let other = PublicKey::from(&StaticSecret::from([9; 32]));
    // What a bare exchange of keys costs one end: its own public key, and the shared secret.
    let bare = times(ROUNDS, || (PublicKey::from(&secret), secret.diffie_hellman(&other))).median();
    let x = |time: Duration| format!("{:.1}", time.as_secs_f64() / bare.as_secs_f64());
    table(
        &format!("Computing for a whole arming (greeting, ticket and handshake, command, receipt), median of {ROUNDS}"),
        &[
            row(&[&"", &"ms", &"x bare"]),
            row(&[&"a bare X25519 exchange, one end", &ms(bare), &"1.0"]),
            row(&[&"the phone's end", &ms(phone), &x(phone)]),
            row(&[&"the seal's end, its memory in RAM", &ms(seal), &x(seal)]),
        ],
    );
}
