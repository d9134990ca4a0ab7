//! Barges with three containers: one seal over all of them, and two seals over parts.

use seal_core::seal_no::SealNo;
use serde_json::{Value, json};

use super::journey::{all_accepted, trip};
use super::process::Trouble;
use super::report::Report;
use super::stage::{Actor, Stage};

/// Transit goods on a barge from 03EE to 02CI.
const BARGE: &str = "5ea10000-0000-4000-8000-000000000005";
/// Goods to be re-exported, on another barge from 03EE to 02CI, and its containers.
const IN_PARTS: &str = "5ea10000-0000-4000-8000-000000000010";
const CONTAINERS: [&str; 3] = ["SFPU4824171", "SFPU4824340", "SFPU4824680"];
/// A container of another case.
const OTHER_CONTAINER: &str = "SFPU4820155";
/// Electronic seals of 03EE that nothing before has used.
const SEALS: [&str; 3] = ["83181016", "83181017", "83181018"];
/// A bolt seal of 03EE.
const BOLT: &str = "HQVN0041208";

/// Plays it.
pub fn play(stage: &mut Stage, report: &mut Report) -> Result<(), Trouble> {
    let mut a = stage.device("origin")?;
    let mut c = stage.device("owner")?;
    a.sign_in("an.nv", "246810")?;
    a.sync()?;
    let [whole, first, rest] = SEALS;
    let (whole, first, rest) = (stage.seal(whole, &[])?, stage.seal(first, &[])?, stage.seal(rest, &[])?);

    report.chapter("11 One seal on a barge with three containers");
    begin(&mut a, BARGE, "transit")?;
    arm(stage, &mut a, BARGE, &whole, &[])?;
    let view = a.case(BARGE)?;
    report.same("the seal covers all three", 3, view["case"]["seals"][0]["containers"].as_array().map_or(0, Vec::len));
    report.same("the case is sealed", json!(["sealed", []]), json!([view["phase"], view["bare"]]));

    report.chapter("12 Two seals over parts of a case");
    begin(&mut a, IN_PARTS, "temporary_import_re_export")?;
    for text in [CONTAINERS[0], OTHER_CONTAINER] {
        a.act(json!({ "do": "scan", "text": text, "symbology": "code128", "case": IN_PARTS }))?;
    }
    report.same(
        "a container of another case becomes no part of this one",
        json!([CONTAINERS[0]]),
        a.case(IN_PARTS)?["case"]["containers_scanned"].take(),
    );
    stage.rope_in(&first)?;
    a.act(json!({ "do": "pair", "case": IN_PARTS, "seal": first }))?;
    let foreign =
        a.refusal(json!({ "do": "arm", "case": IN_PARTS, "seal": first, "containers": [OTHER_CONTAINER] }))?;
    report.holds("nor is it put under a seal of this one", foreign.contains("not of this case"), foreign);
    report.same("and the seal was asked nothing", 0, stage.commands_received(&first)?);
    arm(stage, &mut a, IN_PARTS, &first, &CONTAINERS[..1])?;
    let view = a.case(IN_PARTS)?;
    report.same(
        "one container is sealed, two are not: still sealing",
        json!(["sealing", CONTAINERS[1..]]),
        json!([view["phase"], view["bare"]]),
    );
    let bolt = a.refusal(json!({
        "do": "record", "case": IN_PARTS, "seal": BOLT, "seal_type": "1", "kind": "3", "class": "H",
        "method": "by_hand", "on_off": "on", "containers": CONTAINERS[1..],
    }))?;
    report.holds("group A: a bolt alone will not do for the others", bolt.contains("electronic seal"), bolt);
    arm(stage, &mut a, IN_PARTS, &rest, &CONTAINERS[1..])?;
    let view = a.case(IN_PARTS)?;
    report.same("the second seal makes it sealed", json!(["sealed", []]), json!([view["phase"], view["bare"]]));
    report.same("A sends it", Value::Null, a.sync()?);
    all_accepted(report, "A", &mut a)?;

    c.sign_in("chi.lt", "246810")?;
    report.same("C at 02CI brings the list up to date", Value::Null, c.sync()?);
    stage.hours_pass(60)?;
    // A new shift: rights to seals last as long as one.
    c.sign_in("chi.lt", "246810")?;
    inspect_and_disarm(&mut c, IN_PARTS, &first)?;
    report.same("one seal is off, the other on: still sealed", "sealed", c.case(IN_PARTS)?["phase"].take());
    let early = c.refusal(json!({ "do": "disarm", "case": IN_PARTS, "seal": rest }))?;
    report.holds("accepting one seal does not accept the other", early.contains("inspect"), early);
    inspect_and_disarm(&mut c, IN_PARTS, &rest)?;
    report.same("with the last seal the case is closed", "closed", c.case(IN_PARTS)?["phase"].take());
    inspect_and_disarm(&mut c, BARGE, &whole)?;
    report.same("so is the barge under one seal", "closed", c.case(BARGE)?["phase"].take());
    // Two days on: the sign-in of the morning has run out.
    c.sign_in("chi.lt", "246810")?;
    report.same("C sends it", Value::Null, c.sync()?);
    all_accepted(report, "C", &mut c)
}

fn begin(a: &mut Actor, case: &str, ground: &str) -> Result<(), Trouble> {
    a.act(json!({ "do": "goods", "case": case, "ground": ground }))?;
    a.act(Value::Object({
        let mut declared = trip(case).as_object().cloned().unwrap_or_default();
        declared.insert("hours".to_owned(), json!(96));
        declared
    }))?;
    Ok(())
}

/// Arms it, and fails where the seal did not close.
fn arm(stage: &Stage, a: &mut Actor, case: &str, seal: &SealNo, containers: &[&str]) -> Result<(), Trouble> {
    stage.rope_in(seal)?;
    a.act(json!({ "do": "pair", "case": case, "seal": seal }))?;
    let end = a.act(json!({ "do": "arm", "case": case, "seal": seal, "containers": containers }))?;
    match end["outcome"]["outcome"].as_str() {
        Some("confirmed") => Ok(()),
        _ => Err(format!("{seal} did not close: {end}")),
    }
}

fn inspect_and_disarm(c: &mut Actor, case: &str, seal: &SealNo) -> Result<(), Trouble> {
    c.act(json!({ "do": "log", "case": case, "seal": seal }))?;
    c.act(json!({
        "do": "inspect", "case": case, "seal": seal, "condition": "1", "reason": "Cáp và vỏ nguyên vẹn",
    }))?;
    let end = c.act(json!({ "do": "disarm", "case": case, "seal": seal }))?;
    match end["outcome"]["outcome"].as_str() {
        Some("confirmed") => Ok(()),
        _ => Err(format!("{seal} did not open: {end}")),
    }
}
