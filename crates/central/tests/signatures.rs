//! What a seal signs, carried by phones and checked by the central. The seal is the protocol's own machine.

use crate::common::machine::{Machine, fresh};
use crate::common::{Phone, START, World, case, code, events, seal};
use seal_core::cbor::Bytes;
use seal_core::event::{Event, SignedEvent};
use seal_core::fact::{Fact, SealSigned, SignatureChecked, SignatureFinding, SignedPage};
use seal_core::ids::CommandId;
use seal_core::wire::{Change, PushStatus, SealTicket, TicketKind};
use seal_protocol::entry::Action;
use seal_protocol::message::Page;
use seal_protocol::receipt::Receipt;
use uuid::Uuid;

const NO: &str = "83181001";

fn signed(receipt: Option<&Receipt>, pages: Vec<SignedPage>) -> SealSigned {
    let receipt = receipt.map(|receipt| Bytes(receipt.0.to_vec()));
    SealSigned { seal: seal(NO), scheme: "eseal/1".to_owned(), command: None, receipt, pages }
}

fn carried(page: &Page) -> SignedPage {
    SignedPage {
        first: page.first,
        before: Bytes(page.before.0.to_vec()),
        entries: Bytes(page.entries.iter().flat_map(|entry| entry.encode()).collect()),
        receipt: Bytes(page.receipt.unwrap().0.to_vec()),
    }
}

/// A world, a phone, its ticket for a seal, and the seal.
struct Scene {
    world: World,
    phone: Phone,
    ticket: SealTicket,
    machine: Machine,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new();
        let phone = world.phone(1, "an.nv", "246810").await;
        let answer = world.tickets(&phone, &[NO]).await;
        let ticket = answer.tickets.into_iter().find(|ticket| ticket.kind == TicketKind::Shift).unwrap();
        Self { world, phone, ticket, machine: Machine::new(NO, START) }
    }

    fn receipt(&mut self, action: Action) -> Receipt {
        self.machine.receipt(&self.ticket, action)
    }

    async fn push(&mut self, signed: SealSigned) -> SignedEvent {
        let event = self.phone.event(Some(case(1)), Fact::SealSigned(signed));
        let answer = self.world.push(&self.phone, std::slice::from_ref(&event)).await;
        assert!(matches!(answer.results[0].status, PushStatus::Accepted { .. }), "{answer:?}");
        event
    }

    /// Pushes it, and gives what the central says of it.
    async fn checked(&mut self, signed: SealSigned) -> SignatureChecked {
        let event = self.push(signed).await;
        let mut words = self.words(&event).await;
        assert_eq!(words.len(), 1, "one word for each");
        let Fact::SignatureChecked(checked) = words.remove(0).fact else { panic!("a check") };
        checked
    }

    /// What the central said of a carrying event.
    async fn words(&self, of: &SignedEvent) -> Vec<Event> {
        let (changes, _) = self.world.pull(&self.phone, None, 500).await;
        let about = |event: &Event| matches!(&event.fact, Fact::SignatureChecked(f) if f.carried_by == of.event.id);
        events(&changes).into_iter().filter(about).collect()
    }

    async fn finding(&mut self, signed: SealSigned) -> SignatureFinding {
        self.checked(signed).await.finding
    }
}

#[tokio::test]
async fn a_genuine_receipt_is_said_to_be_so_once_on_the_same_case() {
    let mut scene = Scene::new().await;
    let id = fresh();
    let (_, receipt) = scene.machine.command_with(&scene.ticket, Action::Arm, id);
    let event = scene.push(signed(receipt.as_ref(), Vec::new())).await;
    let words = scene.words(&event).await;
    let [word] = &words[..] else { panic!("{words:?}") };
    assert_eq!((word.case, &word.officer, &word.unit), (event.event.case, &event.event.officer, &event.event.unit));
    let Fact::SignatureChecked(checked) = &word.fact else { panic!() };
    assert_eq!(checked.finding, SignatureFinding::Genuine);
    assert_eq!((&checked.seal, checked.carried_by), (&seal(NO), event.event.id));
    assert_eq!(checked.command, Some(CommandId(Uuid::from_bytes(id.0))));
    // Power back, and that the bolt is about to move, were written before.
    assert_eq!(checked.gaps, [(1, 2)]);

    // The same bytes again: nothing more. The same receipt in another event: one word for that one.
    scene.world.push(&scene.phone, std::slice::from_ref(&event)).await;
    scene.world = scene.world.restart();
    scene.world.push(&scene.phone, &[event.clone(), event.clone()]).await;
    assert_eq!(scene.words(&event).await.len(), 1);
    assert_eq!(scene.finding(signed(receipt.as_ref(), Vec::new())).await, SignatureFinding::Genuine);

    // Both ends of the case hear of it, signed by the central and not by a phone.
    let other = scene.world.phone(2, "binh.tt", "246810").await;
    let (changes, _) = scene.world.pull(&other, None, 500).await;
    let kinds = |kind: &str| events(&changes).iter().filter(|event| event.fact.kind() == kind).count();
    assert_eq!((kinds("seal_signed"), kinds("signature_checked")), (2, 2));
    assert_ne!(word.device, scene.phone.device);
    let chain: Vec<_> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Event { cose, .. } => Some(SignedEvent::read(&cose.0).unwrap()),
            Change::Doc { .. } | Change::Unknown => None,
        })
        .filter(|signed| signed.event.device == word.device)
        .collect();
    assert_eq!((chain[0].event.seq, chain[1].event.seq, chain[1].event.prev), (1, 2, chain[0].hash));
}

#[tokio::test]
async fn pages_in_any_order_close_the_gaps() {
    let mut scene = Scene::new().await;
    for action in [Action::Arm, Action::Disarm, Action::Arm] {
        scene.receipt(action);
    }
    // 1 power back, then begun and ended three times.
    let mut page = |from, most| carried(&scene.machine.page(&scene.ticket, from, most));
    let (late, early, whole) = (page(6, 2), page(2, 2), page(1, 18));
    let checked = scene.checked(signed(None, vec![late])).await;
    assert_eq!((checked.finding, checked.gaps, checked.command), (SignatureFinding::Genuine, vec![(1, 5)], None));
    let checked = scene.checked(signed(None, vec![early])).await;
    assert_eq!((checked.finding, checked.gaps), (SignatureFinding::Genuine, vec![(1, 1), (4, 5)]));
    let checked = scene.checked(signed(None, vec![whole.clone()])).await;
    assert_eq!((checked.finding, checked.gaps), (SignatureFinding::Genuine, vec![]));
    assert_eq!(scene.finding(signed(None, vec![whole])).await, SignatureFinding::Genuine, "as often as they like");
}

#[tokio::test]
async fn a_changed_byte_or_another_seal_s_key_is_forged() {
    let mut scene = Scene::new().await;
    let receipt = scene.receipt(Action::Arm);
    let mut all = Vec::new();
    for byte in 0..receipt.0.len() {
        let mut bytes = receipt.0;
        bytes[byte] ^= 1;
        let forged = SealSigned { receipt: Some(Bytes(bytes.to_vec())), ..signed(None, Vec::new()) };
        all.push(scene.phone.event(None, Fact::SealSigned(forged)));
    }
    scene.world.push(&scene.phone, &all).await;
    let (changes, _) = scene.world.pull(&scene.phone, None, 500).await;
    let findings: Vec<_> = events(&changes)
        .into_iter()
        .filter_map(|event| match event.fact {
            Fact::SignatureChecked(checked) => Some(checked),
            _ => None,
        })
        .collect();
    assert_eq!(findings.len(), receipt.0.len());
    assert!(findings.iter().all(|found| found.finding == SignatureFinding::Forged && found.gaps.is_empty()));

    // A page: its head, an entry, its first number, its length, its receipt.
    let page = carried(&scene.machine.page(&scene.ticket, 1, 18));
    let change = |change: fn(&mut SignedPage)| {
        let mut page = page.clone();
        change(&mut page);
        signed(None, vec![page])
    };
    let changed = [
        change(|page| page.before.0[3] ^= 1),
        change(|page| page.before.0.truncate(15)),
        change(|page| page.entries.0[8] ^= 1),
        change(|page| drop(page.entries.0.drain(..48))),
        change(|page| page.entries.0.truncate(100)),
        change(|page| page.entries.0.clear()),
        change(|page| page.first = 2),
        change(|page| page.first = u32::MAX),
        change(|page| page.receipt.0[90] ^= 1),
        change(|page| page.before.0 = vec![0; 16]),
    ];
    for forged in changed {
        assert_eq!(scene.finding(forged).await, SignatureFinding::Forged);
    }
    // Another seal's word under this one's name.
    let answer = scene.world.tickets(&scene.phone, &["83181002"]).await;
    let foreign = Machine::new("83181002", START).receipt(&answer.tickets[0], Action::Arm);
    assert_eq!(scene.finding(signed(Some(&foreign), Vec::new())).await, SignatureFinding::Forged);
    // What is sound beside it is kept.
    let mut both = change(|page| page.receipt.0[90] ^= 1);
    both.receipt = Some(Bytes(receipt.0.to_vec()));
    let checked = scene.checked(both).await;
    assert_eq!((checked.finding, checked.gaps), (SignatureFinding::Forged, vec![(1, 2)]));
}

#[tokio::test]
async fn a_copied_seal_contradicts_itself() {
    let mut scene = Scene::new().await;
    let first = scene.receipt(Action::Arm);
    assert_eq!(scene.finding(signed(Some(&first), Vec::new())).await, SignatureFinding::Genuine);
    // The same key in another machine, whose log begins at the same numbers.
    let mut copy = Machine::new(NO, START);
    let second = copy.receipt(&scene.ticket, Action::Arm);
    assert_eq!(first.claim().unwrap().0.counter, second.claim().unwrap().0.counter);
    let checked = scene.checked(signed(Some(&second), Vec::new())).await;
    assert_eq!(checked.finding, SignatureFinding::Contradicts);
    let page = carried(&copy.page(&scene.ticket, 1, 18));
    assert_eq!(scene.finding(signed(None, vec![page])).await, SignatureFinding::Contradicts);
    // What the first one said stands.
    assert_eq!(scene.finding(signed(Some(&first), Vec::new())).await, SignatureFinding::Genuine);
}

#[tokio::test]
async fn a_page_that_nothing_leads_to_proves_its_last_entry() {
    let mut scene = Scene::new().await;
    scene.receipt(Action::Arm);
    scene.receipt(Action::Disarm);
    // The record before the page was torn: the seal sends zeros.
    let mut page = carried(&scene.machine.page(&scene.ticket, 2, 18));
    page.before.0 = vec![0; 16];
    let checked = scene.checked(signed(None, vec![page])).await;
    assert_eq!((checked.finding, checked.gaps), (SignatureFinding::Genuine, vec![(1, 4)]));
}

#[tokio::test]
async fn without_a_key_nothing_is_said_for_or_against() {
    let mut scene = Scene::new().await;
    let receipt = scene.receipt(Action::Arm);
    let unknown = SealSigned { seal: seal("99999999"), ..signed(Some(&receipt), Vec::new()) };
    assert_eq!(scene.finding(unknown).await, SignatureFinding::UnknownSeal);
    let other = SealSigned { scheme: "eseal/2".to_owned(), ..signed(Some(&receipt), Vec::new()) };
    assert_eq!(scene.finding(other).await, SignatureFinding::UnknownSeal);
}

#[tokio::test]
async fn a_phone_says_nothing_in_the_central_s_name_and_carries_no_empty_word() {
    let mut scene = Scene::new().await;
    let receipt = scene.receipt(Action::Arm);
    let carrying = scene.push(signed(Some(&receipt), Vec::new())).await;
    let checked = SignatureChecked {
        seal: seal(NO),
        carried_by: carrying.event.id,
        command: None,
        finding: SignatureFinding::Genuine,
        gaps: Vec::new(),
    };
    let own = scene.phone.event(Some(case(1)), Fact::SignatureChecked(checked));
    let empty = scene.phone.event(Some(case(1)), Fact::SealSigned(signed(None, Vec::new())));
    let answer = scene.world.push(&scene.phone, &[own, empty]).await;
    let codes: Vec<_> = answer.results.iter().map(|result| code(&result.status)).collect();
    assert_eq!(codes, ["role", "unreadable"]);
}
