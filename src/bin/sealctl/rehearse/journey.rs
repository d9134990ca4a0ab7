//! The journey of issue 2: sealed at Đình Vũ (03EE), inspected and taken off at Hữu Nghị (15BB), home to Sài Gòn (02CI).

use seal_core::seal_no::SealNo;
use seal_simulator::Trouble as SealTrouble;
use serde_json::{Value, json};

use super::process::Trouble;
use super::report::Report;
use super::stage::{Actor, SIGNATURE, Stage};

/// The work-list case of the journey, its container, and the text of its row on the container sheet.
const CASE: &str = "5ea10000-0000-4000-8000-000000000001";
const CONTAINER: &str = "SFPU4820155";
const SHEET: &str = "HQCTR;2;03EE;507134820550;SFPU4820155;001EEF";
const DECLARATION: &str = "507134820550";
/// A second case on the same road, whose seal gives trouble.
const CASE_OF_TROUBLE: &str = "5ea10000-0000-4000-8000-000000000002";
/// Belongs to 02CI, lies at 03EE.
const SEAL: &str = "83181009";
/// Belongs to 02CI, lies at 15BB.
const SEAL_FROM_BEFORE: &str = "83181008";
/// Belongs to 02CI, lies there.
const SEAL_NOT_ANNOUNCED: &str = "83181011";
/// Belongs to 03EE.
const SEAL_OF_TROUBLE: &str = "83181001";
/// UPU S10 with its check digit.
const WAYBILL: &str = "EB417882053VN";

/// Plays it.
pub fn play(stage: &mut Stage, report: &mut Report) -> Result<(), Trouble> {
    let seal = stage.seal(SEAL, &[SealTrouble::DeadZone])?;
    let of_trouble = stage.seal(SEAL_OF_TROUBLE, &[SealTrouble::DropsLinkAfterLockMoved])?;
    let mut a = stage.device("origin")?;
    let mut b = stage.device("destination")?;

    report.chapter("1 Origin: work list, then no coverage");
    report.same("A signs in at 03EE, asked the central", "03EE", a.sign_in("an.nv", "246810")?["unit"].take());
    report.same("A brings the work list up to date", Value::Null, a.sync()?);
    let cases = a.act(json!({ "do": "cases" }))?;
    report.holds("A has the case on the work list", contains(&cases["from"], CASE), cases);
    b.sign_in("binh.tt", "246810")?;
    report.same("B at 15BB brings the work list up to date", Value::Null, b.sync()?);
    stage.central.stop();
    report.same("the central is gone: A is offline", "offline", a.sync()?);
    report.same("A signs in again without the central", true, a.sign_in("an.nv", "246810")?["offline"].take());
    let wrong = a.refusal(json!({ "do": "sign_in", "officer": "an.nv", "pin": "000000" }))?;
    report.holds("a wrong PIN is refused offline too", wrong.contains("wrong"), wrong);
    scan(report, &mut a)?;

    report.chapter("2 Arm: the record says closed only when the seal said so");
    prepare(report, stage, &mut a, &seal)?;
    let end = a.act(json!({ "do": "arm", "case": CASE, "seal": SEAL }))?;
    report.same("the seal, read back, is closed and armed", "confirmed", end["outcome"]["outcome"].clone());
    report.same("the record says so", "closed_armed", a.state(CASE, &seal)?);
    report.same("the seal got one command", 1, stage.commands_received(&seal)?);
    for scene in ["doors", "rope_path", "closed_lock", "plates"] {
        photo(stage, &mut a, Some(CASE), scene, "arm")?;
    }
    a.act(json!({ "do": "tug", "case": CASE, "seal": SEAL, "held": true }))?;
    let unsigned = a.refusal(json!({
        "do": "hand_over", "case": CASE, "seal": SEAL, "name": "Phạm Văn Hùng", "signature": "",
    }))?;
    report.holds("nothing is handed over without a signature", unsigned.contains("signature"), unsigned);
    a.act(json!({
        "do": "hand_over", "case": CASE, "seal": SEAL, "name": "Phạm Văn Hùng", "signature": SIGNATURE,
    }))?;
    report.same("the case is sealed", "sealed", a.case(CASE)?["phase"].take());
    link_drops(report, stage, &mut a, &of_trouble)?;

    report.chapter("3 Queue: everything waits in sight, nothing leaves without a receipt");
    let queue = a.queue()?;
    let facts = queue.iter().filter(|item| item["what"]["item"] == "fact").count();
    report.holds("facts and photos wait", facts > 10 && queue.len() >= facts + 4, queue.len());
    let strays: Vec<&Value> = queue.iter().filter(|item| item["state"]["state"] != "waiting").collect();
    report.holds("all of them wait", strays.is_empty(), json!(strays));
    let page = stage.login_page()?;
    report.same("a login page is no central", "portal", a.sync()?);
    drop(page);
    report.same("nothing left the queue for it", queue.len(), a.queue()?.len());
    stage.central.resume()?;
    report.same("the central is back", Value::Null, a.sync()?);
    all_accepted(report, "A", &mut a)?;
    facts_before_photos(report, &a.queue()?);

    report.chapter("4 Destination: the case is there before the truck");
    report.same("B brings the work list up to date", Value::Null, b.sync()?);
    report.same("B has the case, sealed", "sealed", b.case(CASE)?["phase"].take());
    stage.central.stop();
    let photos = b.act(json!({ "do": "photos_here", "case": CASE }))?;
    report.same("B has the photographs offline", json!([4, 4]), json!([photos["photos"], photos["here"]]));
    stage.hours_pass(10)?;
    inspect_and_disarm(report, stage, &mut b, &seal)?;
    cut_off(report, stage, &mut b, &of_trouble)?;

    report.chapter("5 Way home: the clock, the parcel");
    b.act(json!({ "do": "receive_seal", "seal": SEAL }))?;
    let again = b.refusal(json!({ "do": "receive_seal", "seal": SEAL }))?;
    report.holds("a second receipt does not move the clock", again.contains("already"), again);
    let clock = b.act(json!({ "do": "return_clock", "seal": SEAL }))?;
    // Received on Monday 23.11.2026; that day is not counted, Tuesday is the Day of Vietnamese Culture: Wednesday,
    // Thursday, Friday.
    report.same("the deadline, past a holiday, is Friday 27.11.2026", "2026-11-27", clock["last_day"].clone());
    report.same("three working days are left", json!([3, 3]), json!([clock["working_days"], clock["working_days_left"]]));
    let packed = b.act(json!({
        "do": "pack", "to": "02CI", "seals": [SEAL, SEAL_FROM_BEFORE], "photo": stage.photo("parcel"),
    }))?;
    report.same("both seals belong where the parcel goes", 0, packed["warnings"].clone());
    let parcel = packed["parcel"].as_str().unwrap_or_default().to_owned();
    let hand = |waybill: &str| {
        json!({
            "do": "hand_parcel", "parcel": &parcel, "carrier": "Bưu điện", "waybill": waybill, "taken_by": "Hà",
            "signature": SIGNATURE,
        })
    };
    let wrong = b.refusal(hand("EB417882054VN"))?;
    report.holds("a waybill with a wrong check digit is refused", wrong.contains("waybill"), wrong);
    b.act(hand(WAYBILL))?;
    let at_home = b.act(json!({ "do": "parcel", "parcel": &parcel }))?;
    report.same("the courier has the parcel", "handed_over", at_home["stage"].clone());
    stage.central.resume()?;
    report.same("the central is back", Value::Null, b.sync()?);
    all_accepted(report, "B", &mut b)?;
    arrive(report, stage, &parcel)
}

fn contains(list: &Value, text: &str) -> bool {
    list.as_array().is_some_and(|list| list.iter().any(|item| item == text))
}

fn scan(report: &mut Report, a: &mut Actor) -> Result<(), Trouble> {
    let mut code = |what: &str, text: &str, symbology: &str, expected: Value| -> Result<(), Trouble> {
        let read = a.act(json!({ "do": "scan", "text": text, "symbology": symbology }))?;
        report.same(what, expected, json!([read["recognised_as"], read["case"]]));
        Ok(())
    };
    code("A scans the sheet's QR code: its row, its case", SHEET, "qr", json!(["container_sheet_row", CASE]))?;
    code("the declaration, Code 39", DECLARATION, "code39", json!(["declaration", CASE]))?;
    code("the container, Code 128", CONTAINER, "code128", json!(["container", CASE]))?;
    code("the seal's label, on no case yet", SEAL, "code128", json!(["seal", null]))?;
    let wrong = a.act(json!({ "do": "scan", "text": "SFPU4820156" }))?;
    report.same("a wrong check digit is noticed", "unknown", wrong["recognised_as"].clone());
    report.holds("and the right number is offered", wrong["near"].as_u64().unwrap_or(0) > 0, wrong);
    Ok(())
}

fn prepare(report: &mut Report, stage: &Stage, a: &mut Actor, seal: &SealNo) -> Result<(), Trouble> {
    let goods = a.act(json!({ "do": "goods", "case": CASE, "ground": "temporary_import_re_export" }))?;
    report.same("goods of group A: an e-seal is mandatory", "A", goods["decision"]["group"].clone());
    let incomplete = a.refusal(json!({
        "do": "trip", "case": CASE, "vehicle": "15C-318.24", "driver": "", "route": "QL1A", "hours": 12,
    }))?;
    report.holds("a trip without a driver is refused", incomplete.contains("Driver"), incomplete);
    a.act(trip(CASE))?;
    let without = a.act(json!({ "do": "pair", "case": CASE, "seal": SEAL }))?;
    report.same("paired; without its rope it may not be armed", false, without["may_arm"].clone());
    let refused = a.refusal(json!({ "do": "arm", "case": CASE, "seal": SEAL }))?;
    report.holds("and is not", refused.contains("check") && stage.commands_received(seal)? == 0, refused);
    stage.rope_in(seal)?;
    let with = a.act(json!({ "do": "pair", "case": CASE, "seal": SEAL }))?;
    report.same("the rope is in: it may be armed", true, with["may_arm"].clone());
    report.holds("it belongs elsewhere: the officer is warned", with["warnings"].as_u64() > Some(0), with);
    Ok(())
}

/// A declared trip of twelve hours.
pub fn trip(case: &str) -> Value {
    json!({
        "do": "trip", "case": case, "vehicle": "15C-318.24", "driver": "Phạm Văn Hùng",
        "route": "QL5B - QL1A - Cửa khẩu Hữu Nghị", "hours": 12,
    })
}

fn photo(stage: &Stage, actor: &mut Actor, case: Option<&str>, scene: &str, when: &str) -> Result<(), Trouble> {
    let act = json!({ "do": "photo", "case": case, "role": scene, "stage": when, "file": stage.photo(scene) });
    actor.act(act).map(drop)
}

/// The bolt moves, and the link drops before the answer is heard.
fn link_drops(report: &mut Report, stage: &Stage, a: &mut Actor, seal: &SealNo) -> Result<(), Trouble> {
    a.act(json!({ "do": "goods", "case": CASE_OF_TROUBLE, "ground": "transit" }))?;
    a.act(trip(CASE_OF_TROUBLE))?;
    stage.rope_in(seal)?;
    a.act(json!({ "do": "pair", "case": CASE_OF_TROUBLE, "seal": seal }))?;
    let end = a.act(json!({ "do": "arm", "case": CASE_OF_TROUBLE, "seal": seal }))?;
    report.same("the link drops after the lock moved: uncertain", "uncertain", end["outcome"]["outcome"].clone());
    report.same("the case says that nobody knows", "uncertain", a.case(CASE_OF_TROUBLE)?["phase"].take());
    let again = a.refusal(json!({ "do": "arm", "case": CASE_OF_TROUBLE, "seal": seal }))?;
    report.holds("no second command before a reading", again.contains("read the seal first"), again);
    report.same("the seal got one command", 1, stage.commands_received(seal)?);
    let read = a.act(json!({ "do": "read", "case": CASE_OF_TROUBLE, "seal": seal }))?;
    report.same("reading it settles the matter", true, read["settled"].clone());
    report.same("closed and armed", "closed_armed", a.state(CASE_OF_TROUBLE, seal)?);
    Ok(())
}

/// Every item of the queue is accepted, with a receipt people can read to each other.
pub fn all_accepted(report: &mut Report, who: &str, actor: &mut Actor) -> Result<(), Trouble> {
    let queue = actor.queue()?;
    let accepted = |item: &&Value| {
        item["state"]["state"] == "accepted"
            && item["state"]["receipt"]["code"].as_str().is_some_and(|code| !code.is_empty())
    };
    let left: Vec<&Value> = queue.iter().filter(|item| !accepted(item)).collect();
    report.holds(&format!("every item of {who} is accepted with a receipt"), left.is_empty(), json!(left));
    Ok(())
}

fn facts_before_photos(report: &mut Report, queue: &[Value]) {
    let receipts = |kind: &str| -> Vec<String> {
        let of_kind = queue.iter().filter(|item| item["what"]["item"] == kind);
        of_kind.filter_map(|item| item["state"]["receipt"]["at"].as_str().map(str::to_owned)).collect()
    };
    let parse = |times: Vec<String>| times.into_iter().filter_map(|at| at.parse::<jiff::Timestamp>().ok());
    let (facts, photos) = (parse(receipts("fact")).max(), parse(receipts("photo")).min());
    report.holds(
        "facts went first, photo bytes after",
        facts.is_some() && photos.is_some() && facts <= photos,
        format!("last fact {facts:?}, first photo {photos:?}"),
    );
}

fn inspect_and_disarm(report: &mut Report, stage: &Stage, b: &mut Actor, seal: &SealNo) -> Result<(), Trouble> {
    let door = b.act(json!({ "do": "scan", "text": CONTAINER, "symbology": "code128" }))?;
    report.same("B scans the container: its case", CASE, door["case"].clone());
    let label = b.act(json!({ "do": "scan", "text": SEAL, "symbology": "code128" }))?;
    report.same("B scans the seal: on that case", CASE, label["case"].clone());
    let early = b.refusal(json!({ "do": "disarm", "case": CASE, "seal": SEAL }))?;
    report.holds("nothing is taken off before it was inspected", early.contains("inspect"), early);
    let log = b.act(json!({ "do": "log", "case": CASE, "seal": SEAL }))?;
    report.same("the seal's log: one gap, every entry there", json!([1, true]), json!([log["gaps"], log["complete"]]));
    // 15 % of nine hours, and up to one report's interval at each end.
    let minutes = log["gap_minutes"].as_i64().unwrap_or(0);
    report.holds("the gap is shown as long as it was", (80..=101).contains(&minutes), minutes);
    report.same("nobody opened it on the way", 0, log["breaches"].clone());
    photo(stage, b, Some(CASE), "housing", "inspect")?;
    let inspect = |verdict: Value, reason: &str| {
        json!({
            "do": "inspect", "case": CASE, "seal": SEAL, "condition": "1", "verdict": verdict, "reason": reason,
        })
    };
    let mild = b.refusal(inspect("accept".into(), ""))?;
    report.holds("a gap cannot be passed over", mild.contains("stricter"), mild);
    let bare = b.refusal(inspect(Value::Null, ""))?;
    report.holds("nor accepted without a reason", bare.contains("reason"), bare);
    let verdict = b.act(inspect(Value::Null, "Vùng không phủ sóng, cáp và vỏ nguyên vẹn"))?;
    report.same("accepted with a reason", "accept_with_reason", verdict["verdict"].clone());
    let end = b.act(json!({ "do": "disarm", "case": CASE, "seal": SEAL }))?;
    report.same("the seal, read back, is open", "confirmed", end["outcome"]["outcome"].clone());
    report.same("the record says so", "opened", b.state(CASE, seal)?);
    report.same("the case is closed", "closed", b.case(CASE)?["phase"].take());
    report.same("two commands in all", 2, stage.commands_received(seal)?);
    Ok(())
}

/// A seal that no longer answers is cut off before a witness.
fn cut_off(report: &mut Report, stage: &Stage, b: &mut Actor, seal: &SealNo) -> Result<(), Trouble> {
    use seal_simulator::Reach as _;
    stage.hands.set_trouble(seal, &[SealTrouble::Dead]).map_err(|error| error.to_string())?;
    let silent = b.refusal(json!({ "do": "read", "case": CASE_OF_TROUBLE, "seal": seal }))?;
    report.holds("a dead seal is not heard", silent.contains("not heard"), silent);
    b.act(json!({
        "do": "inspect", "case": CASE_OF_TROUBLE, "seal": seal, "condition": "5",
        "reason": "Seal hết nguồn, cáp và vỏ nguyên vẹn",
    }))?;
    let cut = |signature: &str| {
        json!({
            "do": "cut_off", "case": CASE_OF_TROUBLE, "seal": seal, "reason": "Không liên lạc được",
            "witness": "Lê Đình Thắng, lái xe", "signature": signature,
        })
    };
    let alone = b.refusal(cut(""))?;
    report.holds("nobody cuts a seal alone", alone.contains("witness"), alone);
    b.act(cut(SIGNATURE))?;
    report.same("cut off before a witness", "cut_off", b.state(CASE_OF_TROUBLE, seal)?);
    Ok(())
}

/// Two days later the owner finds one seal less and one more than announced.
fn arrive(report: &mut Report, stage: &mut Stage, parcel: &str) -> Result<(), Trouble> {
    report.chapter("6 Owner: expected against found");
    stage.hours_pass(48)?;
    let mut c = stage.device("owner")?;
    c.sign_in("chi.lt", "246810")?;
    report.same("C at 02CI brings the lists up to date", Value::Null, c.sync()?);
    let announced = c.act(json!({ "do": "parcel", "parcel": parcel }))?;
    report.same("the parcel is on its way", "handed_over", announced["stage"].clone());
    stage.central.stop();
    c.act(json!({ "do": "receive_parcel", "parcel": parcel, "found": [SEAL, SEAL_NOT_ANNOUNCED] }))?;
    let received = c.act(json!({ "do": "parcel", "parcel": parcel }))?["parcel"]["received"][0].take();
    report.same("one is missing", json!([SEAL_FROM_BEFORE]), received["missing"].clone());
    report.same("one was not announced", json!([SEAL_NOT_ANNOUNCED]), received["extra"].clone());
    let turnaround = c.act(json!({ "do": "seal", "seal": SEAL }))?["turnaround_hours"].take();
    report.same("from arming to the owner: 58 hours, 2 days", 58, turnaround);
    stage.central.resume()?;
    report.same("the central is back", Value::Null, c.sync()?);
    all_accepted(report, "C", &mut c)
}
