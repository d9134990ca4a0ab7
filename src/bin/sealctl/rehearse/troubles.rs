//! What goes wrong, and cases off the beaten track: no e-seal left, seals without our radio, links that drop, two devices
//! that act on one seal without knowing of each other.

use seal_core::seal_no::SealNo;
use seal_simulator::Reach as _;
use seal_simulator::Trouble as SealTrouble;
use serde_json::{Value, json};

use super::journey::{all_accepted, trip};
use super::process::Trouble;
use super::report::Report;
use super::stage::{Actor, Stage};

/// Bonded goods from 03EE to 03CC.
const CASE_WITHOUT_ESEAL: &str = "5ea10000-0000-4000-8000-000000000003";
/// Other goods under customs seal, from 03EE to 03CC.
const CASE_BY_CARD: &str = "5ea10000-0000-4000-8000-000000000004";
/// A bolt seal of 03EE.
const BOLT: &str = "HQVN0041207";
/// An electronic seal of 03EE whose radio we do not speak.
const SEAL_BY_CARD: &str = "83182001";
/// Electronic seals of 03EE that the journey did not use.
const SEALS: [&str; 5] = ["83181002", "83181003", "83181004", "83181005", "83181006"];

/// Plays it.
pub fn play(stage: &mut Stage, report: &mut Report) -> Result<(), Trouble> {
    let mut a = stage.device("origin")?;
    let mut b = stage.device("destination")?;
    report.chapter("7 The device was stopped and started again");
    let seen = a.queue()?;
    report.holds(
        "A's queue still shows what was sent",
        seen.iter().all(|item| item["state"]["state"] == "accepted"),
        seen.len(),
    );
    a.sign_in("an.nv", "246810")?;
    report.same("A's next shift", Value::Null, a.sync()?);
    let mut seals = SEALS;
    stage.shuffle(&mut seals);
    let [before, during, power, conflict, other_conflict] = seals;

    report.chapter("8 Group A without an e-seal, and a seal without our radio");
    no_eseal_left(report, &mut a)?;
    by_card(report, stage, &mut a)?;

    report.chapter("9 The link drops while the lock is asked to move");
    link_troubles(report, stage, &mut a, [before, during, power])?;
    stage.central.resume()?;
    report.same("the central is back", Value::Null, a.sync()?);

    report.chapter("10 Two devices, one seal");
    let mut second = stage.device("origin-2")?;
    second.sign_in("hoa.pt", "135790")?;
    b.sign_in("binh.tt", "246810")?;
    let first = two_devices(report, stage, [&mut a, &mut second, &mut b], conflict)?;
    let other = two_devices(report, stage, [&mut a, &mut second, &mut b], other_conflict)?;
    // Whoever may have to agree or decide signs in once while there is coverage: their rights to these seals come with it.
    for (officer, pin) in [("khoa.nm", "135790"), ("lan.ht", "112358"), ("binh.tt", "246810")] {
        b.sign_in(officer, pin)?;
    }
    stage.central.stop();
    two_officers(report, &mut b, &first, conflict)?;
    supervisor(report, &mut b, &other, other_conflict)?;
    stage.central.resume()?;
    for (who, actor) in [("A", &mut a), ("A's colleague", &mut second), ("B", &mut b)] {
        report.same(&format!("{who} sends the rest"), Value::Null, actor.sync()?);
        all_accepted(report, who, actor)?;
    }
    Ok(())
}

fn no_eseal_left(report: &mut Report, a: &mut Actor) -> Result<(), Trouble> {
    let goods = json!({ "do": "goods", "case": CASE_WITHOUT_ESEAL, "ground": "bonded" });
    let none_left = json!({ "do": "state_depletion", "reason": "none_fit_for_use", "remark": "Chờ sửa", "hours": 8 });
    let bolt = json!({
        "do": "record", "case": CASE_WITHOUT_ESEAL, "seal": BOLT, "seal_type": "1", "kind": "3", "class": "H",
        "method": "by_hand", "on_off": "on",
    });
    let decided = a.act(goods)?;
    report.same("bonded goods are of group A", "A", decided["decision"]["group"].clone());
    let refused = a.refusal(bolt.clone())?;
    report.holds("a bolt alone is refused", refused.contains("electronic seal"), refused);
    let refused = a.refusal(none_left.clone())?;
    report.holds("an officer cannot state that none is left", refused.contains("your role"), refused);
    a.sign_in("hoa.pt", "135790")?;
    let stated = a.act(none_left)?;
    a.sign_in("an.nv", "246810")?;
    let recorded = a.act(bolt)?;
    report.same(
        "with the shift lead's statement it is recorded, not confirmed",
        "recorded_unconfirmed",
        recorded["state"]["state"].clone(),
    );
    report.same(
        "the case names the statement it relies on",
        stated["statement"].clone(),
        a.case(CASE_WITHOUT_ESEAL)?["case"]["depletion"].take(),
    );
    // It stands for the whole unit until it is ended, and would let bolts pass in later chapters.
    a.sign_in("hoa.pt", "135790")?;
    a.act(json!({ "do": "end_depletion", "reason": "Seal đã về" }))?;
    a.sign_in("an.nv", "246810")?;
    Ok(())
}

fn by_card(report: &mut Report, stage: &Stage, a: &mut Actor) -> Result<(), Trouble> {
    let seal: SealNo = SEAL_BY_CARD.parse().map_err(|error| format!("{SEAL_BY_CARD}: {error}"))?;
    a.act(json!({ "do": "goods", "case": CASE_BY_CARD, "ground": "other_customs_seal" }))?;
    let unspoken = a.refusal(json!({ "do": "pair", "case": CASE_BY_CARD, "seal": SEAL_BY_CARD }))?;
    report.holds("its radio is not ours", unspoken.contains("does not speak"), unspoken);
    let recorded = a.act(json!({
        "do": "record", "case": CASE_BY_CARD, "seal": SEAL_BY_CARD, "seal_type": "2", "kind": "5",
        "method": "card", "on_off": "on",
    }))?;
    report.same(
        "by card: recorded, not confirmed by the seal",
        "recorded_unconfirmed",
        recorded["state"]["state"].clone(),
    );
    report.same("A sends it", Value::Null, a.sync()?);
    let (status, answer) = stage.platform_reports(SEAL_BY_CARD, true)?;
    report.same("the platform reports the seal closed", json!([200, 1]), json!([status, answer["taken"]]));
    report.same("A brings the work list up to date", Value::Null, a.sync()?);
    report.same("the platform confirms the record", "recorded_confirmed_by_platform", a.state(CASE_BY_CARD, &seal)?);
    stage.platform_reports(SEAL_BY_CARD, false)?;
    a.sync()?;
    report.same("and later contradicts it", "recorded_contradicted", a.state(CASE_BY_CARD, &seal)?);
    Ok(())
}

/// A truck nobody announced, with its case opened on the spot and its trip declared.
fn open_case(stage: &mut Stage, a: &mut Actor) -> Result<String, Trouble> {
    let opened = a.act(json!({ "do": "open_case", "containers": [stage.container()?], "destination": "15BB" }))?;
    let case = opened["case"].as_str().ok_or("no case was opened")?.to_owned();
    a.act(json!({ "do": "goods", "case": case, "ground": "transit" }))?;
    a.act(trip(&case))?;
    Ok(case)
}

fn arm(a: &mut Actor, stage: &Stage, case: &str, seal: &SealNo) -> Result<Value, Trouble> {
    stage.rope_in(seal)?;
    a.act(json!({ "do": "pair", "case": case, "seal": seal }))?;
    a.act(json!({ "do": "arm", "case": case, "seal": seal }))
}

fn link_troubles(report: &mut Report, stage: &mut Stage, a: &mut Actor, seals: [&str; 3]) -> Result<(), Trouble> {
    stage.central.stop();
    let [before, during, power] = seals;
    let rows = [
        ("before the command arrived", before, SealTrouble::DropsLinkBeforeCommand, 0, "free"),
        ("while the bolt moved", during, SealTrouble::DropsLinkWhileMoving, 1, "closed_armed"),
    ];
    for (when, no, trouble, commands, after) in rows {
        let seal = stage.seal(no, &[trouble])?;
        let case = open_case(stage, a)?;
        let end = arm(a, stage, &case, &seal)?;
        report.same(&format!("lost {when}: uncertain"), "uncertain", end["outcome"]["outcome"].clone());
        report.same("commands the seal got", commands, stage.commands_received(&seal)?);
        a.act(json!({ "do": "read", "case": case, "seal": seal }))?;
        report.same("read again", after, a.state(&case, &seal)?);
        report.same("nothing sent a command by itself", commands, stage.commands_received(&seal)?);
        if after != "closed_armed" {
            let end = a.act(json!({ "do": "arm", "case": case, "seal": seal }))?;
            report.same("the officer arms again: armed", "confirmed", end["outcome"]["outcome"].clone());
        }
    }
    power_trouble(report, stage, a, power)
}

/// Power fails halfway: silent until somebody presses its button, then the seal itself tells how it ended.
fn power_trouble(report: &mut Report, stage: &mut Stage, a: &mut Actor, no: &str) -> Result<(), Trouble> {
    let seal = stage.seal(no, &[SealTrouble::LosesPowerWhileLocking])?;
    let case = open_case(stage, a)?;
    let end = arm(a, stage, &case, &seal)?;
    report.same("lost with the power, halfway: uncertain", "uncertain", end["outcome"]["outcome"].clone());
    let silent = a.refusal(json!({ "do": "read", "case": case, "seal": seal }))?;
    report.holds("without power it is not heard", silent.contains("not heard"), silent);
    report.same("and stays uncertain", "uncertain", a.state(&case, &seal)?);
    stage.hands.restore_power(&seal).map_err(|error| error.to_string())?;
    a.act(json!({ "do": "read", "case": case, "seal": seal }))?;
    report.same("with power again it says that it did not lock", "refused", a.state(&case, &seal)?);
    report.same("nothing sent a command by itself", 1, stage.commands_received(&seal)?);
    let end = a.act(json!({ "do": "arm", "case": case, "seal": seal }))?;
    report.same("the officer arms again: armed", "confirmed", end["outcome"]["outcome"].clone());
    Ok(())
}

/// Both act on one seal without coverage: one arms it by radio, the other writes down that it was closed by keypad.
/// Returns the case.
fn two_devices(
    report: &mut Report,
    stage: &mut Stage,
    [a, second, b]: [&mut Actor; 3],
    no: &str,
) -> Result<String, Trouble> {
    let seal = stage.seal(no, &[])?;
    let case = open_case(stage, a)?;
    report.same("a truck nobody announced is on A's list", Value::Null, a.sync()?);
    report.same("and on the colleague's", Value::Null, second.sync()?);
    stage.central.stop();
    let end = arm(a, stage, &case, &seal)?;
    report.same("A arms the seal", "confirmed", end["outcome"]["outcome"].clone());
    second.act(json!({
        "do": "record", "case": case, "seal": no, "seal_type": "2", "kind": "5", "method": "keypad", "on_off": "on",
    }))?;
    stage.central.resume()?;
    a.sync()?;
    second.sync()?;
    b.sync()?;
    let view = b.case(&case)?;
    let conflicts = view["case"]["conflicts"].as_array().cloned().unwrap_or_default();
    report.holds("B sees the case flagged", conflicts.iter().any(|one| one["why"] == "fork"), json!(conflicts));
    let both =
        conflicts.iter().find(|one| one["why"] == "fork").map_or(0, |one| one["events"].as_array().map_or(0, Vec::len));
    report.same("both records are kept", 2, both);
    b.act(json!({ "do": "log", "case": case, "seal": no }))?;
    b.act(json!({ "do": "inspect", "case": case, "seal": no, "condition": "1", "reason": "Hai bản ghi" }))?;
    let blocked = b.refusal(json!({ "do": "disarm", "case": case, "seal": no }))?;
    report.holds("the disarm is blocked", blocked.contains("contradict"), blocked);
    Ok(case)
}

fn two_officers(report: &mut Report, b: &mut Actor, case: &str, no: &str) -> Result<(), Trouble> {
    let agree = |officer: &str, pin: &str| {
        json!({
            "do": "agree_as_second", "case": case, "seal": no, "officer": officer, "pin": pin,
            "reason": "Không có sóng, xe chở hàng tươi",
        })
    };
    let same = b.refusal(agree("binh.tt", "246810"))?;
    report.holds("the same officer twice is not two officers", !same.is_empty(), same);
    let wrong = b.refusal(agree("khoa.nm", "000000"))?;
    report.holds("the second officer's PIN is checked", wrong.contains("wrong"), wrong);
    b.act(agree("khoa.nm", "135790"))?;
    let end = b.act(json!({ "do": "disarm", "case": case, "seal": no }))?;
    report.same(
        "two officers without coverage, with a reason: disarmed",
        "confirmed",
        end["outcome"]["outcome"].clone(),
    );
    Ok(())
}

fn supervisor(report: &mut Report, b: &mut Actor, case: &str, no: &str) -> Result<(), Trouble> {
    let view = b.case(case)?;
    let conflicts = view["case"]["conflicts"].as_array().cloned().unwrap_or_default();
    let open = conflicts.iter().find(|one| one["seal"] == no && one["decided"].is_null()).ok_or("no open conflict")?;
    let decide = json!({
        "do": "decide", "case": case, "seal": no, "holds": open["events"][0], "reason": "Nhật ký seal cho thấy khóa qua radio",
    });
    let refused = b.refusal(decide.clone())?;
    report.holds("an officer may not decide", refused.contains("supervisor"), refused);
    b.sign_in("lan.ht", "112358")?;
    b.act(decide)?;
    b.sign_in("binh.tt", "246810")?;
    let end = b.act(json!({ "do": "disarm", "case": case, "seal": no }))?;
    report.same("a supervisor has decided: disarmed", "confirmed", end["outcome"]["outcome"].clone());
    Ok(())
}
