//! Tickets: who is given what, and that a seal takes exactly that. The seal is the protocol's own machine.

use crate::common;

use std::collections::BTreeSet;

use crate::common::database::Database;
use crate::common::machine::{Machine, Said};
use crate::common::{Phone, START, World, case, seal};
use axum::http::StatusCode;
use jiff::SignedDuration;
use seal_central::{Central, Revoke, SealFamily, ServerConfig, Trouble, a7_password};
use seal_core::event::SignedEvent;
use seal_core::fact::{ConflictDecided, Fact, LockCommanded, LockRead, SealsIssued};
use seal_core::ids::{CommandId, EventId, OfficerId};
use seal_core::seal::reading::{LockAction, LockOutcome};
use seal_core::wire::{B64, PushStatus, SealTicket, TicketKind, TicketWish, TicketsResponse};
use seal_protocol::entry::{Action, Outcome};
use seal_protocol::issuer::practice::PRACTICE_MASTER;
use seal_protocol::message::{Denial, Reply, Request};
use seal_protocol::seal::Wake;
use uuid::Uuid;

const DONE: Said = Said::Ended(Outcome::Done);

fn find<'a>(answer: &'a TicketsResponse, no: &str, kind: TicketKind) -> &'a SealTicket {
    answer.tickets.iter().find(|ticket| ticket.seal == seal(no) && ticket.kind == kind).expect("such a ticket")
}

fn seals(answer: &TicketsResponse) -> BTreeSet<&str> {
    answer.tickets.iter().map(|ticket| ticket.seal.as_str()).collect()
}

fn refused(answer: &TicketsResponse) -> Vec<(&str, &str)> {
    answer.refused.iter().map(|refused| (refused.seal.as_str(), refused.code.as_str())).collect()
}

fn commanded(no: &str, action: LockAction, after: Option<EventId>) -> Fact {
    Fact::LockCommanded(LockCommanded {
        command: CommandId(Uuid::now_v7()),
        seal: seal(no),
        action,
        containers: Vec::new(),
        after,
        second_officer: None,
    })
}

fn confirmed(of: &SignedEvent) -> Fact {
    let Fact::LockCommanded(commanded) = &of.event.fact else { panic!("a command") };
    Fact::LockRead(LockRead {
        seal: commanded.seal.clone(),
        command: Some(commanded.command),
        action: Some(commanded.action),
        outcome: Some(LockOutcome::Confirmed),
        reading: None,
        late: false,
    })
}

async fn accepted(world: &World, phone: &Phone, events: &[SignedEvent]) {
    for result in world.push(phone, events).await.results {
        assert!(matches!(result.status, PushStatus::Accepted { .. }), "{:?}", result.status);
    }
}

/// The seal goes on a case.
async fn arm(world: &World, phone: &mut Phone, no: &str, number: u32) -> SignedEvent {
    let command = phone.event(Some(case(number)), commanded(no, LockAction::Arm, None));
    let read = phone.event(Some(case(number)), confirmed(&command));
    accepted(world, phone, &[command, read.clone()]).await;
    read
}

#[tokio::test]
async fn the_work_list_s_ticket_opens_the_seal_and_arms_it() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    let answer = world.tickets(&phone, &[]).await;
    // In the unit's stock: neither those elsewhere, nor lost or retired ones, nor those without a radio of ours.
    let stock = ["83181001", "83181002", "83181003", "83181004", "83181005", "83181006", "83181009", "83181010"];
    let stock: BTreeSet<_> = stock.into_iter().chain(["83181015", "83181016", "83181017", "83181018"]).collect();
    let by_password = ["91760001", "91760002"];
    let all: BTreeSet<_> = stock.iter().copied().chain(by_password).collect();
    assert_eq!(seals(&answer), all);
    let tickets = 2 * stock.len() + by_password.len();
    assert_eq!(answer.tickets.len(), tickets, "one for the shift, one in reserve; a password is one for all");
    assert!(answer.refused.is_empty());
    assert_eq!(answer.server_time.to_string(), START);

    let shift = find(&answer, "83181001", TicketKind::Shift);
    assert_eq!(shift.expires, answer.server_time + SignedDuration::from_hours(12));
    let reserve = find(&answer, "83181001", TicketKind::Reserve);
    assert_eq!(reserve.expires, answer.server_time + SignedDuration::from_hours(7 * 24));
    let mut machine = Machine::new("83181001", START);
    assert_eq!(machine.command(shift, Action::Arm), DONE);
    assert_eq!(machine.command(shift, Action::Disarm), DONE);
    assert_eq!(machine.command(shift, Action::Test), Said::Denied(Denial::NotAllowed));
    // Of another seal, it opens nothing.
    assert_eq!(Machine::new("83181002", START).command(shift, Action::Arm), Said::Refused);
}

#[tokio::test]
async fn a_reserve_ticket_opens_only_together_with_another_officer() {
    let world = World::new();
    let (an, hoa) = (world.phone(1, "an.nv", "246810").await, world.phone(2, "hoa.pt", "135790").await);
    let (an, hoa) = (world.tickets(&an, &["83181001"]).await, world.tickets(&hoa, &["83181001"]).await);
    let (an, hoa) = (find(&an, "83181001", TicketKind::Reserve), find(&hoa, "83181001", TicketKind::Reserve));
    let mut machine = Machine::new("83181001", START);
    assert_eq!(machine.command(an, Action::Arm), DONE);
    assert_eq!(machine.command(an, Action::Disarm), Said::Denied(Denial::NeedsSecondOfficer));
    assert_eq!(machine.command(an, Action::Approve), DONE);
    assert_eq!(machine.command(an, Action::Disarm), Said::Denied(Denial::NeedsSecondOfficer), "one officer is not two");
    assert_eq!(machine.command(hoa, Action::Approve), DONE);
    assert_eq!(machine.command(an, Action::Disarm), DONE);
}

#[tokio::test]
async fn a_moment_ticket_opens_a_seal_that_lost_the_time() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    let key = seal_protocol::issuer::practice::issuer().seal_key(&seal_protocol::SealId::new("83181001").unwrap());
    let mut machine = Machine::with_key("83181001", 1, &key, START, Wake::PowerLost);
    let shift = world.tickets(&phone, &["83181001"]).await;
    let shift = find(&shift, "83181001", TicketKind::Shift);
    assert_eq!(machine.command(shift, Action::Arm), DONE);
    assert_eq!(machine.command(shift, Action::Disarm), Said::Denied(Denial::NeedsFreshTicket));

    let wish = |nonce: &[u8]| TicketWish { seal: seal("83181001"), nonce: Some(B64(nonce.to_vec())) };
    let answer = world.get_tickets(&phone, &[wish(&machine.hello().nonce)]).await;
    let answer: TicketsResponse = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer.tickets.len(), 1);
    let moment = find(&answer, "83181001", TicketKind::Moment);
    assert_eq!(moment.expires, answer.server_time + SignedDuration::from_mins(15));
    assert_eq!(machine.command(moment, Action::Disarm), DONE);
    let answer = world.get_tickets(&phone, &[wish(&[1; 15])]).await;
    let answer: TicketsResponse = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(refused(&answer), [("83181001", "nonce")]);
}

#[tokio::test]
async fn each_role_is_given_its_rights_and_nothing_else() {
    let world = World::new();
    let machine = || Machine::new("83181001", START);
    let auditor = world.phone(1, "kiem.tra", "314159").await;
    let answer = world.tickets(&auditor, &["83181001"]).await;
    assert_eq!(answer.tickets.len(), 1, "nothing to reserve");
    let reads = find(&answer, "83181001", TicketKind::Shift);
    assert!(matches!(machine().ask(reads, &Request::State), Ok(Reply::State(_))));
    for action in [Action::Arm, Action::Disarm, Action::Approve, Action::Test] {
        assert_eq!(machine().command(reads, action), Said::Denied(Denial::NotAllowed));
    }
    let supervisor = world.phone(2, "quang.dm", "112358").await;
    let answer = world.tickets(&supervisor, &["83181001"]).await;
    let may = find(&answer, "83181001", TicketKind::Shift);
    for action in [Action::Test, Action::Approve, Action::Arm] {
        assert_eq!(machine().command(may, action), DONE, "head of the unit, and keeps the register");
    }
    let integrator = world.phone(3, "giam.sat", "271828").await;
    for wishes in [vec![], vec![TicketWish { seal: seal("83181001"), nonce: None }]] {
        let answer = world.get_tickets(&integrator, &wishes).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::FORBIDDEN, "role".to_owned()));
    }
    let stranger = world.send(common::json_request("POST", "/v1/tickets", None, &serde_json::json!({}))).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn only_seals_that_are_the_officer_s_business_are_given() {
    let world = World::new();
    let mut an = world.phone(1, "an.nv", "246810").await;
    let binh = world.phone(2, "binh.tt", "246810").await;
    let asked = ["83181001", "99999999", "83182001", "HQVN0041207", "83181012"];
    let answer = world.tickets(&an, &asked).await;
    let expected =
        [("99999999", "unknown_seal"), ("83182001", "no_key"), ("HQVN0041207", "no_key"), ("83181012", "not_in_scope")];
    assert_eq!(refused(&answer), expected);
    assert!(answer.refused.iter().all(|refused| !refused.detail.is_empty()));
    assert_eq!(seals(&answer), BTreeSet::from(["83181001"]));
    assert_eq!(refused(&world.tickets(&binh, &["83181001"]).await), [("83181001", "not_in_scope")]);

    // On a case to 15BB it becomes the business of both ends, and of nobody else.
    arm(&world, &mut an, "83181001", 1).await;
    for phone in [&an, &binh] {
        assert!(seals(&world.tickets(phone, &[]).await).contains("83181001"));
    }
    let tam = world.phone(3, "tam.ntm", "112358").await;
    assert_eq!(refused(&world.tickets(&tam, &["83181001"]).await), [("83181001", "not_in_scope")]);
    // Who has looked at the case on its way may read the seal, and no more.
    let mut minh = world.phone(4, "minh.bq", "246810").await;
    let looked = minh.event(Some(case(1)), common::remark("x"));
    accepted(&world, &minh, &[looked]).await;
    let answer = world.tickets(&minh, &["83181001"]).await;
    assert_eq!(answer.tickets.len(), 1);
    let mut machine = Machine::new("83181001", START);
    let reads = find(&answer, "83181001", TicketKind::Shift);
    assert_eq!(machine.command(reads, Action::Arm), Said::Denied(Denial::NotAllowed));
    assert!(!seals(&world.tickets(&minh, &[]).await).contains("83181001"), "no work of that unit");
    // Issued to one officer, a seal is not another's.
    let kind = seal_core::codes::CustomsSealKind::Electronic;
    let issued = SealsIssued { to: OfficerId("hoa.pt".to_owned()), kind, seals: vec![seal("83181002")] };
    let issued = an.event_with(None, Fact::SealsIssued(issued), |event| event.officer = OfficerId("hoa.pt".to_owned()));
    accepted(&world, &an, &[issued]).await;
    assert_eq!(refused(&world.tickets(&an, &["83181002"]).await), [("83181002", "not_in_scope")]);
    let hoa = world.phone(5, "hoa.pt", "135790").await;
    assert!(seals(&world.tickets(&hoa, &[]).await).contains("83181002"));
}

#[tokio::test]
async fn a_disputed_seal_is_opened_by_two_or_after_a_decision() {
    let world = World::new();
    let mut an = world.phone(1, "an.nv", "246810").await;
    let mut hoa = world.phone(2, "hoa.pt", "135790").await;
    // Neither phone knows of the other's command.
    let first = an.event(Some(case(1)), commanded("83181001", LockAction::Arm, None));
    let read = an.event(Some(case(1)), confirmed(&first));
    let second = hoa.event_with(Some(case(1)), commanded("83181001", LockAction::Arm, None), |event| {
        event.at.wall += SignedDuration::from_secs(5);
    });
    accepted(&world, &an, &[first.clone(), read]).await;
    accepted(&world, &hoa, std::slice::from_ref(&second)).await;

    let answer = world.tickets(&an, &[]).await;
    assert_eq!(refused(&answer), [("83181001", "conflict")]);
    let shift = find(&answer, "83181001", TicketKind::Shift);
    let reserve = find(&answer, "83181001", TicketKind::Reserve);
    let theirs = world.tickets(&hoa, &["83181001"]).await;
    let mut machine = Machine::new("83181001", START);
    assert_eq!(machine.command(shift, Action::Arm), DONE);
    assert_eq!(machine.command(shift, Action::Disarm), Said::Denied(Denial::NotAllowed));
    assert!(matches!(machine.ask(shift, &Request::State), Ok(Reply::State(_))));
    // Four eyes, and the seal itself holds to it.
    assert_eq!(machine.command(reserve, Action::Disarm), Said::Denied(Denial::NeedsSecondOfficer));
    assert_eq!(machine.command(find(&theirs, "83181001", TicketKind::Reserve), Action::Approve), DONE);
    assert_eq!(machine.command(reserve, Action::Disarm), DONE);

    let mut quang = world.phone(3, "quang.dm", "112358").await;
    let (events, holds) = (vec![first.event.id, second.event.id], first.event.id);
    let decided = ConflictDecided { events, holds, reason: "x".to_owned() };
    let decided = quang.event(Some(case(1)), Fact::ConflictDecided(decided));
    accepted(&world, &quang, &[decided]).await;
    let answer = world.tickets(&an, &["83181001"]).await;
    assert!(answer.refused.is_empty());
    let shift = find(&answer, "83181001", TicketKind::Shift);
    assert_eq!(machine.command(shift, Action::Arm), DONE);
    assert_eq!(machine.command(shift, Action::Disarm), DONE);
}

#[tokio::test]
async fn revoked_tickets_open_nothing_once_the_seal_has_met_anybody() {
    let world = World::new();
    let lost = world.phone(1, "an.nv", "246810").await;
    let hoa = world.phone(2, "hoa.pt", "135790").await;
    let old = world.tickets(&lost, &["83181001"]).await;
    let old = find(&old, "83181001", TicketKind::Shift);
    let mut machine = Machine::new("83181001", START);
    assert_eq!(machine.command(old, Action::Arm), DONE);

    let revoked = world.central.revoke_tickets(&Revoke::Device(lost.device)).unwrap();
    assert_eq!((revoked.seals, revoked.passwords), (vec![seal("83181001")], vec![]));
    assert_eq!(world.get_tickets(&lost, &[]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(machine.command(old, Action::Disarm), DONE, "the seal has not heard yet");
    assert_eq!(machine.command(old, Action::Arm), DONE);
    let new = world.tickets(&hoa, &["83181001"]).await;
    assert!(matches!(machine.ask(find(&new, "83181001", TicketKind::Shift), &Request::State), Ok(Reply::State(_))));
    assert_eq!(machine.command(old, Action::Disarm), Said::Refused);

    // An officer's are revoked likewise, and no new ones given until they are allowed again.
    let mine = find(&new, "83181001", TicketKind::Shift);
    let officer = OfficerId("hoa.pt".to_owned());
    world.central.revoke_tickets(&Revoke::Officer(officer.clone())).unwrap();
    let answer = world.get_tickets(&hoa, &[]).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::FORBIDDEN, "revoked".to_owned()));
    let quang = world.phone(3, "quang.dm", "112358").await;
    let new = world.tickets(&quang, &["83181001"]).await;
    let newest = find(&new, "83181001", TicketKind::Shift);
    assert_eq!(machine.command(newest, Action::Disarm), DONE);
    assert_eq!(machine.command(mine, Action::Arm), Said::Refused);
    assert!(world.central.allow_tickets(&officer).unwrap());
    world.central.revoke_tickets(&Revoke::Seal(seal("83181001"))).unwrap();
    let new = world.tickets(&hoa, &["83181001"]).await;
    assert_eq!(machine.command(find(&new, "83181001", TicketKind::Shift), Action::Arm), DONE);
    assert_eq!(machine.command(newest, Action::Disarm), Said::Refused);
    for nobody in [Revoke::Seal(seal("83182001")), Revoke::Officer(OfficerId("x".to_owned()))] {
        assert!(matches!(world.central.revoke_tickets(&nobody), Err(Trouble::Keys(_))));
    }
}

#[tokio::test]
async fn a_password_is_told_to_who_may_do_everything_and_ends_with_the_shift() {
    let world = World::new();
    let a7 = || SealFamily::A7 { password: a7_password("905173").unwrap() };
    world.central.register_seals(&[(seal("83182001"), a7())]).unwrap();
    assert!(a7_password("12345").is_none() && a7_password("12345a").is_none());
    let an = world.phone(1, "an.nv", "246810").await;
    let answer = world.tickets(&an, &["83182001"]).await;
    let told = find(&answer, "83182001", TicketKind::Password);
    assert_eq!((told.ticket.0.as_slice(), told.secret.0.as_slice()), (b"".as_slice(), b"905173".as_slice()));
    assert_eq!(told.expires, answer.server_time + SignedDuration::from_hours(12));
    assert!(!format!("{answer:?}").contains("905173"));
    let auditor = world.phone(2, "kiem.tra", "314159").await;
    assert_eq!(refused(&world.tickets(&auditor, &["83182001"]).await), [("83182001", "role")]);
    // It cannot be revoked: the command says where it has to be changed.
    let revoked = world.central.revoke_tickets(&Revoke::Officer(OfficerId("an.nv".to_owned()))).unwrap();
    assert_eq!((revoked.seals, revoked.passwords), (vec![], vec![seal("83182001")]));
}

#[tokio::test]
async fn numbers_go_on_after_a_restart_and_the_file_shows_no_secret() {
    let world = World::new();
    let a7 = SealFamily::A7 { password: a7_password("905173").unwrap() };
    world.central.register_seals(&[(seal("83182001"), a7)]).unwrap();
    let phone = world.phone(1, "an.nv", "246810").await;
    let first = world.tickets(&phone, &["83181001", "83182001"]).await;
    let world = world.restart();
    world.advance(SignedDuration::from_hours(1));
    let second = world.tickets(&phone, &["83181001"]).await;

    let db = world.database();
    let rows = db.rows("SELECT sequence, kind, scope, officer FROM ticket ORDER BY id");
    let row = |sequence: Option<u32>, kind: &str, scope: Option<u8>| {
        let (sequence, scope) = (sequence.map(|n| n.to_string()), scope.map(|n| n.to_string()));
        vec![sequence, Some(kind.to_owned()), scope, Some("an.nv".to_owned())]
    };
    let expected = [
        row(Some(1), "shift", Some(7)),
        row(Some(2), "reserve", Some(7)),
        row(None, "password", None),
        row(Some(3), "shift", Some(7)),
        row(Some(4), "reserve", Some(7)),
    ];
    assert_eq!(rows, expected);

    // A backup lacks the numbers given out since it was made; they are never given out again.
    world.central.begin_new_life().unwrap();
    let anew = SealFamily::ESeal1 { epoch: None };
    world.central.register_seals(&[(seal("83182002"), anew)]).unwrap();
    let binh = world.phone(2, "binh.tt", "246810").await;
    world.tickets(&phone, &["83181001"]).await;
    world.tickets(&binh, &["83182002"]).await;
    let newest = |no| db.rows(&format!("SELECT max(sequence) FROM ticket WHERE seal = '{no}'"))[0][0].clone().unwrap();
    assert_eq!((newest("83181001"), newest("83182002")), ("100006".to_owned(), "100002".to_owned()));

    if !db.is_sqlite() {
        return;
    }
    let mut files = std::fs::read(world.folder.path().join("central.sqlite")).unwrap();
    files.extend(std::fs::read(world.folder.path().join("central.sqlite-wal")).unwrap_or_default());
    assert!(files.windows(8).any(|window| window == b"83182001"), "the right file was read");
    let shows = |secret: &[u8]| files.windows(secret.len()).any(|window| window == secret);
    assert!(!shows(&PRACTICE_MASTER) && !shows(b"905173"));
    for ticket in first.tickets.iter().chain(&second.tickets) {
        assert!(!shows(&ticket.secret.0));
    }
}

#[tokio::test]
async fn one_phone_cannot_ask_without_end() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    for _ in 0..20 {
        world.tickets(&phone, &["83181001"]).await;
        world.advance(SignedDuration::from_millis(100));
    }
    let answer = world.get_tickets(&phone, &[]).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::TOO_MANY_REQUESTS, "too_often".to_owned()));
    assert_eq!(answer.header("retry-after"), "60");
    world.tickets(&world.phone(2, "hoa.pt", "135790").await, &["83181001"]).await;
    world.advance(SignedDuration::from_secs(61));
    world.tickets(&phone, &["83181001"]).await;
    let many = vec![TicketWish { seal: seal("83181001"), nonce: None }; 201];
    assert_eq!(world.get_tickets(&phone, &many).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

fn keys_trouble(opened: Result<Central, Trouble>) -> String {
    match opened {
        Err(Trouble::Keys(text)) => text,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it opened"),
    }
}

#[test]
fn real_keys_are_wrapped_by_a_file_apart_and_never_mix_with_practice() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("kek");
    let config = |data: &std::path::Path, practice| {
        let stores = Database::of(data).stores();
        ServerConfig { stores, ..ServerConfig::new(data, practice) }
    };
    let open = |file: &std::path::Path| Central::open_with_key_file(config(&data, false), file);
    let central = open(&file).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let no = seal("VNHQ-0012");
    central.register_seals(&[(no.clone(), SealFamily::ESeal1 { epoch: None })]).unwrap();
    let key = central.seal_key(&no, false).unwrap();
    assert!(matches!(central.seal_key(&no, false), Err(Trouble::Keys(_))), "handed out once");
    assert_eq!(central.seal_key(&no, true).unwrap().key.expose(), key.key.expose());
    assert_eq!(central.new_seal_epoch().unwrap(), 2);
    // Registered anew it keeps its epoch, until another is named; then its new key is handed out.
    central.register_seals(&[(no.clone(), SealFamily::ESeal1 { epoch: None })]).unwrap();
    assert_eq!(central.seal_key(&no, true).unwrap().epoch, 1);
    central.register_seals(&[(no.clone(), SealFamily::ESeal1 { epoch: Some(2) })]).unwrap();
    let newer = central.seal_key(&no, false).unwrap();
    assert_eq!(newer.epoch, 2);
    assert_ne!(newer.key.expose(), key.key.expose());
    let nowhere = SealFamily::ESeal1 { epoch: Some(3) };
    assert!(central.register_seals(&[(no.clone(), nowhere)]).is_err());
    drop(central);

    // The same after a restart; nothing without the file, or with another.
    assert_eq!(open(&file).unwrap().seal_key(&no, true).unwrap().key.expose(), newer.key.expose());
    assert!(keys_trouble(open(&folder.path().join("gone"))).contains("missing"));
    let other = folder.path().join("other");
    std::fs::write(&other, "00".repeat(32)).unwrap();
    assert!(keys_trouble(open(&other)).contains("does not fit"));
    std::fs::write(&other, "x".repeat(64)).unwrap();
    assert!(keys_trouble(open(&other)).contains("not a key file"));
    // Practice keys and real ones never meet.
    assert!(keys_trouble(Central::open(config(&data, true))).contains("real seals"));
    let practice = folder.path().join("practice");
    Central::open(config(&practice, true)).unwrap();
    assert!(!practice.join("seal-kek").exists(), "practice has no secret to wrap with");
    assert!(keys_trouble(Central::open(config(&practice, false))).contains("practice"));
    let existing = |data: &std::path::Path| ServerConfig::existing(data, &Database::of(data).stores()).unwrap();
    assert!(existing(&practice).unwrap().practice && !existing(&data).unwrap().practice);
    assert!(existing(&folder.path().join("none")).is_none());
    if !Database::of(&data).is_sqlite() {
        return;
    }
    let world = std::fs::read(data.join("central.sqlite")).unwrap();
    for key in [key, newer] {
        assert!(!world.windows(32).any(|window| window == key.key.expose()));
    }
}
