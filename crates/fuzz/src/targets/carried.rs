//! Files sealed to the agency: rescue copies and exports, which anybody may carry and change.

use jiff::Timestamp;
use seal_core::cbor::Bytes;
use seal_core::ids::{DeviceId, OfficerId, Sha256};
use seal_core::rescue::{AgencySecret, Frame, Head, Part, Photo, frames, read_export};
use uuid::Uuid;

use super::target;
use crate::mutate;
use crate::run::{Job, Target};

pub(super) fn targets() -> Vec<Target> {
    vec![Target {
        inputs: 20_000,
        smoke: 300,
        ..target(
            "carried",
            "files sealed to the agency: every byte in a frame or counted, an export only as it was made",
            job,
        )
    }]
}

fn job() -> Job {
    let secret = AgencySecret::read(&[1; 32]).expect("32 bytes are a key");
    let seeds = vec![export(&secret, 1), export(&secret, 2), export(&secret, 1)[..200].to_vec()];
    let made = seeds.clone();
    Job::new(
        move |rng| mutate::bytes(rng, &seeds),
        move |bytes| {
            let found = frames(bytes);
            let framed: usize = found.frames.iter().map(|frame| 40 + frame.content.len()).sum();
            assert_eq!(framed + found.strange, bytes.len());
            // What can be opened was sealed: it stands in one of the files, in its place.
            for frame in &found.frames {
                if secret.open(frame).is_ok() {
                    let same = |other: &Frame<'_>| (other.file, other.number) == (frame.file, frame.number);
                    assert!(made.iter().any(|file| {
                        frames(file).frames.iter().any(|other| same(other) && other.content == frame.content)
                    }));
                }
            }
            if read_export(bytes, &secret).is_ok() {
                assert!(made.iter().any(|file| file == bytes), "an export that nobody made");
            }
        },
    )
}

fn export(secret: &AgencySecret, n: u8) -> Vec<u8> {
    let bytes = vec![n; 60];
    let parts = [
        Part::Head(Head {
            device: DeviceId(Uuid::from_u128(n.into())),
            officer: OfficerId("an.nv".to_owned()),
            unit: "03EE".to_owned().try_into().expect("an office"),
            at: Timestamp::UNIX_EPOCH,
            events: 2,
            photos: 1,
        }),
        Part::Events(vec![Bytes(vec![n; 50]), Bytes(vec![n; 3])]),
        Part::Photo(Photo { sha256: Sha256::of(&bytes), media_type: "image/jpeg".to_owned(), bytes: Bytes(bytes) }),
        Part::End { frames: 4 },
    ];
    let key = secret.public();
    (1..)
        .zip(&parts)
        .flat_map(|(number, part)| key.seal(&[n; 16], number, part, [n; 32]).expect("it can be sealed"))
        .collect()
}
