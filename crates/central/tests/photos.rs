//! Photograph bytes: tus rules, resumption, digests, scope, and leftovers of a stop. Once more over S3-compatible stores with
//! `./run peers s3`.

use std::sync::Arc;

use crate::common::photos::Photos;
use crate::common::{Answer, Phone, START, World, case, request};
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::SignedDuration;
use seal_core::evidence::{PhotoQuality, PhotoRef, PhotoRole, Thumbnail};
use seal_core::fact::{Fact, PhotoTaken, Stage, TugTested};
use seal_core::ids::Sha256;
use seal_core::outbox::Receipt;
use seal_core::rules::RulePack;

async fn create(world: &World, phone: &Phone, photo: &Sha256, length: usize) -> Answer {
    let (hex, kind) = (STANDARD.encode(photo.to_string()), STANDARD.encode("image/jpeg"));
    let (metadata, length) = (format!("sha256 {hex},media_type {kind}"), length.to_string());
    let headers = [("tus-resumable", "1.0.0"), ("upload-length", &length), ("upload-metadata", &metadata)];
    world.send(request("POST", "/v1/photos", Some(&phone.token), &headers, Body::empty())).await
}

async fn head(world: &World, phone: &Phone, photo: &Sha256) -> Answer {
    world.send(request("HEAD", &format!("/v1/photos/{photo}"), Some(&phone.token), &[], Body::empty())).await
}

async fn get(world: &World, phone: &Phone, photo: &Sha256) -> Answer {
    world.send(request("GET", &format!("/v1/photos/{photo}"), Some(&phone.token), &[], Body::empty())).await
}

async fn patch(world: &World, phone: &Phone, photo: &Sha256, offset: usize, body: Body) -> Answer {
    let offset = offset.to_string();
    let headers = [
        ("tus-resumable", "1.0.0"),
        ("upload-offset", offset.as_str()),
        ("content-type", "application/offset+octet-stream"),
    ];
    world.send(request("PATCH", &format!("/v1/photos/{photo}"), Some(&phone.token), &headers, body)).await
}

fn proof(answer: &Answer) -> Receipt {
    serde_json::from_str(answer.header("x-sealfield-receipt")).unwrap()
}

fn picture() -> (Vec<u8>, Sha256) {
    let bytes: Vec<u8> = (0..100_000u32).map(|n| (n * 31 % 251) as u8).collect();
    let photo = Sha256::of(&bytes);
    (bytes, photo)
}

fn taken(photo: Sha256, thumbnail: Sha256) -> Fact {
    Fact::PhotoTaken(PhotoTaken {
        photo: PhotoRef {
            sha256: photo,
            bytes: 100_000,
            media_type: "image/jpeg".to_owned(),
            width: 10,
            height: 10,
            thumbnail: Some(Thumbnail { sha256: thumbnail, bytes: 3 }),
        },
        role: PhotoRole::Doors,
        stage: Stage::Arm,
        quality: PhotoQuality::Good,
        from_camera: true,
        parcel: None,
    })
}

#[tokio::test]
async fn an_upload_goes_on_where_it_broke_off_also_after_a_restart() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    let (bytes, photo) = picture();
    assert_eq!(head(&world, &phone, &photo).await.status, StatusCode::NOT_FOUND);

    let created = create(&world, &phone, &photo, bytes.len()).await;
    assert_eq!((created.status, created.header("upload-offset")), (StatusCode::CREATED, "0"));
    assert_eq!(created.header("location"), format!("/v1/photos/{photo}"));

    // The connection breaks after 40,000 bytes: they stay.
    let broken = futures_util::stream::iter([
        Ok(Bytes::copy_from_slice(&bytes[..40_000])),
        Err(std::io::Error::other("connection reset")),
    ]);
    assert_eq!(patch(&world, &phone, &photo, 0, Body::from_stream(broken)).await.code(), "broken_off");
    let world = world.restart();
    let here = head(&world, &phone, &photo).await;
    assert_eq!((here.header("upload-offset"), here.header("upload-length")), ("40000", "100000"));
    assert_eq!((here.header("cache-control"), here.header("x-sealfield-receipt")), ("no-store", ""));
    assert_eq!(here.header("tus-resumable"), "1.0.0");

    for wrong in [0, 39_999, 40_001, 100_000] {
        let answer = patch(&world, &phone, &photo, wrong, Body::from(bytes[40_000..].to_vec())).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "offset"));
    }
    let announced_again = create(&world, &phone, &photo, bytes.len()).await;
    assert_eq!(announced_again.header("upload-offset"), "40000");

    let done = patch(&world, &phone, &photo, 40_000, Body::from(bytes[40_000..].to_vec())).await;
    assert_eq!((done.status, done.header("upload-offset")), (StatusCode::NO_CONTENT, "100000"));
    // The answer is lost: asking again, announcing again and after a restart give the same proof.
    let world = world.restart();
    assert_eq!(proof(&head(&world, &phone, &photo).await), proof(&done));
    let again = create(&world, &phone, &photo, bytes.len()).await;
    assert_eq!((again.status, proof(&again)), (StatusCode::CREATED, proof(&done)));
    assert_eq!(proof(&patch(&world, &phone, &photo, 100_000, Body::empty()).await), proof(&done));
}

#[tokio::test]
async fn bytes_with_another_digest_are_thrown_away_and_the_upload_begins_again() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    let (bytes, photo) = picture();
    create(&world, &phone, &photo, bytes.len()).await;
    let mut changed = bytes.clone();
    changed[50_000] ^= 1;
    let answer = patch(&world, &phone, &photo, 0, Body::from(changed)).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "digest"));
    assert_eq!(head(&world, &phone, &photo).await.header("upload-offset"), "0");
    let done = patch(&world, &phone, &photo, 0, Body::from(bytes)).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);
    proof(&done);
}

#[tokio::test]
async fn a_stop_between_the_last_byte_and_the_check_leaves_nothing_stuck() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    let (bytes, photo) = picture();
    create(&world, &phone, &photo, bytes.len()).await;
    // The whole file lies there unchecked, as after a stop; once right, once with one wrong byte.
    let (photos, piece) = (Photos::of(world.folder.path()), format!("pieces/{photo}/0000000000"));
    let mut wrong = bytes.clone();
    wrong[0] ^= 1;
    photos.write(&piece, &wrong).await;
    assert_eq!(create(&world, &phone, &photo, bytes.len()).await.header("upload-offset"), "0");
    photos.write(&piece, &bytes).await;
    let first = proof(&create(&world, &phone, &photo, bytes.len()).await);

    // The file has its final name, but the database does not know.
    world.database().run("UPDATE photo SET complete_at = NULL");
    assert_eq!(proof(&create(&world, &phone, &photo, bytes.len()).await), first);

    // The phone that only asks gets there too.
    world.database().run("UPDATE photo SET complete_at = NULL");
    assert_eq!(proof(&head(&world, &phone, &photo).await), first);
}

/// Sends a photograph in three requests, as a phone does that asks anew whenever it was told no.
async fn upload(world: Arc<World>, phone: Phone, bytes: Vec<u8>) -> Receipt {
    let photo = Sha256::of(&bytes);
    loop {
        let here = create(&world, &phone, &photo, bytes.len()).await;
        assert_eq!(here.status, StatusCode::CREATED, "{}", here.text());
        if !here.header("x-sealfield-receipt").is_empty() {
            return proof(&here);
        }
        let mut offset: usize = here.header("upload-offset").parse().unwrap();
        while offset < bytes.len() {
            let end = (offset + 40_000).min(bytes.len());
            let answer = patch(&world, &phone, &photo, offset, Body::from(bytes[offset..end].to_vec())).await;
            match answer.status {
                StatusCode::NO_CONTENT => offset = end,
                StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => break,
                _ => panic!("{}", answer.text()),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_centrals_that_take_the_same_upload_at_once_do_not_spoil_it() {
    let one = World::new();
    let centrals = [Arc::new(one.beside()), Arc::new(one)];
    let photos = Photos::of(centrals[1].folder.path());
    for round in 0..12 {
        let mut bytes = picture().0;
        bytes[0] = round;
        let mut uploads = Vec::new();
        for (number, world) in (1..).zip(&centrals) {
            let phone = world.phone(number, "an.nv", "246810").await;
            uploads.push(tokio::spawn(upload(world.clone(), phone, bytes.clone())));
        }
        let name = Sha256::of(&bytes).to_string();
        for receipt in futures_util::future::join_all(uploads).await {
            assert_eq!(receipt.unwrap().code[..4].to_lowercase(), name[..4]);
        }
        assert!(photos.read(&format!("{}/{name}", &name[..2])).await.is_some_and(|kept| kept == bytes));
    }
}

#[tokio::test]
async fn what_is_no_photograph_is_refused() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    let (bytes, photo) = picture();
    assert_eq!(create(&world, &phone, &photo, 0).await.code(), "metadata");
    assert_eq!(create(&world, &phone, &photo, 33 << 20).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let headers = [("upload-length", "5"), ("upload-metadata", "sha256 eA==,media_type aW1hZ2UvanBlZw==")];
    let answer = world.send(request("POST", "/v1/photos", Some(&phone.token), &headers, Body::empty())).await;
    assert_eq!(answer.code(), "metadata");

    create(&world, &phone, &photo, bytes.len()).await;
    let more = [bytes.as_slice(), b"more"].concat();
    assert_eq!(patch(&world, &phone, &photo, 0, Body::from(more)).await.code(), "length");
    let version = [("tus-resumable", "0.2.2")];
    let path = format!("/v1/photos/{photo}");
    let answer = world.send(request("HEAD", &path, Some(&phone.token), &version, Body::empty())).await;
    assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED);
    let answer = world.send(request("PATCH", &path, Some(&phone.token), &[], Body::empty())).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn the_central_asks_for_missing_bytes_and_shows_a_photo_to_units_in_its_scope() {
    let world = World::new();
    let mut a = world.phone(1, "an.nv", "246810").await;
    let b = world.phone(2, "binh.tt", "246810").await;
    let c = world.phone(3, "chi.lt", "246810").await;
    let (bytes, photo) = picture();
    let thumbnail = Sha256::of(b"abc");
    let event = a.event(Some(case(1)), taken(photo, thumbnail));
    assert_eq!(world.push(&a, std::slice::from_ref(&event)).await.need_photos, [], "they are on their way");
    let answer = world.push(&a, std::slice::from_ref(&event)).await;
    let mut need = answer.need_photos;
    need.sort();
    let mut both = vec![photo, thumbnail];
    both.sort();
    assert_eq!(need, both);

    create(&world, &a, &photo, bytes.len()).await;
    assert_eq!(get(&world, &a, &photo).await.status, StatusCode::NOT_FOUND, "not complete");
    patch(&world, &a, &photo, 0, Body::from(bytes.clone())).await;
    assert_eq!(world.push(&a, &[event]).await.need_photos, [thumbnail]);

    let shown = get(&world, &b, &photo).await;
    assert_eq!((shown.status, shown.header("content-type")), (StatusCode::OK, "image/jpeg"));
    assert_eq!(Sha256::of(&shown.body), photo);
    assert_eq!(get(&world, &c, &photo).await.status, StatusCode::NOT_FOUND, "not its case");
}

/// What the officer of a phone is told is missing: how many, and how many of them are overdue.
async fn told(world: &World, phone: &Phone) -> (u64, u64) {
    let answer = world.send(request("GET", "/v1/missing-photos", Some(&phone.token), &[], Body::empty())).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let told: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(told["missing"], told["photos"].as_array().unwrap().len(), "{told}");
    (told["missing"].as_u64().unwrap(), told["overdue"].as_u64().unwrap())
}

#[tokio::test]
async fn what_did_not_come_is_told_with_its_seal_and_phone_and_is_overdue_after_the_term() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let ((bytes, photo), thumbnail) = (picture(), Sha256::of(b"sma"));
    let tug = TugTested { seal: "83181001".parse().unwrap(), held: true };
    let named = phone.event(Some(case(7)), taken(photo, thumbnail));
    let tug = phone.event(Some(case(7)), Fact::TugTested(tug));
    world.push(&phone, &[named.clone(), tug]).await;
    assert_eq!(told(&world, &phone).await, (2, 0));
    let mut lines = world.central.missing_photos().unwrap();
    lines.sort_by_key(|line| line.thumbnail);
    assert_eq!((lines[0].photo, lines[1].photo), (photo, thumbnail));
    let line = &lines[0];
    assert_eq!((line.event, line.device, line.case), (named.event.id, phone.device, Some(case(7))));
    assert_eq!((line.unit.as_str(), &line.officer, line.since), ("03EE", &phone.officer, START.parse().unwrap()));
    assert!(line.seals.contains(&"83181001".to_owned()), "{:?}", line.seals);
    // The term is the rule pack's, counted from the receipt of the fact.
    let rules = RulePack::parse(include_str!("../../../assets/rules/2026.json")).unwrap();
    let term = SignedDuration::from_hours(i64::from(rules.photo_term[0].hours));
    assert_eq!(line.due, Some(line.since + term));

    // Announced, and half of it here: it has not come.
    create(&world, &phone, &photo, bytes.len()).await;
    patch(&world, &phone, &photo, 0, Body::from(bytes[..50_000].to_vec())).await;
    world.advance(term);
    assert!(world.central.missing_photos().unwrap().iter().all(|line| !line.overdue), "due is not over");
    world.advance(SignedDuration::from_secs(1));
    // That sign-in has ended long ago.
    let phone = world.phone(1, "an.nv", "246810").await;
    assert_eq!(told(&world, &phone).await, (2, 2));
    let auditor = world.phone(3, "kiem.tra", "314159").await;
    assert_eq!(told(&world, &auditor).await, (2, 2), "of all units");
    let other = world.phone(2, "binh.tt", "246810").await;
    assert_eq!(told(&world, &other).await, (0, 0), "another unit's");
    let nobody = world.send(request("GET", "/v1/missing-photos", None, &[], Body::empty())).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);

    patch(&world, &phone, &photo, 50_000, Body::from(bytes[50_000..].to_vec())).await;
    let left = world.central.missing_photos().unwrap();
    assert_eq!(left.iter().map(|line| line.photo).collect::<Vec<_>>(), [thumbnail]);
}
