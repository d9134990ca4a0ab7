//! Strangers at the yard's socket: they get an error or are hung up on, and the yard serves the others as before.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use seal_core::seal_no::SealNo;
use seal_simulator::{Call, Reach as _, Reply, SealSpec, Yard, YardClient, YardTrouble, serve};

fn no() -> SealNo {
    "83181001".parse().unwrap()
}

fn served(folder: &std::path::Path) -> (Arc<Yard>, SocketAddr) {
    let yard = Arc::new(Yard::open(folder, Arc::new(|| "2026-11-23T01:00:00Z".parse().unwrap())).unwrap());
    yard.add(SealSpec::good(no())).unwrap();
    let address = serve(TcpListener::bind("127.0.0.1:0").unwrap(), Arc::clone(&yard)).unwrap();
    (yard, address)
}

fn stranger(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

/// What comes back until the yard hangs up.
fn tell(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = stranger(address);
    // It may hang up before everything is said.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    String::from_utf8(text).unwrap()
}

fn line(call: &Call) -> Vec<u8> {
    let mut text = serde_json::to_vec(call).unwrap();
    text.push(b'\n');
    text
}

#[test]
fn what_is_no_call_is_answered_with_an_error_and_the_line_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (_yard, address) = served(folder.path());
    let mut stream = stranger(address);
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let deep = "[".repeat(60_000);
    for nonsense in
        ["", "{", "null", "\u{0}", r#"{"call":"open_all"}"#, r#"{"call":"read","with":{"session":-1}}"#, &deep]
    {
        stream.write_all(nonsense.as_bytes()).unwrap();
        stream.write_all(b"\n").unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        let answer: Result<Reply, YardTrouble> = serde_json::from_str(&answer).unwrap();
        assert!(matches!(answer, Err(YardTrouble::Unreachable(_))), "{answer:?}");
    }
    stream.write_all(&line(&Call::Seals)).unwrap();
    let mut answer = String::new();
    answers.read_line(&mut answer).unwrap();
    let answer: Result<Reply, YardTrouble> = serde_json::from_str(&answer).unwrap();
    assert!(answer.is_ok());
}

#[test]
fn a_call_cut_off_does_not_act() {
    let folder = tempfile::tempdir().unwrap();
    let (yard, address) = served(folder.path());
    let call = line(&Call::InsertRope { seal: no(), inserted: true });
    let before = yard.seal(&no()).unwrap();
    for end in 0..call.len() {
        assert_eq!(tell(address, &call[..end]), "");
    }
    assert_eq!(yard.seal(&no()).unwrap(), before);
    assert_ne!(tell(address, &call), "");
    assert_ne!(yard.seal(&no()).unwrap(), before, "whole, it does");
}

#[test]
fn a_line_without_end_or_that_is_no_text_is_hung_up_on() {
    let folder = tempfile::tempdir().unwrap();
    let (_yard, address) = served(folder.path());
    assert_eq!(tell(address, &vec![b' '; 4 << 20]), "");
    assert_eq!(tell(address, b"\xff\xfe\n"), "");
    assert!(YardClient::new(address).call(Call::Seals).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn noise_does_not_stop_the_yard(bytes in prop::collection::vec(any::<u8>(), 0..300), lines in any::<bool>()) {
        static YARD: std::sync::LazyLock<(tempfile::TempDir, Arc<Yard>, SocketAddr)> = std::sync::LazyLock::new(|| {
            let folder = tempfile::tempdir().unwrap();
            let (yard, address) = served(folder.path());
            (folder, yard, address)
        });
        let (_, yard, address) = &*YARD;
        let before = yard.seal(&no()).unwrap();
        let bytes: Vec<u8> = bytes.into_iter().map(|byte| if lines && byte < 32 { b'\n' } else { byte }).collect();
        for answer in tell(*address, &bytes).lines() {
            let answer: Result<Reply, YardTrouble> = serde_json::from_str(answer).unwrap();
            prop_assert!(answer.is_err());
        }
        prop_assert_eq!(yard.seal(&no()).unwrap(), before);
        prop_assert!(YardClient::new(*address).call(Call::Seals).is_ok());
    }
}
