//! The known answers in `docs/seal-protocol-vectors.json`: that they are what this code does, and that two independent
//! implementations (coset for COSE, snow for Noise) agree with them.
//!
//! `WRITE_VECTORS=1 cargo test -p seal-protocol --test vectors` writes the file anew.

mod common;

use std::path::PathBuf;

use common::{Chip, START, hex, unhex};
use coset::{CborSerializable, TaggedCborSerializable};
use seal_protocol::advert;
use seal_protocol::entry::{Action, ENTRY, Entry, Happening, Head, Place, What};
use seal_protocol::frame;
use seal_protocol::issuer::{Issuer, Kind, Wish};
use seal_protocol::message::{REFUSAL, Request};
use seal_protocol::phone::{Grant, Phone};
use seal_protocol::seal::{Bolt, Config, Event, Seal, Sensors, Wake};
use seal_protocol::secret::{Random, Secret};
use seal_protocol::ticket::{Flags, Scope};
use seal_protocol::{CommandId, SealId, keys::SealKeys};
use serde_json::{Value, json};

const MASTER: [u8; 32] = [0x4D; 32];

/// Gives prepared byte strings one after another, so that the file can say what was drawn.
struct Script(Vec<Vec<u8>>);

impl Random for Script {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0.remove(0));
    }
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/seal-protocol-vectors.json")
}

fn grant(issuer: &Issuer, id: &SealId, kind: Kind, sequence: u32, officer: &str, seed: u8) -> (Grant, Value) {
    let wish = Wish {
        kind,
        now: START,
        sequence,
        min_sequence: 3,
        officer: issuer.pseudonym(officer),
        scope: Scope(15),
        flags: Flags::NONE,
    };
    let (proof, iv) = (vec![seed; 32], vec![seed ^ 0xFF; 9]);
    let grant = issuer.mint(id, &wish, &mut Script(vec![proof.clone(), iv])).unwrap();
    let note = json!({
        "ticket": hex(&grant.ticket), "k_pop": hex(&proof), "iat": START, "sequence": sequence, "min_seq": 3,
        "officer": officer, "pseudonym": hex(&wish.officer.0), "scope": 15,
    });
    (grant, note)
}

#[allow(clippy::too_many_lines)] // one session, from first to last byte
fn make() -> Value {
    let id = SealId::new("83181010").unwrap();
    let issuer = Issuer::new(Secret::new(MASTER), 1);
    let seal_key = issuer.seal_key(&id);
    let keys = SealKeys::new(id, 1, &seal_key);

    let nonce = [0x6E; 16];
    let (shift, shift_note) = grant(&issuer, &id, Kind::Shift { life: 43_200 }, 7, "an.nguyen", 0x21);
    let (_, moment_note) = grant(&issuer, &id, Kind::Moment { nonce }, 8, "binh.tran", 0x22);
    let (_, reserve_note) = grant(&issuer, &id, Kind::Reserve { life: 604_800 }, 9, "binh.tran", 0x23);

    let sensors = Sensors {
        bolt: Bolt::Open,
        rope_inserted: true,
        rope_whole: true,
        shell_closed: true,
        battery: 87,
        place: Some(Place { latitude: 208_449_110, longitude: 1_066_881_130, accuracy_m: 5 }),
        mobile_bars: 3,
        faults: 0,
    };
    let closed = Sensors { bolt: Bolt::Closed, ..sensors };
    let config = Config {
        keys,
        commissioned: START - 86_400,
        firmware: [1, 2, 3],
        has_button: true,
        arm_battery: 20,
        move_battery: 5,
    };
    let (phone_secret, seal_secret) = ([0x31; 32], [0x32; 32]);
    let draws = Script(vec![nonce.to_vec(), seal_secret.to_vec(), vec![0x33; 32]]);
    let mut seal = Seal::boot(config, Chip::new(64), draws, Wake::ClockKept(0), &sensors).unwrap();
    let mut phone = Phone::new(id);
    let mut session = Vec::new();
    let mut note = |what: &str, from: &str, at: u32, bytes: &[u8]| {
        session.push(json!({ "what": what, "from": from, "tick": at, "message": hex(bytes) }));
    };

    seal.step(5, &sensors, Event::Connected);
    let hello = phone.hello().unwrap();
    note("HELLO", "phone", 5, &hello);
    let answer = seal.step(5, &sensors, Event::Received(&hello)).send.unwrap();
    note("HELLO reply", "seal", 5, &answer);
    phone.receive(&answer).unwrap();

    let open = phone.open(&shift, &mut Script(vec![phone_secret.to_vec()])).unwrap();
    note("OPEN", "phone", 6, &open);
    let opened = seal.step(6, &sensors, Event::Received(&open)).send.unwrap();
    note("OPENED", "seal", 6, &opened);
    phone.receive(&opened).unwrap();

    let arm = CommandId(*b"command-id-00001");
    let requests = [
        ("COMMAND arm", Request::Command { id: arm, action: Action::Arm }),
        ("STATE", Request::State),
        ("SET_CLOCK", Request::SetClock { now: START + 30 }),
        ("SETTLE", Request::Settle { id: arm }),
        ("SETTLE of an unknown command", Request::Settle { id: CommandId(*b"command-id-00002") }),
        ("LOG", Request::Log { from: 1, most: 255 }),
    ];
    let mut now = 7;
    let mut receipt = None;
    for (what, request) in requests {
        let message = phone.ask(&request).unwrap();
        note(what, "phone", now, &message);
        let feel = if now == 7 { &sensors } else { &closed };
        let mut effects = seal.step(now, feel, Event::Received(&message));
        if effects.drive.is_some() {
            now += 1;
            effects = seal.step(now, &closed, Event::MotorStopped);
        }
        let answer = effects.send.unwrap();
        note(&format!("{what}: answer"), "seal", now, &answer);
        let heard = phone.receive(&answer).unwrap();
        if let seal_protocol::phone::Heard::Reply(seal_protocol::message::Reply::Receipt(found)) = heard {
            receipt = Some(found);
        }
        now += 1;
    }
    let repeated = seal.step(now, &closed, Event::Received(&open));
    assert!(repeated.send.is_some() && !repeated.hang_up, "a recording is answered, and can do nothing");

    let hash = plaintexts(&mut session, &shift, &seal_secret, &phone_secret, &id);
    let receipt = receipt.unwrap();
    let (entry, head) = receipt.claim().unwrap();
    let alone = Entry {
        counter: 1,
        log_time: START,
        not_before: START - 60,
        clock_set: true,
        time_lost: true,
        armed: true,
        lock: seal_protocol::entry::Lock::Tampered,
        alarms: seal_protocol::entry::Alarms::ROPE_CUT,
        battery: 42,
        what: What::Happened { what: Happening::RopeCut, detail: 0, place: sensors.place },
    };
    let pieces = |message: &[u8], turn: bool, mtu: usize| -> Vec<String> {
        frame::fragments(message, turn, mtu, 0).map(|value| hex(&value)).collect()
    };
    json!({
        "about": "Known answers of docs/seal-protocol.md. Bytes are hexadecimal, times are seconds since 1970 UTC, ticks are seconds since boot.",
        "keys": {
            "master": hex(&MASTER), "epoch": 1, "serial": id.as_str(), "seal_id": hex(id.as_bytes()),
            "k_seal": hex(seal_key.expose()),
            "k_ticket": hex(&hkdf(seal_key.expose(), b"eseal/1/ticket", 16)),
            "k_receipt": hex(&hkdf(seal_key.expose(), b"eseal/1/receipt", 32)),
        },
        "tickets": { "shift": shift_note, "moment": moment_note, "reserve": reserve_note, "moment_nonce": hex(&nonce) },
        "session": {
            "ticket": "shift", "commissioned": START - 86_400, "clock": "kept, 0 s",
            "handshake_hash": hex(&hash),
            "phone_ephemeral_secret": hex(&phone_secret), "seal_ephemeral_secret": hex(&seal_secret),
            "messages": session,
        },
        "receipt": {
            "bytes": hex(&receipt.0), "entry": hex(&entry.encode()), "head": hex(&head.0),
        },
        "chain": {
            "start": hex(&Head::start(&id).0), "entry_1": hex(&alone.encode()),
            "head_1": hex(&Head::start(&id).after(&alone).0),
        },
        "refusal": hex(&REFUSAL),
        "fragments": {
            "message": hex(&open), "turn": 1,
            "mtu_23": pieces(&open, true, 23), "mtu_185": pieces(&open, true, 185), "mtu_247": pieces(&open, true, 247),
            "again_from_2": hex(&frame::again(2)),
        },
        "advertising": { "data": hex(&advert::advertising()), "scan_response": hex(&advert::scan_response(&id)) },
    })
}

fn snow_end(prologue: &[u8], psk: &[u8; 32], ephemeral: &[u8], phone: bool) -> snow::HandshakeState {
    let builder = snow::Builder::new("Noise_NNpsk0_25519_AESGCM_SHA256".parse().unwrap())
        .psk(0, psk)
        .unwrap()
        .prologue(prologue)
        .unwrap()
        .fixed_ephemeral_key_for_testing_only(ephemeral);
    if phone { builder.build_initiator() } else { builder.build_responder() }.unwrap()
}

fn prologue(id: &[u8], ticket: &[u8]) -> Vec<u8> {
    use sha2::Digest;
    [b"eseal/1".as_slice(), id, &sha2::Sha256::digest(ticket)].concat()
}

/// Adds what is inside each session message, as snow reads it; returns the handshake's hash.
fn plaintexts(session: &mut [Value], grant: &Grant, seal: &[u8], phone: &[u8], id: &SealId) -> Vec<u8> {
    let prologue = prologue(id.as_bytes(), &grant.ticket);
    let mut phone = snow_end(&prologue, grant.proof.expose(), phone, true);
    let mut seal = snow_end(&prologue, grant.proof.expose(), seal, false);
    let mut buffer = [0; 1_100];
    phone.write_message(&[], &mut buffer).unwrap();
    let message = |step: &Value| bytes(&step["message"]);
    let open = message(&session[2]);
    seal.read_message(&open[open.len() - 48..], &mut buffer).unwrap();
    let len = phone.read_message(&message(&session[3])[1..], &mut buffer).unwrap();
    session[3]["plain"] = hex(&buffer[..len]).into();
    seal.write_message(&buffer[..len], &mut [0; 1_100]).unwrap();
    let hash = phone.get_handshake_hash().to_vec();
    let (mut phone, mut seal) = (phone.into_transport_mode().unwrap(), seal.into_transport_mode().unwrap());
    for (number, step) in session.iter_mut().enumerate().skip(4) {
        let reader = if number % 2 == 0 { &mut seal } else { &mut phone };
        let len = reader.read_message(&message(step)[1..], &mut buffer).unwrap();
        step["plain"] = hex(&buffer[..len]).into();
    }
    hash
}

fn hkdf(from: &[u8], info: &[u8], len: usize) -> Vec<u8> {
    let mut out = vec![0; len];
    hkdf::Hkdf::<sha2::Sha256>::new(None, from).expand(info, &mut out).unwrap();
    out
}

fn stored() -> Value {
    serde_json::from_str(&std::fs::read_to_string(path()).unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    unhex(value.as_str().unwrap())
}

#[test]
fn the_file_is_what_this_code_does() {
    let made = make();
    if std::env::var_os("WRITE_VECTORS").is_some() {
        std::fs::write(path(), serde_json::to_string_pretty(&made).unwrap() + "\n").unwrap();
    }
    assert!(made == stored(), "docs/seal-protocol-vectors.json differs: a change of the protocol, or an error");
}

#[test]
fn coset_reads_ticket_and_receipt() {
    use aes::Aes128;
    use ccm::aead::{AeadInPlace, KeyInit};
    use ccm::consts::{U8, U13};

    let file = stored();
    let id = bytes(&file["keys"]["seal_id"]);
    for name in ["shift", "moment", "reserve"] {
        let note = &file["tickets"][name];
        let envelope = coset::CoseEncrypt0::from_tagged_slice(&bytes(&note["ticket"])).unwrap();
        assert_eq!(envelope.unprotected.key_id, [1]);
        let plain = envelope
            .decrypt_ciphertext(
                &id,
                || "none",
                |sealed, aad| {
                    let key = bytes(&file["keys"]["k_ticket"]);
                    let (body, tag) = sealed.split_at(sealed.len() - 8);
                    let mut plain = body.to_vec();
                    ccm::Ccm::<Aes128, U8, U13>::new_from_slice(&key)
                        .unwrap()
                        .decrypt_in_place_detached(
                            envelope.unprotected.iv.as_slice().into(),
                            aad,
                            &mut plain,
                            tag.into(),
                        )
                        .map_err(|_| "not authentic")
                        .map(|()| plain)
                },
            )
            .unwrap();
        let claims = coset::cwt::ClaimsSet::from_slice(&plain).unwrap();
        assert_eq!(claims.issued_at, Some(coset::cwt::Timestamp::WholeSeconds(START.into())));
        let sequence = u32::try_from(note["sequence"].as_u64().unwrap()).unwrap();
        assert_eq!(claims.cwt_id, Some(sequence.to_be_bytes().to_vec()));
        // Deterministic CBOR (RFC 8949, 4.2.1): ciborium writes back the same bytes, and the keys are in order.
        let value: ciborium::Value = ciborium::from_reader(plain.as_slice()).unwrap();
        let mut again = Vec::new();
        ciborium::into_writer(&value, &mut again).unwrap();
        assert_eq!(again, plain);
        let keys: Vec<Vec<u8>> = value
            .as_map()
            .unwrap()
            .iter()
            .map(|(key, _)| {
                let mut out = Vec::new();
                ciborium::into_writer(key, &mut out).unwrap();
                out
            })
            .collect();
        assert!(keys.is_sorted());
    }
    let receipt = bytes(&file["receipt"]["bytes"]);
    let mac0 = coset::CoseMac0::from_tagged_slice(&receipt).unwrap();
    mac0.verify_payload_tag(
        &id,
        || hmac::digest::MacError,
        |tag, data| {
            use hmac::Mac;
            let key = bytes(&file["keys"]["k_receipt"]);
            <hmac::Hmac<sha2::Sha256> as Mac>::new_from_slice(&key).unwrap().chain_update(data).verify_slice(tag)
        },
    )
    .unwrap();
    assert_eq!(mac0.payload.as_ref().unwrap().len(), ENTRY + 16);
}

#[test]
fn snow_opens_the_whole_session() {
    let file = stored();
    let session = &file["session"];
    let ticket = bytes(&file["tickets"]["shift"]["ticket"]);
    let psk: [u8; 32] = bytes(&file["tickets"]["shift"]["k_pop"]).try_into().unwrap();
    let prologue = prologue(&bytes(&file["keys"]["seal_id"]), &ticket);
    let mut phone = snow_end(&prologue, &psk, &bytes(&session["phone_ephemeral_secret"]), true);
    let messages: Vec<Vec<u8>> =
        session["messages"].as_array().unwrap().iter().map(|step| bytes(&step["message"])).collect();
    let mut buffer = [0; 1_100];
    let len = phone.write_message(&[], &mut buffer).unwrap();
    assert_eq!(messages[2], [&[1, 1][..], &ticket, &buffer[..len]].concat());
    phone.read_message(&messages[3][1..], &mut buffer).unwrap();
    let mut phone = phone.into_transport_mode().unwrap();
    for pair in session["messages"].as_array().unwrap()[4..].chunks_exact(2) {
        let (asked, answered) = (&pair[0], &pair[1]);
        let len = phone.write_message(&bytes(&asked["plain"]), &mut buffer).unwrap();
        assert_eq!(bytes(&asked["message"])[1..], buffer[..len]);
        let len = phone.read_message(&bytes(&answered["message"])[1..], &mut buffer).unwrap();
        assert_eq!(bytes(&answered["plain"]), buffer[..len]);
    }
}
