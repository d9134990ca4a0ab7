//! `sealctl seal` as somebody at a workbench uses it, against a yard in another process.

use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;

use jiff::Timestamp;
use seal_core::seal_no::SealNo;
use seal_simulator::{Reach as _, SealSpec, Trouble, Yard, serve};
use serde_json::Value;

struct Bench {
    _folder: tempfile::TempDir,
    yard: Arc<Yard>,
    address: String,
    seal: SealNo,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let yard = Arc::new(Yard::open(folder.path(), Arc::new(Timestamp::now)).unwrap());
        let seal: SealNo = "83181001".parse().unwrap();
        yard.add(SealSpec::good(seal.clone()).rope_in()).unwrap();
        let address = serve(TcpListener::bind("127.0.0.1:0").unwrap(), Arc::clone(&yard)).unwrap().to_string();
        Self { _folder: folder, yard, address, seal }
    }

    /// Its lines, and what it said went wrong.
    fn run(&self, arguments: &[&str]) -> (Vec<Value>, String) {
        let done = Command::new(env!("CARGO_BIN_EXE_sealctl"))
            .arg("seal")
            .args(arguments)
            .args(["--practice", "--yard", &self.address])
            .output()
            .unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        let lines = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let wrong = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.success(), wrong.is_empty(), "{wrong}");
        (lines, wrong)
    }

    fn of_seal(&self, word: &str) -> Vec<Value> {
        let (lines, wrong) = self.run(&[word, "--seal", self.seal.as_str()]);
        assert_eq!(wrong, "");
        lines
    }
}

#[test]
fn a_seal_is_listed_identified_armed_read_and_opened() {
    let bench = Bench::new();
    let (heard, _) = bench.run(&["list"]);
    assert_eq!((heard.len(), heard[0]["seal"].as_str()), (1, Some("83181001")));
    assert_eq!(bench.of_seal("identify")[0]["proven_by"], "eseal/1");

    let armed = bench.of_seal("arm");
    assert_eq!(armed[1]["action"], "arm", "the command's id is told before it goes out");
    assert_eq!((&armed[2]["ended"], &armed[3]["lock"]), (&"done".into(), &"closed_armed".into()));
    assert!(armed[2]["receipt"].as_str().is_some_and(|receipt| receipt.len() > 100));
    assert_eq!(bench.of_seal("read")[1]["lock"], "closed_armed");

    let id = armed[1]["command"].as_str().unwrap();
    let (settled, _) = bench.run(&["settle", "--seal", "83181001", "--command", id]);
    assert_eq!(settled[1]["receipt"], armed[2]["receipt"], "the same receipt");

    let log = bench.of_seal("log");
    assert!(log.iter().any(|entry| entry["kind"] == "armed"), "{log:?}");
    let opened = bench.of_seal("disarm");
    assert_eq!((&opened[2]["ended"], &opened[3]["lock"]), (&"done".into(), &"open".into()));
    assert_eq!(bench.yard.seal(&bench.seal).unwrap().commands_received, 2);
}

#[test]
fn what_went_wrong_is_said_with_the_way_on() {
    let bench = Bench::new();
    let (_, wrong) = bench.run(&["read", "--seal", "99999999"]);
    assert!(wrong.contains("not heard"), "{wrong}");
    let (_, wrong) = bench.run(&["explode", "--seal", "83181001"]);
    assert!(wrong.contains("nothing that can be done"), "{wrong}");
    bench.yard.set_trouble(&bench.seal, &[Trouble::DropsLinkAfterLockMoved]).unwrap();
    let (lines, wrong) = bench.run(&["arm", "--seal", "83181001"]);
    assert_eq!(lines.len(), 2, "connected, and the command's id");
    assert!(wrong.contains("sealctl seal settle"), "{wrong}");
    let id = lines[1]["command"].as_str().unwrap();
    let (settled, _) = bench.run(&["settle", "--seal", "83181001", "--command", id]);
    assert_eq!(settled[1]["ended"], "done");
}
