//! The program itself: its address line, its exit codes, its accounts.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::common::database::Database;
use p256::ecdsa::SigningKey;
use seal_core::cbor::{Bytes, CborError};
use seal_core::enrolment::{Claim, KeyHome, Offer};
use seal_core::event::sign_with;
use seal_core::wire::B64;

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seal-central"));
    if let Some(at) = args.iter().position(|arg| *arg == "--data")
        && let Some(url) = Database::of(Path::new(args[at + 1])).url()
    {
        command.env("DATABASE_URL", url);
    }
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(args: &[&str], input: &str) -> Output {
    let mut child = program(args).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn start(data: &str) -> (Child, String) {
    let mut child = program(&["--listen", "127.0.0.1:0", "--data", data]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://").unwrap().to_owned();
    (child, address)
}

/// A root made with openssl, and the digest that openssl and sha256sum give.
const ROOT: &str = "-----BEGIN CERTIFICATE-----\n\
MIIBvzCCAWWgAwIBAgIUSISqfw+UA7uFjciu+9ix3e2r8ZgwCgYIKoZIzj0EAwIw\n\
NDELMAkGA1UEBhMCVk4xDzANBgNVBAoMBkFnZW5jeTEUMBIGA1UEAwwLQWdlbmN5\n\
IFJvb3QwIBcNMjYxMTI3MTI0NzU1WhgPMjEyNjExMDMxMjQ3NTVaMDQxCzAJBgNV\n\
BAYTAlZOMQ8wDQYDVQQKDAZBZ2VuY3kxFDASBgNVBAMMC0FnZW5jeSBSb290MFkw\n\
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEDu+4udvV2q9zAZ4zQ9Cx/Dx7knfQoRZs\n\
IKrEFhRr+fQcvhlYPHEBlYTll48IJSPqfiJsjqjcX2vMkFzzFQx4MKNTMFEwHQYD\n\
VR0OBBYEFLWx2/kUrU8HvTlU8r/iWJeUexAlMB8GA1UdIwQYMBaAFLWx2/kUrU8H\n\
vTlU8r/iWJeUexAlMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIh\n\
APhPPMi0OX6DZd33DY6jYX8ENrOghM5uHzI4QPn1q4z+AiA0/0oK9lqU5gnOi2Eg\n\
540UO7lNMYj8/vCSFLEXlK/+rQ==\n\
-----END CERTIFICATE-----\n";
const ROOT_PRINT: &str = "ddeecadca04c5132f7af0a8fb93c62041f28218e86064884313c018e9eaaf829";

const DEVICE: &str = "00000000-0000-0000-0000-000000000001";

fn key() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).unwrap()
}

fn public() -> Vec<u8> {
    key().verifying_key().to_encoded_point(false).as_bytes().to_vec()
}

fn sign_in(address: &str, secret: &str) -> String {
    let body =
        serde_json::json!({"officer": "moi.nv", "secret": secret, "device": DEVICE, "device_key": B64(public())});
    post(address, "/v1/sign-in", &body.to_string())
}

/// Enrols the device by what `enrol` printed.
fn enrol(address: &str, printed: &str) -> String {
    let offer = Offer::read(printed.lines().next().unwrap()).unwrap();
    let Offer { secret, central, .. } = offer;
    let (device, key_) = (DEVICE.parse().unwrap(), Bytes(public()));
    let claim = Claim { v: 1, secret, central, device, key: key_, home: KeyHome::Software };
    let cose = claim.sign(|bytes| Ok::<_, CborError>(sign_with(&key(), bytes))).unwrap();
    post(address, "/v1/enrol", &serde_json::json!({ "claim": B64(cose) }).to_string())
}

fn post(address: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn an_account_added_on_the_command_line_signs_in() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let add =
        ["account", "add", "moi.nv", "--name", "Nguyễn Văn Mới", "--unit", "03EE", "--role", "officer", "--data", data];
    let added = run(&add, "mật khẩu dài\n");
    assert_eq!((added.status.code(), added.stdout.as_slice()), (Some(0), b"account moi.nv of 03EE\n".as_slice()));
    assert_eq!(run(&add, "short\n").status.code(), Some(1));

    let (mut child, address) = start(data);
    assert!(sign_in(&address, "mật khẩu sai").starts_with("HTTP/1.1 401"));
    let nobody = sign_in(&address, "mật khẩu dài");
    assert!(nobody.starts_with("HTTP/1.1 403") && nobody.contains("not_enrolled"), "{nobody}");
    let url = format!("http://{address}");
    let picture = folder.path().join("enrol.svg");
    let offer = ["enrol", "--unit", "03EE", "--address", &url, "--public-roots", "--svg", picture.to_str().unwrap()];
    let printed = run(&[&offer[..], &["--expires", "30m", "--data", data]].concat(), "");
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    assert!(std::fs::read_to_string(&picture).unwrap().contains("<svg"));
    let enrolled = enrol(&address, std::str::from_utf8(&printed.stdout).unwrap());
    assert!(enrolled.starts_with("HTTP/1.1 200"), "{enrolled}");
    let answer = sign_in(&address, "mật khẩu dài");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("x-sealfield-proto: sealfield/1"));
    let listed = String::from_utf8(run(&["devices", "list", "--data", data], "").stdout).unwrap();
    assert!(listed.contains(DEVICE) && listed.contains("03EE\tsoftware") && listed.contains("enrolled"), "{listed}");
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("signed in") && !log.contains("mật khẩu"), "{log}");

    // A killed central opens again.
    let (mut child, address) = start(data);
    assert!(sign_in(&address, "mật khẩu dài").starts_with("HTTP/1.1 200"));
    // Asked to end, it ends well.
    assert!(run(&["devices", "revoke", DEVICE, "--data", data], "").status.success());
    assert!(sign_in(&address, "mật khẩu dài").contains("device_revoked"));
    let listed = String::from_utf8(run(&["devices", "list", "--data", data], "").stdout).unwrap();
    assert!(listed.contains("revoked"), "{listed}");
    let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(asked.success() && child.wait().unwrap().success());
    assert_eq!(run(&["restored", "--data", data], "").status.code(), Some(0));
}

#[test]
fn an_offer_is_made_only_for_an_address_and_a_trust_that_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let data = path("data");
    std::fs::write(path("root.pem"), ROOT).unwrap();
    std::fs::write(path("empty.pem"), "nothing\n").unwrap();
    let enrol = |args: &[&str]| run(&[&["enrol", "--data", &data, "--unit", "03EE"][..], args].concat(), "");
    let address = ["--address", "https://central.example"];
    let made = enrol(&[&address[..], &["--root", &path("root.pem"), "--count", "5"]].concat());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let printed = String::from_utf8(made.stdout).unwrap();
    let offer = Offer::read(printed.lines().next().unwrap()).unwrap();
    assert_eq!((offer.address.as_str(), offer.roots.len()), ("https://central.example", 1));
    // openssl x509 -outform der | sha256sum
    assert!(printed.contains(&format!("root     {ROOT_PRINT}")), "{printed}");
    assert_eq!(run(&["enrol", "withdraw", "--data", &data], "").stdout, b"withdrawn: 1\n");
    for wrong in [
        &[][..],
        &address,
        &["--public-roots"],
        &[&address[..], &["--public-roots", "--root", &path("root.pem")]].concat(),
        &[&address[..], &["--root", &path("empty.pem")]].concat(),
        &[&address[..], &["--root", &path("absent.pem")]].concat(),
        &[&address[..], &["--public-roots", "--expires", "soon"]].concat(),
        &[&address[..], &["--public-roots", "--count", "0"]].concat(),
        &["--address", "http://central.example", "--public-roots"],
    ] {
        assert!(!enrol(wrong).status.success(), "{wrong:?}");
    }
    for wrong in [&["devices"][..], &["devices", "revoke"], &["devices", "list"], &["enrol", "withdraw"]] {
        assert!(!run(wrong, "").status.success(), "{wrong:?}");
    }
}

#[test]
fn exit_codes_are_honest() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    assert_eq!(run(&["--help"], "").status.code(), Some(0));
    for wrong in [
        vec![],
        vec!["--listen", "nowhere", "--data", data],
        vec!["--listen", "127.0.0.1:0"],
        vec!["--frobnicate"],
        vec!["account", "remove", "x"],
        vec!["account", "add", "x", "--name", "X", "--unit", "03EE", "--data", data],
        vec!["account", "add", "x", "--name", "X", "--unit", "03EE", "--role", "king", "--data", data],
        vec!["restored", "--practice", "--data", data],
    ] {
        let output = run(&wrong, "");
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("usage:"));
    }
    assert_eq!(run(&["restored", "--data", data], "").status.code(), Some(1), "nothing to restore there");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert_eq!(run(&["--listen", &address, "--data", data], "").status.code(), Some(1));
}

#[test]
fn a_rule_pack_is_signed_apart_and_published_only_when_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/rules/2026.json");
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();

    let made = run(&["pack", "new-key", &path("key.pem")], "");
    assert!(made.status.success(), "{}", said(&made));
    let public = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    assert!(!run(&["pack", "new-key", &path("key.pem")], "").status.success(), "a key is never overwritten");
    let args = ["--key", &path("key.pem"), "--issuer", "Ban Giám sát quản lý", "--out", &path("pack.json")];
    let signed = run(&[&["pack", "sign", rules][..], &args].concat(), "");
    assert!(signed.status.success(), "{}", said(&signed));

    let publish = ["pack", "publish", &path("pack.json"), "--data", &path("data")];
    let refused = run(&publish, "");
    assert!(!refused.status.success() && said(&refused).contains("not signed by a key trusted here"));
    let published = run(&[&publish[..], &["--trust", &public]].concat(), "");
    assert!(published.status.success(), "{}", said(&published));
    assert!(run(&publish, "").status.success(), "once more changes nothing, and the key is trusted now");
}

#[test]
fn seals_are_registered_commissioned_and_revoked_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (data, kek, table) = (path("data"), path("kek"), path("seals.csv"));
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let at = |args: &[&str]| run(&[args, &["--data", &data, "--seal-kek", &kek]].concat(), "");
    std::fs::write(&table, "seal,family,epoch,password\n83181001,eseal-1,,\n83182001, a7,,905173\n").unwrap();
    assert!(!at(&["register-seals", &table]).status.success(), "there is no central");
    let add = ["account", "add", "moi.nv", "--name", "M", "--unit", "03EE", "--role", "officer"];
    assert!(run(&[&add[..], &["--data", &data, "--seal-kek", &kek]].concat(), "mật khẩu dài\n").status.success());
    let registered = at(&["register-seals", &table]);
    assert!(registered.status.success(), "{}", said(&registered));
    assert!(said(&registered).contains("8318 1001 is not in the seal register"));

    let key = path("key.json");
    assert!(at(&["seal-key", "83181001", "--out", &key]).status.success());
    let text = std::fs::read_to_string(&key).unwrap();
    let given: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&given["seal"], &given["epoch"]), (&"83181001".into(), &1.into()));
    assert_eq!(given["k_seal"].as_str().unwrap().len(), 64);
    let again = path("again.json");
    assert!(said(&at(&["seal-key", "83181001", "--out", &again])).contains("was handed out at"));
    assert!(!at(&["seal-key", "83181001", "--out", &key, "--again"]).status.success(), "never over a file");
    assert!(at(&["seal-key", "83181001", "--out", &again, "--again"]).status.success());
    assert_eq!(std::fs::read_to_string(&again).unwrap(), text);
    assert!(!at(&["seal-key", "83182001", "--out", &path("x")]).status.success(), "a password is no key");
    assert_eq!(at(&["new-seal-epoch"]).stdout, b"epoch 2\n");
    assert!(at(&["revoke", "83181001"]).status.success());
    assert!(String::from_utf8(at(&["revoke", "83182001"]).stdout).unwrap().contains("has to be changed at the seal"));
    assert!(at(&["revoke", "--officer", "moi.nv"]).status.success());
    assert_eq!(at(&["allow", "--officer", "moi.nv"]).stdout, b"moi.nv is given tickets again\n");
    assert!(at(&["revoke", "--device", "00000000-0000-0000-0000-000000000001"]).status.success());
    for wrong in [&["revoke"][..], &["revoke", "1", "--officer", "x"], &["allow", "x"], &["seal-key", "83181001"]] {
        assert!(!at(wrong).status.success(), "{wrong:?}");
    }
    for wrong in
        ["83182001,a7,,90517", "83182001,a7,1,905173", "83182001,eseal-1,,905173", "83182001,x,,", "?,a7,,905173"]
    {
        std::fs::write(&table, format!("seal,family,epoch,password\n{wrong}\n")).unwrap();
        let output = at(&["register-seals", &table]);
        assert!(!output.status.success() && !said(&output).contains("90517"), "{}", said(&output));
    }
    // The key may also be named by the environment; without it, nothing.
    let revoke = ["revoke", "83181001", "--data", &data];
    assert!(said(&run(&revoke, "")).contains("missing"));
    assert!(program(&revoke).env("SEAL_CENTRAL_KEK", &kek).status().unwrap().success());
}
