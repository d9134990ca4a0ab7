//! The program as it runs: how it ends, what it logs and counts, how it is backed up.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::common::database::Database;
use crate::common::{Phone, remark};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use seal_core::enrolment::Offer;
use seal_core::event::SignedEvent;
use seal_core::ids::Sha256;
use seal_core::wire::{B64, PushItem, PushRequest, SignInResponse};
use serde_json::{Value, json};

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seal-central"));
    if let Some(at) = args.iter().position(|arg| *arg == "--data")
        && let Some(url) = Database::of(Path::new(args[at + 1])).url()
    {
        command.env("DATABASE_URL", url);
    }
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(args: &[&str]) -> String {
    let output = program(args).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{args:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// A central with the example tables, and the first secrets of its officers.
struct Site {
    folder: tempfile::TempDir,
    secrets: String,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let example = |name| Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/import")).join(name);
        let [users, seals, cases] = ["users.csv", "seals.csv", "cases.csv"].map(example);
        let (data, secrets) = (folder.path().join("data"), folder.path().join("secrets.csv"));
        let files = [users, seals, cases, data, secrets.clone()];
        let [users, seals, cases, data, out] = files.each_ref().map(|path| path.to_str().unwrap());
        let tables = ["--users", users, "--secrets", out, "--seals", seals, "--cases", cases];
        let said = run(&[&["import", "--data", data][..], &tables].concat());
        assert!(said.contains("5 lines: 5 added, 0 changed, 0 unchanged"), "{said}");
        let secrets = std::fs::read_to_string(secrets).unwrap();
        Self { folder, secrets }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// A fresh offer to enrol a phone, as the program prints it.
    fn offer(&self) -> Offer {
        let data = self.path("data");
        let args = ["--unit", "03EE", "--address", "http://127.0.0.1:1", "--public-roots", "--data", &data];
        Offer::read(run(&[&["enrol"][..], &args].concat()).lines().next().unwrap()).unwrap()
    }

    fn secret(&self, id: &str) -> &str {
        self.secrets.lines().find_map(|line| line.strip_prefix(id)?.strip_prefix(',')).unwrap()
    }

    fn start(&self, data: &str, more: &[&str]) -> Running {
        let mut child = program(&["--listen", "127.0.0.1:0", "--data", data]);
        let mut child = child.args(more).env("RUST_LOG", "trace").spawn().unwrap();
        // Read along: a full pipe would stop it.
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let address = line(&mut out, "listening on http://");
        Running { child, log: Some(log), out, address }
    }
}

fn line(out: &mut BufReader<ChildStdout>, before: &str) -> String {
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    line.trim().strip_prefix(before).unwrap_or_else(|| panic!("{line}")).to_owned()
}

struct Running {
    child: Child,
    log: Option<std::thread::JoinHandle<String>>,
    out: BufReader<ChildStdout>,
    address: String,
}

impl Running {
    fn ask_to_end(&self) {
        assert!(Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Its log, after it ended well.
    fn end(mut self) -> String {
        self.ask_to_end();
        self.ended()
    }

    fn ended(&mut self) -> String {
        let status = self.child.wait().unwrap();
        let log = self.log.take().unwrap().join().unwrap();
        assert!(status.success(), "{log}");
        log
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        send(&self.address, method, path, headers, body)
    }

    fn sign_in(&self, site: &Site, phone: &mut Phone) -> String {
        let offer = site.offer();
        let enrolled = self.json("/v1/enrol", "", &phone.enrolment(&phone.claim(&offer)));
        assert_eq!(enrolled.status, 200, "{}", enrolled.text());
        let key = phone.key.verifying_key().to_encoded_point(false).as_bytes().to_vec();
        let secret = site.secret(&phone.officer.0);
        let body = json!({"officer": phone.officer, "secret": secret, "device": phone.device, "device_key": B64(key)});
        let answer = self.json("/v1/sign-in", "", &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let signed_in: SignInResponse = serde_json::from_slice(&answer.body).unwrap();
        phone.unit = signed_in.officer.unit;
        format!("Bearer {}", signed_in.token)
    }

    fn json(&self, path: &str, token: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("authorization", token)];
        self.send("POST", path, &headers, body.to_string().as_bytes())
    }

    fn push(&self, phone: &Phone, token: &str, events: &[SignedEvent]) -> Value {
        let items = events.iter().map(|e| PushItem { id: e.event.id, cose: B64(e.cose.clone()) }).collect();
        let body = serde_json::to_value(PushRequest { epoch: None, items }).unwrap();
        let answer = self.json(&format!("/v1/devices/{}/events", phone.device), token, &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        serde_json::from_slice(&answer.body).unwrap()
    }

    fn announce(&self, token: &str, photo: &[u8]) -> String {
        let name = Sha256::of(photo).to_string();
        let metadata = format!("sha256 {},media_type {}", STANDARD.encode(&name), STANDARD.encode("image/jpeg"));
        let length = photo.len().to_string();
        let headers = [("authorization", token), ("upload-length", &length), ("upload-metadata", &metadata)];
        let answer = self.send("POST", "/v1/photos", &headers, b"");
        assert_eq!(answer.status, 201, "{}", answer.text());
        format!("/v1/photos/{name}")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed leaves none behind; one that ended is ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> String {
        format!("{}\n{}", self.head, String::from_utf8_lossy(&self.body))
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n")
}

fn send(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request(method, path, headers, body.len()).as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    answer(stream)
}

fn answer(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: bytes[end + 4..].to_vec() }
}

fn is_answered(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let answered = stream.peek(&mut [0]).is_ok();
    stream.set_nonblocking(false).unwrap();
    answered
}

fn wal(data: &str) -> u64 {
    std::fs::metadata(PathBuf::from(data).join("central.sqlite-wal")).map_or(0, |file| file.len())
}

#[test]
fn asked_to_end_during_an_upload_it_takes_the_rest_first() {
    let site = Site::new();
    let data = site.path("data");
    let mut central = site.start(&data, &[]);
    let mut phone = Phone::new(1, "hai.tv");
    let token = central.sign_in(&site, &mut phone);
    let photo: Vec<u8> = (0..200_000u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    let path = central.announce(&token, &photo);

    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/offset+octet-stream"),
        ("upload-offset", "0"),
    ];
    let mut stream = loop {
        let mut stream = TcpStream::connect(&central.address).unwrap();
        stream.write_all(request("PATCH", &path, &headers, photo.len()).as_bytes()).unwrap();
        stream.write_all(&photo[..100_000]).unwrap();
        // It is under way when it keeps another one out, unless that one was there first and kept it out.
        std::thread::sleep(Duration::from_millis(20));
        let kept_out = central.send("PATCH", &path, &headers, b"").status == 423;
        if kept_out && !is_answered(&stream) {
            break stream;
        }
    };
    assert!(wal(&data) > 0 || !Database::of(Path::new(&data)).is_sqlite());
    central.ask_to_end();
    // No more connections are taken.
    while TcpStream::connect(&central.address).is_ok() {
        std::thread::yield_now();
    }
    stream.write_all(&photo[100_000..]).unwrap();
    let taken = answer(stream);
    assert_eq!(taken.status, 204, "{}", taken.text());
    assert!(taken.head.contains("x-sealfield-receipt"));
    let log = central.ended();
    assert!(log.contains("stopped") && !log.contains("cut off"), "{log}");
    assert_eq!(wal(&data), 0);
    let name = Sha256::of(&photo).to_string();
    assert_eq!(std::fs::read(PathBuf::from(&data).join("photos").join(&name[..2]).join(name)).unwrap(), photo);
}

#[test]
fn the_log_is_json_and_says_nothing_that_is_secret_or_personal_and_metrics_count() {
    let site = Site::new();
    let (data, table, key) = (site.path("data"), site.path("keys.csv"), site.path("key.json"));
    std::fs::write(&table, "seal,family,epoch,password\n83189001,eseal-1,,\n83189002,a7,,905173\n").unwrap();
    run(&["register-seals", &table, "--data", &data]);
    run(&["seal-key", "83189001", "--out", &key, "--data", &data]);
    let key: Value = serde_json::from_str(&std::fs::read_to_string(key).unwrap()).unwrap();
    let mut central = site.start(&data, &["--log", "json", "--metrics", "127.0.0.1:0"]);
    let metrics = line(&mut central.out, "metrics on http://");

    let mut phone = Phone::new(1, "hai.tv");
    let token = central.sign_in(&site, &mut phone);
    let wrong = json!({"officer": "hai.tv", "secret": "bí mật sai zqwx", "device": phone.device,
        "device_key": B64(phone.key.verifying_key().to_encoded_point(false).as_bytes().to_vec())});
    assert_eq!(central.json("/v1/sign-in", "", &wrong).status, 401);
    assert_eq!(central.json("/v1/sign-in", "", &json!({"secret": "bí mật lạc xvqz"})).status, 422);
    let good = phone.event(None, remark("lời ghi riêng tư"));
    let bad = phone.event_with(None, remark("lời ghi khác"), |event| event.officer.0 = "nobody".to_owned());
    let (again, bad) = ([good.clone()], [good, bad]);
    assert_eq!(central.push(&phone, &token, &bad)["results"][1]["code"], "officer");
    central.push(&phone, &token, &again);
    let changes = central.send("GET", "/v1/changes?cursor=", &[("authorization", &token)], b"");
    assert!(changes.text().contains("Biển Xanh"));
    let wishes = json!({"seals": [{"seal": "83189001"}, {"seal": "83189002"}]});
    let tickets: Value = serde_json::from_slice(&central.json("/v1/tickets", &token, &wishes).body).unwrap();
    let given = tickets["tickets"].as_array().unwrap();
    assert!(given.len() >= 2, "{tickets}");
    let photo = b"not much of a photograph";
    let path = central.announce(&token, photo);
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/offset+octet-stream"),
        ("upload-offset", "0"),
    ];
    assert_eq!(central.send("PATCH", &path, &headers, photo).status, 204);
    // A token where none belongs.
    let query = format!("/v1/changes?cursor={}", token.trim_start_matches("Bearer "));
    assert_eq!(central.send("GET", &query, &[("authorization", &token)], b"").status, 410);

    let (host, path) = metrics.split_once('/').unwrap();
    let counted = send(host, "GET", &format!("/{path}"), &[], b"").text();
    for wanted in [
        "seal_central_requests_total{method=\"POST\",route=\"/v1/sign-in\",status=\"200\"} 1",
        "seal_central_events_total{outcome=\"accepted\",code=\"\"} 1",
        "seal_central_events_total{outcome=\"duplicate\",code=\"\"} 1",
        "seal_central_events_total{outcome=\"rejected\",code=\"officer\"} 1",
        "seal_central_sign_ins_total{outcome=\"secret\"} 1",
        "seal_central_enrolments_total{outcome=\"ok\"} 1",
        "seal_central_photo_bytes_total 24",
        "seal_central_record_events 1",
        "seal_central_request_seconds_bucket{le=",
        "seal_central_database_wait_seconds_count",
        "# EOF",
    ] {
        assert!(counted.contains(wanted), "{wanted} in {counted}");
    }
    assert_eq!(send(host, "GET", "/v1/changes", &[], b"").status, 404, "metrics only");
    assert_eq!(central.send("GET", "/metrics", &[], b"").status, 404);

    let log = central.end();
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object())), "{log}");
    assert!(log.contains("signed in") && log.contains("event rejected") && log.contains("answered"));
    let mut secret: Vec<String> = vec![
        token.trim_start_matches("Bearer ").to_owned(),
        site.secret("hai.tv").to_owned(),
        key["k_seal"].as_str().unwrap().to_owned(),
        std::fs::read_to_string(PathBuf::from(&data).join("seal-kek")).unwrap().trim().to_owned(),
    ];
    for ticket in given {
        secret.extend(["ticket", "secret"].map(|field| ticket[field].as_str().unwrap().to_owned()));
    }
    // No digits alone, which a time or an id could show by chance; six of them hardly ever are.
    let personal =
        ["zqwx", "xvqz", "905173", "Trần Văn Hải", "Hải", "Biển Xanh", "Sông Hồng", "Vũ Văn Nam", "lời ghi", "SFPU"];
    secret.extend(personal.map(str::to_owned));
    for word in secret.iter().filter(|word| !word.is_empty()) {
        assert!(!log.contains(word.as_str()), "{word} is in the log");
    }
}

#[test]
fn an_address_that_asks_too_often_waits_and_a_proxy_tells_who_asks() {
    let site = Site::new();
    let data = site.path("data");
    let ping = |central: &Running, from: &str| central.send("GET", "/v1/ping", &[("x-forwarded-for", from)], b"");
    let central = site.start(&data, &["--rate-address", "1/3"]);
    // Without a proxy of ours the header is nobody's word.
    let seen: Vec<u16> = (0..8).map(|n| ping(&central, &format!("10.0.0.{n}")).status).collect();
    assert!(seen[..3] == [204; 3] && seen.contains(&429), "{seen:?}");
    let refused = (0..8).map(|_| ping(&central, "x")).find(|answer| answer.status == 429).unwrap();
    assert!(refused.head.contains("retry-after: 1") && refused.text().contains("too_often"), "{}", refused.text());
    central.end();

    let central = site.start(&data, &["--rate-address", "1/3", "--behind-proxy"]);
    let seen: Vec<u16> = (0..8).map(|n| ping(&central, &format!("198.51.100.7, 10.0.0.{n}")).status).collect();
    assert_eq!(seen, [204; 8]);
    central.end();
}

#[test]
fn a_backup_of_a_running_central_is_whole_and_can_be_restored() {
    let site = Site::new();
    let (data, copy) = (site.path("data"), site.path("copy"));
    let central = site.start(&data, &[]);
    let mut phone = Phone::new(1, "hai.tv");
    let token = central.sign_in(&site, &mut phone);
    let before = phone.event(None, remark("before"));
    central.push(&phone, &token, std::slice::from_ref(&before));
    let photo = b"a photograph";
    let path = central.announce(&token, photo);
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/offset+octet-stream"),
        ("upload-offset", "0"),
    ];
    assert_eq!(central.send("PATCH", &path, &headers, photo).status, 204);
    let database = Database::of(Path::new(&data));
    if !database.is_sqlite() {
        // PostgreSQL is copied with its own tool, by whoever has it, and the photographs with any.
        let refused = program(&["backup", &copy, "--data", &data]).output().unwrap();
        assert!(String::from_utf8_lossy(&refused.stderr).contains("pg_dump"));
        central.end();
        return;
    }
    assert_eq!(run(&["backup", &copy, "--data", &data]), "1 events, 1 photographs, 1 of them copied now\n");
    assert!(!PathBuf::from(&copy).join("seal-kek").exists(), "the key lies elsewhere");
    let after = phone.event(None, remark("after"));
    central.push(&phone, &token, std::slice::from_ref(&after));
    assert_eq!(run(&["backup", &copy, "--data", &data]), "2 events, 1 photographs, 0 of them copied now\n");
    let late = phone.event(None, remark("late"));
    central.push(&phone, &token, std::slice::from_ref(&late));
    central.end();

    std::fs::copy(PathBuf::from(&data).join("seal-kek"), PathBuf::from(&copy).join("seal-kek")).unwrap();
    run(&["restored", "--data", &copy]);
    let central = site.start(&copy, &[]);
    let answer = central.push(&phone, &token, &[before, after, late]);
    let seen: Vec<_> = answer["results"].as_array().unwrap().iter().map(|result| result["status"].clone()).collect();
    assert_eq!(seen, ["duplicate", "duplicate", "accepted"]);
    let head = central.send("HEAD", &path, &[("authorization", &token)], b"");
    assert!(head.head.contains("x-sealfield-receipt"), "{}", head.head);
    central.end();
}
