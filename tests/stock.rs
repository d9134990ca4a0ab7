//! Stock and custody on phones: issue, hand-over between two phones without a network, count, re-seal, container change and
//! supervised opening; the acts, and what the screens say.

use crate::bench;
use crate::common::{office, seal};
use crate::mobile::{Mobile, person};
use seal_core::case::{CasePhase, CaseView};
use seal_core::codes::{CustomsSealKind, Iso17712, SealCondition, SealType, SealingParty};
use seal_core::custody::{SealView, Whereabouts};
use seal_core::doc::{Doc, SealDoc, SealLife, SealRadio};
use seal_core::event::SignedEvent;
use seal_core::fact::{Fact, ManualMethod, OnOff, ReplaceReason};
use seal_core::officer::{Officer, Role};
use seal_core::range::numbers;
use seal_core::seal::permit::{DisarmRefusal, RecordRefusal, ReopenRefusal};
use seal_core::seal_no::SealNo;
use seal_core::wire::{B64, Change};
use seal_field::actions::arm_seal::arm_seal;
use seal_field::actions::change_container::{ContainerTrouble, change_container};
use seal_field::actions::change_life::{LifeTrouble, change_life};
use seal_field::actions::close_again::{CloseTrouble, close_again};
use seal_field::actions::count_stock::{CountedAs, begin_count, count_stock, note_counted};
use seal_field::actions::issue_seals::{IssueTrouble, issuable, issue_seals};
use seal_field::actions::lock_command::SealTrouble;
use seal_field::actions::offer_seals::{OfferTrouble, offer_seals, standing_offers, withdraw_offer};
use seal_field::actions::open_supervised::{OpenRefusal, Supervised, open_supervised};
use seal_field::actions::pair_seal::pair_seal;
use seal_field::actions::record_seal::{SealByHand, record_seal};
use seal_field::actions::replace_seal::{ReplaceRefusal, Replacing, replace_seal};
use seal_field::actions::stock::{NotMine, lowest, unit_stock};
use seal_field::actions::take_over_seals::{
    TakeOverTrouble, check_off, check_offer, confirm_hand_over, take_over_seals,
};
use seal_field::ports::store::Store as _;
use seal_field::ui::route::{Route, ScanFor};

fn bolt_doc(no: &SealNo) -> Doc {
    Doc::Seal(SealDoc {
        no: no.clone(),
        seal_type: SealType::Mechanical,
        kind: CustomsSealKind::Container,
        class: Some(Iso17712::High),
        owner: office("03EE"),
        manager: office("03EE"),
        holder: office("03EE"),
        as_of: "2026-11-01T00:00:00Z".parse().unwrap(),
        radio: SealRadio::NotSpoken,
        life: SealLife::InService,
        platform_sees: None,
    })
}

fn bolts() -> Vec<SealNo> {
    numbers("HQVN", "0041201", "0041210").unwrap()
}

/// A phone of 03EE whose register holds ten bolts.
fn mobile() -> Mobile {
    let mobile = Mobile::new();
    mobile.bench.documents(bolts().iter().map(bolt_doc).collect());
    mobile
}

fn khoa() -> Officer {
    person("khoa.nm")
}

fn hoa() -> Officer {
    person("hoa.pt")
}

fn view(mobile: &Mobile, no: &SealNo) -> SealView {
    mobile.bench.device.store.seal(no).unwrap().unwrap()
}

fn case(mobile: &Mobile) -> CaseView {
    mobile.bench.view()
}

const BOLT: CustomsSealKind = CustomsSealKind::Container;

fn issue(mobile: &Mobile, to: &Officer, seals: &[SealNo]) {
    issue_seals(&mobile.bench.kit, &hoa(), &to.id, BOLT, seals.to_vec()).unwrap();
}

#[test]
fn a_range_is_issued_lowest_first_and_once() {
    let mobile = mobile();
    let kit = &mobile.bench.kit;
    let all = bolts();
    assert_eq!(issuable(kit, &hoa(), BOLT).unwrap(), all);
    assert!(matches!(issue_seals(kit, &khoa(), &khoa().id, BOLT, all[..2].to_vec()), Err(IssueTrouble::NoRole)));
    assert_eq!(issue_seals(kit, &hoa(), &khoa().id, BOLT, all[2..5].to_vec()).unwrap(), 3);
    assert_eq!(view(&mobile, &all[2]).officer, Some(khoa().id));
    assert_eq!(lowest(kit, &khoa(), BOLT).unwrap(), Some(all[2].clone()));
    assert_eq!(lowest(kit, &khoa(), CustomsSealKind::Electronic).unwrap(), None, "an electronic seal is picked");
    // Again, twice in one list, unknown, of another kind: none of them goes out.
    let again = issue_seals(kit, &hoa(), &khoa().id, BOLT, vec![all[0].clone(), all[2].clone(), all[0].clone()]);
    let Err(IssueTrouble::Seals(faults)) = again else { panic!("{again:?}") };
    assert!(faults.contains(&(all[2].clone(), NotMine::InHandOf(khoa().id))));
    assert!(faults.contains(&(all[0].clone(), NotMine::Twice)));
    let strange = vec![seal("HQVN0099999"), seal(bench::SEAL)];
    let Err(IssueTrouble::Seals(faults)) = issue_seals(kit, &hoa(), &khoa().id, BOLT, strange) else { panic!() };
    assert_eq!(faults[0].1, NotMine::Unknown);
    assert_eq!(faults[1].1, NotMine::OtherKind(CustomsSealKind::Electronic));
    assert_eq!(view(&mobile, &all[0]).officer, None);
    // The sums are the register.
    let stock = unit_stock(kit, &office("03EE")).unwrap();
    assert_eq!(stock.counts.iter().map(|one| one.seals).sum::<u64>(), 11);
    let held = stock.counts.iter().filter(|one| one.officer == Some(khoa().id)).map(|one| one.seals).sum::<u64>();
    assert_eq!(held, 3);
    // To nobody of the unit.
    let lan = person("lan.ht");
    assert!(matches!(issue_seals(kit, &hoa(), &lan.id, BOLT, vec![all[0].clone()]), Err(IssueTrouble::NotOfUnit(_))));
}

/// Khoa's phone and Hoa's phone; each knows the other's key and that Khoa holds bolts 1 to 4.
fn two_phones() -> (Mobile, Mobile) {
    let (giver, taker) = (mobile(), mobile());
    giver.knows(&taker);
    taker.knows(&giver);
    issue(&giver, &khoa(), &bolts()[..4]);
    (giver, taker)
}

fn offer(giver: &Mobile, n: usize) -> SignedEvent {
    let seals = bolts()[..n].to_vec();
    offer_seals(&giver.bench.kit, &khoa(), &office("03EE"), Some(&hoa().id), seals, "ca chiều").unwrap()
}

#[test]
fn two_phones_hand_over_without_a_network_and_both_hold_both_facts() {
    let (giver, taker) = two_phones();
    let (k1, k2) = (&giver.bench.kit, &taker.bench.kit);
    let signed = offer(&giver, 3);
    assert_eq!(standing_offers(k1, &khoa()).unwrap().len(), 1);
    assert_eq!(view(&giver, &bolts()[0]).officer, Some(khoa().id), "nothing changed hands yet");

    // The taker finds two of three.
    let (checked, offered) = check_offer(k2, &hoa(), &signed.cose).unwrap();
    assert_eq!((checked.event.id, offered.seals.len()), (signed.event.id, 3));
    assert!(matches!(take_over_seals(k2, &hoa(), &signed.cose), Err(TakeOverTrouble::Nothing)));
    check_off(k2, signed.event.id, &bolts()[0], true).unwrap();
    check_off(k2, signed.event.id, &bolts()[2], true).unwrap();
    check_off(k2, signed.event.id, &bolts()[9], true).unwrap();
    let taken = take_over_seals(k2, &hoa(), &signed.cose).unwrap();
    let Fact::SealsTakenOver(fact) = &taken.event.fact else { panic!() };
    assert_eq!(fact.seals, [bolts()[0].clone(), bolts()[2].clone()]);
    assert_eq!(fact.missing, [bolts()[1].clone()]);
    assert_eq!(view(&taker, &bolts()[0]).officer, Some(hoa().id));
    assert!(matches!(take_over_seals(k2, &hoa(), &signed.cose), Err(TakeOverTrouble::Already)));

    // The giver reads the taker's slip, once.
    confirm_hand_over(k1, &khoa(), &taken.cose).unwrap();
    let events = giver.bench.device.store.unit_events(&office("03EE"), &["slip_taken"]).unwrap().len();
    confirm_hand_over(k1, &khoa(), &taken.cose).unwrap();
    assert_eq!(giver.bench.device.store.unit_events(&office("03EE"), &["slip_taken"]).unwrap().len(), events);
    for mobile in [&giver, &taker] {
        assert_eq!(view(mobile, &bolts()[0]).officer, Some(hoa().id));
        let kinds: Vec<String> = view(mobile, &bolts()[0]).history.into_iter().map(|entry| entry.kind).collect();
        assert!(kinds.contains(&"seals_offered".to_owned()) && kinds.contains(&"seals_taken_over".to_owned()));
    }
    assert_eq!(view(&giver, &bolts()[1]).officer, Some(khoa().id), "what was not there stays with the giver");
    assert!(standing_offers(k1, &khoa()).unwrap().is_empty());

    // Later the taker's own event comes by sync: the same view, the same history.
    let before = view(&giver, &bolts()[0]);
    giver.bench.changes(vec![Change::Event { server_seq: 1, cose: B64(taken.cose) }]);
    assert_eq!(view(&giver, &bolts()[0]), before);
}

#[test]
fn offers_to_others_and_withdrawn_ones_are_not_taken() {
    let (giver, taker) = two_phones();
    let (k1, k2) = (&giver.bench.kit, &taker.bench.kit);
    let own = offer_seals(k1, &khoa(), &office("03EE"), Some(&khoa().id), bolts()[..1].to_vec(), "");
    assert!(matches!(own, Err(OfferTrouble::Self_)));
    let not_mine = offer_seals(k1, &khoa(), &office("03EE"), None, bolts()[5..6].to_vec(), "");
    assert!(matches!(not_mine, Err(OfferTrouble::Seals(faults)) if faults[0].1 == NotMine::UnitStock));
    let signed = offer(&giver, 1);
    let quang = person("quang.dm");
    assert!(matches!(check_offer(k2, &quang, &signed.cose), Err(TakeOverTrouble::NotForMe)));
    withdraw_offer(k1, &khoa(), signed.event.id, "nhầm").unwrap();
    assert_eq!(view(&giver, &bolts()[0]).offered, None);
    assert!(matches!(withdraw_offer(k1, &khoa(), signed.event.id, ""), Err(OfferTrouble::NotStanding)));
    // A slip of another hand-over does not complete this one.
    let stray = offer(&giver, 2);
    assert!(matches!(confirm_hand_over(k2, &hoa(), &stray.cose), Err(TakeOverTrouble::OtherSlip)));
}

#[test]
fn a_count_shows_missing_extra_and_twice_and_changes_nobodys_word() {
    let mobile = mobile();
    let kit = &mobile.bench.kit;
    issue(&mobile, &khoa(), &bolts()[..3]);
    begin_count(kit, vec![BOLT], Some(khoa().id)).unwrap();
    assert_eq!(note_counted(kit, &hoa(), &bolts()[0]).unwrap(), CountedAs::Expected);
    assert_eq!(note_counted(kit, &hoa(), &bolts()[0]).unwrap(), CountedAs::Twice);
    assert_eq!(note_counted(kit, &hoa(), &bolts()[7]).unwrap(), CountedAs::Extra);
    assert_eq!(note_counted(kit, &hoa(), &bolts()[2]).unwrap(), CountedAs::Expected);
    let counted = count_stock(kit, &hoa()).unwrap();
    assert_eq!(counted.found, [bolts()[0].clone(), bolts()[2].clone()]);
    assert_eq!((counted.missing, counted.extra), (vec![bolts()[1].clone()], vec![bolts()[7].clone()]));
    assert_eq!(view(&mobile, &bolts()[1]).counted.map(|count| count.found), Some(false));
    assert_eq!(view(&mobile, &bolts()[1]).life, Some(SealLife::InService), "missing is no loss until somebody says so");
    assert!(count_stock(kit, &hoa()).is_err(), "the count is over");
}

fn by_hand(no: &SealNo) -> SealByHand {
    SealByHand {
        seal: no.clone(),
        seal_type: SealType::Mechanical,
        party: SealingParty::Customs,
        kind: Some(BOLT),
        class: Some(Iso17712::High),
        method: ManualMethod::ByHand,
        on_off: OnOff::On,
        condition: None,
        containers: Vec::new(),
    }
}

fn damaged() -> Replacing {
    Replacing { reason: ReplaceReason::Damaged, remark: String::new(), old_condition: SealCondition::Damaged }
}

#[test]
fn a_re_seal_links_the_old_and_the_new() {
    let mobile = mobile();
    let (kit, id) = (&mobile.bench.kit, mobile.bench.case);
    let all = bolts();
    issue(&mobile, &khoa(), &all[..3]);
    record_seal(kit, &khoa(), id, by_hand(&all[0])).unwrap();
    assert_eq!(view(&mobile, &all[0]).life, Some(SealLife::Used));
    assert_eq!(lowest(kit, &khoa(), BOLT).unwrap(), Some(all[1].clone()));
    // Elsewhere only after looking at it.
    let far = replace_seal(kit, &mobile.bench.b, id, &all[0], by_hand(&all[1]), damaged());
    assert!(matches!(far, Err(SealTrouble::Refused(ReplaceRefusal::Old(ReopenRefusal::NotInspected)))));
    let same = replace_seal(kit, &khoa(), id, &all[0], by_hand(&all[0]), damaged());
    assert!(matches!(same, Err(SealTrouble::Refused(ReplaceRefusal::Old(ReopenRefusal::Same)))));

    replace_seal(kit, &khoa(), id, &all[0], by_hand(&all[1]), damaged()).unwrap();
    let (old, new) = (view(&mobile, &all[0]), view(&mobile, &all[1]));
    assert_eq!((old.life, old.replaced_by), (Some(SealLife::Damaged), Some(all[1].clone())));
    assert_eq!((new.life, new.replaces), (Some(SealLife::Used), Some(all[0].clone())));
    assert_eq!(new.whereabouts, Some(Whereabouts::OnCase { case: id }));
    let case = case(&mobile);
    assert_eq!(case.phase(), CasePhase::Sealed, "the container is under the new one");
    assert!(!case.came_off(case.seal(&all[0]).unwrap()));
    assert!(case.conflicts.is_empty(), "{:?}", case.conflicts);
    // A used bolt does not go on again.
    let used = replace_seal(kit, &khoa(), id, &all[1], by_hand(&all[0]), damaged());
    assert!(matches!(used, Err(SealTrouble::Refused(ReplaceRefusal::New(RecordRefusal::Unfit(_))))), "{used:?}");
}

fn supervised(seals: &[SealNo]) -> Supervised {
    Supervised {
        containers: Vec::new(),
        seals: seals.to_vec(),
        reason: "kiểm tra thực tế".to_owned(),
        document: "QĐ 12".to_owned(),
        witness: "Lê Văn Tài, lái xe".to_owned(),
        signature: "M0 0L9 9".to_owned(),
    }
}

#[test]
fn an_opening_needs_a_witness_and_stays_open_until_it_is_sealed_again() {
    let mobile = mobile();
    let (kit, id, b) = (&mobile.bench.kit, mobile.bench.case, &mobile.bench.b);
    let all = bolts();
    issue(&mobile, &khoa(), &all[..3]);
    record_seal(kit, &khoa(), id, by_hand(&all[0])).unwrap();
    let alone = Supervised { witness: String::new(), ..supervised(&all[..1]) };
    assert!(matches!(open_supervised(kit, &khoa(), id, alone), Err(SealTrouble::Refused(OpenRefusal::WitnessNeeded))));
    assert!(open_supervised(kit, &khoa(), id, supervised(&all[1..2])).is_err(), "not on this case");
    assert_eq!(open_supervised(kit, &khoa(), id, supervised(&all[..1])).unwrap(), []);
    let open = case(&mobile);
    assert_eq!(open.phase(), CasePhase::Sealing, "opened on the way is not the end of the trip");
    assert_eq!(open.bare().len(), 1);
    assert!(open_supervised(kit, &khoa(), id, supervised(&all[..1])).is_err(), "one opening at a time");
    assert!(matches!(close_again(kit, &khoa(), id), Err(CloseTrouble::Bare(bare)) if bare.len() == 1));
    // The goods go into another container while it is open.
    let (old, new) = ("CSQU3054383".parse().unwrap(), "SFPU4820155".parse().unwrap());
    assert!(matches!(change_container(kit, &khoa(), id, &new, &old, "x"), Err(ContainerTrouble::NotOfCase(_))));
    change_container(kit, &khoa(), id, &old, &new, "container thủng").unwrap();
    assert_eq!(case(&mobile).doc.containers, std::slice::from_ref(&new));
    assert_eq!(mobile.bench.device.store.cases_of_container(&new).unwrap(), [id]);

    record_seal(kit, &khoa(), id, by_hand(&all[1])).unwrap();
    assert!(matches!(change_container(kit, &khoa(), id, &new, &old, "x"), Err(ContainerTrouble::Sealed)));
    let closed = close_again(kit, &khoa(), id);
    // The opening named the old number; the container that travels is sealed.
    closed.unwrap();
    let view = case(&mobile);
    assert_eq!(view.phase(), CasePhase::Sealed);
    assert!(view.open_opening().is_none());
    assert!(matches!(close_again(kit, &khoa(), id), Err(CloseTrouble::NotOpen)));
    // The seal stays on until the end of the trip.
    let off = SealByHand { on_off: OnOff::Off, condition: Some(SealCondition::Right), ..by_hand(&all[1]) };
    let early = record_seal(kit, &khoa(), id, off);
    assert!(matches!(early, Err(SealTrouble::Refused(RecordRefusal::StaysOn(DisarmRefusal::WrongOffice { .. })))));
    assert_eq!(b.unit, office("15BB"));
}

/// Pairs, checks and closes the bench's electronic seal.
async fn arm(mobile: &Mobile) {
    let bench = &mobile.bench;
    drop(pair_seal(&bench.kit, &bench.a, bench.case, &bench.no, &bench::PATIENCE).await.unwrap());
    arm_seal(&bench.kit, &bench.a, bench.case, &bench.no, Vec::new(), &bench::PATIENCE, &bench::quiet).await.unwrap();
}

#[tokio::test]
async fn a_seal_with_radio_is_opened_by_radio_after_the_opening_allows_it() {
    let mobile = mobile();
    let (kit, id, no) = (&mobile.bench.kit, mobile.bench.case, mobile.bench.no.clone());
    arm(&mobile).await;
    assert_eq!(case(&mobile).phase(), CasePhase::Sealed);
    let first = bolts()[0].clone();
    let radio = replace_seal(kit, &khoa(), id, &no, by_hand(&first), damaged());
    assert!(matches!(radio, Err(SealTrouble::Refused(ReplaceRefusal::Old(ReopenRefusal::TakeOffFirst)))));
    let a = mobile.bench.a.clone();
    let early =
        seal_field::actions::disarm_seal::disarm_seal(kit, &a, id, &no, None, &bench::PATIENCE, &bench::quiet).await;
    assert!(matches!(early, Err(SealTrouble::Refused(DisarmRefusal::WrongOffice { .. }))), "{early:?}");
    assert_eq!(open_supervised(kit, &a, id, supervised(std::slice::from_ref(&no))).unwrap(), std::slice::from_ref(&no));
    seal_field::actions::disarm_seal::disarm_seal(kit, &a, id, &no, None, &bench::PATIENCE, &bench::quiet)
        .await
        .unwrap();
    let open = case(&mobile);
    assert!(open.seal(&no).unwrap().state.is_off());
    assert_eq!((open.phase(), open.bare().len()), (CasePhase::Sealing, 1));
    // The same seal goes on again.
    seal_simulator::Reach::insert_rope(mobile.bench.yard.as_ref(), &no, true).unwrap();
    arm(&mobile).await;
    close_again(kit, &a, id).unwrap();
    assert_eq!(case(&mobile).phase(), CasePhase::Sealed);
    assert_eq!(view(&mobile, &no).life, Some(SealLife::InService), "an electronic seal is never used");
}

#[test]
fn what_becomes_of_a_seal_is_said_by_who_keeps_the_register() {
    let mobile = mobile();
    let (kit, no) = (&mobile.bench.kit, seal(bench::SEAL));
    assert!(matches!(change_life(kit, &khoa(), &no, SealLife::InRepair, "x"), Err(LifeTrouble::NoRole)));
    assert!(matches!(change_life(kit, &hoa(), &no, SealLife::InRepair, " "), Err(LifeTrouble::NoReason)));
    assert!(matches!(change_life(kit, &hoa(), &no, SealLife::Used, "x"), Err(LifeTrouble::Impossible)));
    assert!(matches!(change_life(kit, &hoa(), &bolts()[0], SealLife::InRepair, "x"), Err(LifeTrouble::Impossible)));
    change_life(kit, &hoa(), &no, SealLife::InRepair, "pin chai").unwrap();
    assert_eq!(view(&mobile, &no).life, Some(SealLife::InRepair));
    assert!(hoa().roles.contains(&Role::ShiftLead));
}

// ── screens ──

#[tokio::test(start_paused = true)]
async fn the_stock_screen_counts_lists_and_leads_on() {
    let mobile = mobile();
    issue(&mobile, &khoa(), &bolts()[..4]);
    let mut phone = mobile.open_as(&hoa(), &Route::Stock);
    phone.says(&["Seal của đơn vị", "trong kho", "Nguyễn Minh Khoa", "Seal container", "HQVN0041201", "Cấp seal"]);
    phone.press("Cấp seal");
    phone.says(&["Cấp seal cho công chức"]);
    phone.press("Seal container");
    phone.says(&["Còn trong kho", "HQVN0041205", "6 seal"]);
    phone.press("Nguyễn Minh Khoa");
    phone.press("Cấp 6 seal cho Nguyễn Minh Khoa");
    phone.says(&["Đã cấp 6 seal cho Nguyễn Minh Khoa", "Kho không còn loại này"]);
    assert_eq!(view(&mobile, &bolts()[9]).officer, Some(khoa().id));
    // An officer who does not keep the stock is not offered to issue.
    let phone = mobile.open_as(&khoa(), &Route::Stock);
    assert!(!phone.text().contains("Cấp seal"));
    phone.says(&["Bàn giao seal", "Kiểm kê"]);
}

#[tokio::test(start_paused = true)]
async fn a_hand_over_goes_through_both_phones_screens() {
    let (giver, taker) = two_phones();
    let signed = offer(&giver, 2);
    let phone = giver.open_as(&khoa(), &Route::OfferShown { offer: signed.event.id });
    phone.says(&["Đưa mã cho Phạm Thị Hoa quét", "Quét phiếu nhận trên máy kia", "HQVN0041201"]);

    // The taker reads the slip; the seals follow by scan.
    let mut phone = taker.open_as(&hoa(), &Route::Scan { purpose: ScanFor::Anything });
    taker.sees_slip(&signed.cose);
    phone.comes_to_say(&["Nhận seal", "Đã nhận 0 trên 2 seal", "Nguyễn Minh Khoa"]).await;
    phone.press("Quét từng seal");
    taker.sees("HQVN0041201");
    phone.comes_to_say(&["Đã nhận HQVN0041201"]).await;
    taker.sees("HQVN0041202");
    phone.comes_to_say(&["Đã nhận HQVN0041202"]).await;
    phone.press("Xong");
    phone.says(&["Đã nhận 2 trên 2 seal", "Ký nhận 2 seal"]);
    let taken = take_over_seals(&taker.bench.kit, &hoa(), &signed.cose).unwrap();

    let mut phone = giver.open_as(&khoa(), &Route::Scan { purpose: ScanFor::Slip { case: None } });
    giver.sees_slip(&taken.cose);
    phone.comes_to_say(&["Bên nhận đã ký", "Đã nhận 2 seal"]).await;
    phone.press("Lưu phiếu nhận");
    phone.says(&["Bàn giao xong"]);
    assert_eq!(view(&giver, &bolts()[0]).officer, Some(hoa().id));
    let phone = giver.open_as(&khoa(), &Route::Seal { seal: bolts()[0].clone() });
    phone.says(&[
        "Phạm Thị Hoa",
        "Nhận từ Nguyễn Minh Khoa",
        "Ký bàn giao cho Phạm Thị Hoa",
        "Cấp cho Nguyễn Minh Khoa",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_count_is_live() {
    let mobile = mobile();
    issue(&mobile, &khoa(), &bolts()[..2]);
    begin_count(&mobile.bench.kit, vec![BOLT], Some(khoa().id)).unwrap();
    let mut phone = mobile.open_as(&khoa(), &Route::CountStock);
    phone.says(&["Chưa quét seal nào", "HQVN0041202"]);
    phone.press("Quét seal đầu tiên");
    mobile.sees("HQVN0041201");
    phone.comes_to_say(&["Đúng sổ: HQVN0041201"]).await;
    mobile.sees("HQVN0041207");
    phone.comes_to_say(&["Thừa: HQVN0041207"]).await;
    mobile.eye.looks_away();
    mobile.sees("HQVN0041201");
    phone.comes_to_say(&["Quét lặp: HQVN0041201"]).await;
    phone.press("Xong");
    phone.says(&["Lệch 2 seal", "Thừa so với sổ", "Còn thiếu", "Quét lặp, chỉ tính một lần"]);
    phone.press("Kết thúc kiểm kê");
    phone.says(&["Kết thúc khi còn lệch 2 seal?", "Thiếu 1, thừa 1"]);
    phone.press("Kết thúc, ghi chênh lệch");
    phone.says(&["Seal của đơn vị"]);
    assert_eq!(view(&mobile, &bolts()[1]).counted.map(|count| count.found), Some(false));
}

#[tokio::test(start_paused = true)]
async fn the_case_leads_to_re_seal_opening_and_container_change() {
    let mobile = mobile();
    let (kit, id) = (&mobile.bench.kit, mobile.bench.case);
    issue(&mobile, &khoa(), &bolts()[..3]);
    record_seal(kit, &khoa(), id, by_hand(&bolts()[0])).unwrap();
    let mut phone = mobile.open_as(&khoa(), &Route::Case { case: id });
    phone.says(&["Thay đổi trên đường", "Thay seal HQVN0041201", "Mở có giám sát", "Đổi container"]);
    phone.press("Thay seal HQVN0041201");
    phone.says(&["Seal cơ tháo ra được ghi là hỏng", "Lấy số nhỏ nhất", "HQVN0041202"]);
    let mut phone = mobile.open_as(&khoa(), &Route::OpenSupervised { case: id });
    phone.says(&["Mở 1 container", "tháo bằng tay", "Ghi lý do"]);
    phone.press("HQVN0041201");
    phone.says(&["Chọn seal tháo ra"]);
    open_supervised(kit, &khoa(), id, supervised(&bolts()[..1])).unwrap();
    let mut phone = mobile.open_as(&khoa(), &Route::Case { case: id });
    phone.says(&["Đang mở", "Lê Văn Tài, lái xe", "QĐ 12", "Đã đóng và niêm phong lại", "Quét seal"]);
    phone.press("Đã đóng và niêm phong lại");
    phone.says(&["Chưa niêm phong lại"]);
    record_seal(kit, &khoa(), id, by_hand(&bolts()[1])).unwrap();
    phone.press("Đã đóng và niêm phong lại");
    phone.says(&["Đã xảy ra trên đường"]);
    assert!(!phone.text().contains("Đang mở"));
    let phone = mobile.open_as(&khoa(), &Route::ChangeContainer { case: id });
    phone.says(&["Container đang có seal hải quan"]);
}
