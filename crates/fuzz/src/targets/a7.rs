//! A7 frames: what a lock, or whoever plays one, notifies; and the names heard on the air.

use crc::{CRC_8_MAXIM_DOW, Crc};
use seal_a7::{Command, DateTime, LockId, NoFrame, Password, Said, advertised, read};

use super::{strings, target};
use crate::mutate;
use crate::run::{Job, Target};

const KEY: [u8; 16] = [0x11; 16];

pub(super) fn targets() -> Vec<Target> {
    vec![
        target(
            "a7",
            "A7 frames: a prefix is short, a flipped bit is a wrong sum, a frame reads the same again",
            || {
                let seeds = seeds();
                Job::new(
                    move |rng| {
                        let mut bytes = mutate::bytes(rng, &seeds);
                        // half of them with a right sum, else hardly one gets past it
                        if rng.one_in(2) && bytes.len() > 2 {
                            let held = usize::from(bytes[1]).min(bytes.len() - 2);
                            bytes[1] = u8::try_from(held).unwrap_or(u8::MAX);
                            bytes.truncate(2 + held);
                            bytes.push(Crc::<u8>::new(&CRC_8_MAXIM_DOW).checksum(&bytes));
                        }
                        bytes
                    },
                    frame,
                )
            },
        ),
        target("a7-name", "advertised names: the number is the name's last eight digits", || {
            let seeds = strings(&["TT-83181001", "elock83181001", "tt-00000000", "83181001", "TT-8318100"]);
            Job::of_text(
                move |rng| mutate::text(rng, &seeds),
                |name| {
                    if let Some(id) = advertised(name) {
                        assert!(name.ends_with(&id.to_string()), "{name:?}");
                    }
                    if let Some(id) = LockId::new(name) {
                        assert_eq!(id.to_string(), name);
                    }
                    let _ = Password::new(name);
                },
            )
        }),
    ]
}

fn seeds() -> Vec<Vec<u8>> {
    let id = LockId::new("83181001").expect("eight digits");
    let at = DateTime { year: 25, month: 12, day: 5, hour: 3, minute: 20, second: 30 };
    let commands =
        [Command::CalibrateTime(at), Command::Version(at), Command::WorkMode(id, true), Command::Heartbeat(id, at)];
    let mut seeds: Vec<Vec<u8>> = commands
        .into_iter()
        .chain([Command::CheckStatus(id, Password::FACTORY, at), Command::Lock(id, Password::FACTORY, at)])
        .flat_map(|command| [command.frame(), command.encrypted_frame(&KEY)])
        .map(|frame| frame.as_slice().to_vec())
        .collect();
    // what a lock answers: code, number, battery, state, a byte of no known meaning, source, time
    for code in [0x80, 0x90, 0x62, 0x03, 0x93] {
        let mut frame = vec![0x01, 15, code, 0x20, 0x7E, 0x03, 0xE9, 87, 0x40, 0, 3, 25, 12, 5, 3, 20, 30];
        frame.push(Crc::<u8>::new(&CRC_8_MAXIM_DOW).checksum(&frame));
        seeds.push(frame);
    }
    seeds
}

fn frame(bytes: &[u8]) {
    for key in [None, Some(&KEY)] {
        let Ok((said, used)) = read(bytes, key) else { continue };
        assert!((4..=bytes.len().min(seal_a7::MAX_FRAME)).contains(&used));
        assert_eq!(read(&bytes[..used], key), Ok((said, used)));
        for short in 0..used {
            assert_eq!(read(&bytes[..short], key), Err(NoFrame::Short));
        }
        for bit in 16..used * 8 {
            let mut flipped = bytes[..used].to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(read(&flipped, key), Err(NoFrame::Checksum), "CRC-8 finds every single flip");
        }
        if let Said::Report { at, .. } = said {
            assert!(at.month >= 1 && at.month <= 12 && at.hour < 24);
        }
    }
}
