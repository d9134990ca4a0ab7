//! Against a server that answers whatever the test says, byte by byte.

use std::sync::{Arc, Mutex};

use seal_core::ids::EventId;
use seal_core::outbox::Receipt;
use seal_core::wire::{B64, Change, PROTO, PushItem, PushResult, PushStatus};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::*;

/// Answers each connection with the next of `answers`; keeps what was asked.
async fn server(answers: Vec<String>) -> (HttpCentral, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let central = HttpCentral::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = asked.clone();
    tokio::spawn(async move {
        for answer in answers {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            loop {
                let n = socket.read(&mut buffer).await.unwrap();
                request.extend_from_slice(&buffer[..n]);
                let text = String::from_utf8_lossy(&request);
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length =
                    head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                if n == 0 || body.len() >= length.unwrap_or(0) {
                    break;
                }
            }
            heard.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
            // A client that has seen enough of a hostile answer hangs up.
            let _ = socket.write_all(answer.as_bytes()).await;
            let _ = socket.shutdown().await;
        }
    });
    (central, asked)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
}

fn ours(status: &str, headers: &str, body: &str) -> String {
    answer(status, &format!("x-sealfield-proto: sealfield/1\r\n{headers}"), body)
}

fn item() -> PushItem {
    PushItem { id: EventId(Uuid::from_u128(5)), cose: B64(vec![1, 2]) }
}

fn pushed(id: EventId) -> String {
    serde_json::to_string(&PushResponse {
        proto: PROTO.to_owned(),
        epoch: "e".to_owned(),
        server_time: jiff::Timestamp::UNIX_EPOCH,
        results: vec![PushResult {
            id,
            status: PushStatus::Accepted {
                receipt: Receipt { server_seq: 1, at: jiff::Timestamp::UNIX_EPOCH, code: "X".to_owned() },
            },
        }],
        need_photos: Vec::new(),
        checkpoint: None,
    })
    .unwrap()
}

async fn push(answer: String) -> Result<PushResponse, CentralTrouble> {
    let (central, _) = server(vec![answer]).await;
    central.push(DeviceId(Uuid::from_u128(1)), &PushRequest { epoch: None, items: vec![item()] }).await
}

#[tokio::test]
async fn success_is_believed_only_with_every_mark_of_ours() {
    let kind = "content-type: application/vnd.sealfield.push+json\r\n";
    let good = pushed(item().id);
    assert!(push(ours("200 OK", kind, &good)).await.is_ok());
    assert_eq!(push(answer("200 OK", kind, &good)).await.unwrap_err(), CentralTrouble::Portal);
    let html = "content-type: text/html\r\n";
    assert_eq!(push(ours("200 OK", html, &good)).await.unwrap_err(), CentralTrouble::Portal);
    assert_eq!(push(answer("200 OK", html, "<html>")).await.unwrap_err(), CentralTrouble::Portal);
    let other = good.replace("sealfield/1", "sealfield/9");
    assert_eq!(push(ours("200 OK", kind, &other)).await.unwrap_err(), CentralTrouble::Portal);
    let another = pushed(EventId(Uuid::from_u128(6)));
    assert!(matches!(push(ours("200 OK", kind, &another)).await, Err(CentralTrouble::Offline(_))));
    let half = ours("200 OK", kind, &good);
    assert!(matches!(push(half[..half.len() - 9].to_owned()).await, Err(CentralTrouble::Offline(_))));
}

#[tokio::test]
async fn each_status_has_its_class() {
    let problem = r#"{"type":"about:blank","title":"t","status":403,"detail":"no","code":"role"}"#;
    assert_eq!(push(ours("401 Unauthorized", "", "")).await.unwrap_err(), CentralTrouble::SignIn);
    assert_eq!(push(answer("401 Unauthorized", "", "")).await.unwrap_err(), CentralTrouble::Portal);
    assert_eq!(push(answer("302 Found", "location: http://login/\r\n", "")).await.unwrap_err(), CentralTrouble::Portal);
    assert_eq!(push(answer("511 Network", "", "")).await.unwrap_err(), CentralTrouble::Portal);
    assert_eq!(push(ours("426 Upgrade Required", "", "")).await.unwrap_err(), CentralTrouble::Upgrade);
    assert!(matches!(push(ours("403 No", "", problem)).await, Err(CentralTrouble::Forbidden(p)) if p.code == "role"));
    assert!(matches!(push(ours("422 No", "", problem)).await, Err(CentralTrouble::Refused(p)) if p.code == "role"));
    assert!(matches!(push(ours("413 Large", "", "")).await, Err(CentralTrouble::Refused(p)) if p.status == 413));
    let busy = |retry_after_s| CentralTrouble::Busy { retry_after_s };
    assert_eq!(push(ours("503 Busy", "retry-after: 7\r\n", "")).await.unwrap_err(), busy(Some(7)));
    assert_eq!(push(answer("502 Bad Gateway", "", "")).await.unwrap_err(), busy(None));
}

#[tokio::test]
async fn no_connection_is_offline() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let central = HttpCentral::new(&format!("http://{closed}")).unwrap();
    assert!(matches!(central.ping().await, Err(CentralTrouble::Offline(_))));
}

#[tokio::test]
async fn ping_needs_our_mark() {
    let (central, _) = server(vec![ours("204 No Content", "", ""), answer("204 No Content", "", "")]).await;
    assert_eq!(central.ping().await, Ok(()));
    assert_eq!(central.ping().await, Err(CentralTrouble::Portal));
}

#[tokio::test]
async fn an_unknown_change_does_not_hold_the_others() {
    let body = r#"{"proto":"sealfield/1","epoch":"e","server_time":"2026-11-23T00:00:00Z","next":"2","more":false,
        "changes":[{"change":"hologram"},{"change":"doc","doc":{"hologram":1}},{"change":"event","server_seq":2,"cose":"AQI"}]}"#;
    let kind = "content-type: application/vnd.sealfield.changes+json\r\n";
    let spoiled = body.replace("\"AQI\"", "7");
    let answers = vec![ours("410 Gone", "", ""), ours("200 OK", kind, body), ours("200 OK", kind, &spoiled)];
    let (central, asked) = server(answers).await;
    let page = central.changes(Some("old & odd"), 9).await.unwrap();
    assert!(matches!(page.changes[..], [Change::Unknown, Change::Unknown, Change::Event { server_seq: 2, .. }]));
    let asked = asked.lock().unwrap().clone();
    assert!(asked[0].starts_with("GET /v1/changes?limit=9&cursor=old+%26+odd "), "{}", asked[0]);
    assert!(asked[1].starts_with("GET /v1/changes?limit=9 "));
    // A fact is never left out.
    let trouble = central.changes(None, 9).await.unwrap_err();
    assert!(matches!(&trouble, CentralTrouble::Offline(why) if why.contains("fact")), "{trouble:?}");
}

#[tokio::test]
async fn a_photo_goes_by_tus() {
    let receipt = r#"x-sealfield-receipt: {"server_seq":0,"at":"2026-11-23T00:00:00Z","code":"Y"}"#;
    let photo = Sha256::of(b"abcdef");
    let (central, asked) = server(vec![
        ours("404 Not Found", "", ""),
        ours("201 Created", "upload-offset: 0\r\n", ""),
        ours("409 Conflict", "", ""),
        ours("200 OK", "upload-offset: 2\r\n", ""),
        ours("204 No Content", &format!("upload-offset: 6\r\n{receipt}\r\n"), ""),
    ])
    .await;
    let partial = |offset| PhotoAtCentral::Partial { offset };
    assert_eq!(central.photo_state(&photo, 6, "image/jpeg").await.unwrap(), partial(0));
    assert_eq!(central.photo_append(&photo, 0, b"abc".to_vec()).await.unwrap(), partial(2));
    let done = central.photo_append(&photo, 2, b"cdef".to_vec()).await.unwrap();
    assert!(matches!(done, PhotoAtCentral::Complete(receipt) if receipt.code == "Y"));
    let asked = asked.lock().unwrap();
    assert!(asked[4].starts_with(&format!("PATCH /v1/photos/{photo} ")) && asked[4].ends_with("cdef"));
    assert!(asked[4].contains("upload-offset: 2"));
}

#[tokio::test]
async fn the_token_goes_along_and_survives_a_restart_but_never_shows() {
    let body = serde_json::json!({"proto": PROTO, "token": "t0ken", "expires": "2026-11-23T12:00:00Z",
        "officer": {"id": "khoa.nm", "name": "K", "unit": "03EE", "roles": ["officer"]},
        "server_time": "2026-11-23T00:00:00Z"});
    let signed_in = ours("200 OK", "content-type: application/json\r\n", &body.to_string());
    let folder = tempfile::tempdir().unwrap();
    let vault: Arc<dyn Vault> = Arc::new(crate::adapters::vault_file::FileVault::open(folder.path()).unwrap());
    let (central, asked) = server(vec![signed_in, ours("204 No Content", "", "")]).await;
    let central = central.keeping_token_in(vault.clone());
    let request = SignInRequest {
        officer: seal_core::ids::OfficerId("khoa.nm".to_owned()),
        secret: "pw".to_owned(),
        device: vault.device(),
        device_key: B64(vault.public_key()),
    };
    let answer = central.sign_in(request).await.unwrap();
    assert!(!format!("{answer:?}").contains("t0ken"));
    central.ping().await.unwrap();
    assert!(asked.lock().unwrap()[1].contains("authorization: Bearer t0ken"));
    let again = HttpCentral::new("http://127.0.0.1:1").unwrap().keeping_token_in(vault.clone());
    assert_eq!(again.token.lock().unwrap().as_deref(), Some("t0ken"));
    again.sign_out();
    assert_eq!(vault.secret(TOKEN).unwrap(), None);
}

#[test]
fn evidence_does_not_travel_in_the_clear() {
    assert!(matches!(HttpCentral::new("http://central.example"), Err(HttpSetupError::NotHttps)));
    assert!(HttpCentral::new("https://central.example/api").is_ok());
    assert!(matches!(HttpCentral::new("central"), Err(HttpSetupError::Address(_))));
}

/// Whatever a stranger or a broken central answers, no item of it is acknowledged and no photograph is complete.
#[tokio::test]
async fn no_hostile_answer_acknowledges_anything() {
    const KIND: &str = "content-type: application/vnd.sealfield.push+json\r\n";
    let good = pushed(item().id);
    let chunked = |body: &str| {
        format!("HTTP/1.1 200 OK\r\nx-sealfield-proto: sealfield/1\r\n{KIND}transfer-encoding: chunked\r\n\r\n{body}")
    };
    let piece = format!("100000\r\n{}\r\n", " ".repeat(1 << 20));
    let twice = "x-sealfield-proto: sealfield/2\r\nx-sealfield-proto: sealfield/1\r\n";
    let mut both: PushResponse = serde_json::from_str(&good).unwrap();
    both.results.insert(0, PushResult { id: item().id, status: PushStatus::HashConflict });
    let both = serde_json::to_string(&both).unwrap();
    let without = |part: &str| good.replace(part, "\"other\"");
    for (what, hostile) in [
        ("nothing", String::new()),
        ("noise", "\u{0}\u{1}\u{2}\r\n\r\n".to_owned()),
        ("a login page with 200", answer("200 OK", "content-type: text/html\r\n", "<html>ok</html>")),
        ("a login page with our mark", ours("200 OK", KIND, "<html>accepted</html>")),
        ("our JSON without a media type", ours("200 OK", "", &good)),
        ("a plain JSON type", ours("200 OK", "content-type: application/json\r\n", &good)),
        ("the mark of another version first", answer("200 OK", &format!("{twice}{KIND}"), &good)),
        ("nothing with success", ours("204 No Content", KIND, "")),
        ("a body larger than any answer", ours("200 OK", KIND, &format!("{good}{}", " ".repeat(9 << 20)))),
        ("the same without a length", chunked(&format!("{}0\r\n\r\n", piece.repeat(9)))),
        ("pieces that end early", chunked(&format!("{:x}\r\n{good}\r\n", good.len()))),
        ("a length that lies", ours("200 OK", KIND, &good).replace("content-length: ", "content-length: 9")),
        ("something after the JSON", ours("200 OK", KIND, &format!("{good}<script>"))),
        ("JSON nested without end", ours("200 OK", KIND, &"[".repeat(1 << 16))),
        ("no results", ours("200 OK", KIND, &without("\"results\""))),
        ("an acceptance without a receipt", ours("200 OK", KIND, &without("\"receipt\""))),
        ("a status we do not know", ours("200 OK", KIND, &good.replace("\"accepted\"", "\"stored\""))),
        (
            "results without an item",
            ours(
                "200 OK",
                KIND,
                r#"{"proto":"sealfield/1","epoch":"e","server_time":"1970-01-01T00:00:00Z","results":[],"need_photos":[]}"#,
            ),
        ),
        ("two words on one item", ours("200 OK", KIND, &both)),
        ("no epoch", ours("200 OK", KIND, &without("\"epoch\""))),
        ("an error that carries an acceptance", ours("500 Error", KIND, &good)),
        (
            "a redirect that carries an acceptance",
            ours("307 Moved", &format!("{KIND}location: http://127.0.0.1:1/\r\n"), &good),
        ),
    ] {
        let told = push(hostile).await;
        assert!(told.is_err(), "{what}: {told:?}");
    }
}

#[tokio::test]
async fn a_photo_is_complete_only_with_a_receipt_of_ours() {
    let photo = Sha256::of(b"abcdef");
    let receipt = r#"{"server_seq":0,"at":"2026-11-23T00:00:00Z","code":"Y"}"#;
    for (what, hostile) in [
        ("a receipt without our mark", answer("204 No Content", &format!("x-sealfield-receipt: {receipt}\r\n"), "")),
        ("a receipt with an error", ours("500 Error", &format!("x-sealfield-receipt: {receipt}\r\n"), "")),
        ("a receipt that is none", ours("204 No Content", "x-sealfield-receipt: yes\r\n", "")),
        ("a receipt half", ours("204 No Content", "x-sealfield-receipt: {\"server_seq\":0}\r\n", "")),
        ("no word", ours("204 No Content", "", "")),
        ("an offset below nothing", ours("204 No Content", "upload-offset: -1\r\n", "")),
        ("an offset beyond numbers", ours("204 No Content", "upload-offset: 99999999999999999999\r\n", "")),
    ] {
        let (central, _) = server(vec![hostile.clone()]).await;
        let told = central.photo_append(&photo, 0, b"abc".to_vec()).await;
        assert!(told.is_err(), "appended, {what}: {told:?}");
        let (central, _) = server(vec![hostile]).await;
        let told = central.photo_state(&photo, 6, "image/jpeg").await;
        assert!(told.is_err(), "asked, {what}: {told:?}");
    }
    // All bytes there, it says, but no receipt: the sync does not take that for complete (see its tests).
    let (central, _) = server(vec![ours("204 No Content", "upload-offset: 6\r\n", "")]).await;
    let told = central.photo_append(&photo, 0, b"abcdef".to_vec()).await;
    assert_eq!(told, Ok(PhotoAtCentral::Partial { offset: 6 }));
}

#[tokio::test]
async fn foreign_photo_bytes_and_sign_ins_are_not_taken() {
    let photo = Sha256::of(b"abcdef");
    for hostile in [
        ours("200 OK", "content-type: image/jpeg\r\n", "abcdeg"),
        ours("200 OK", "content-type: image/jpeg\r\n", ""),
        answer("200 OK", "content-type: image/jpeg\r\n", "abcdef"),
    ] {
        let (central, _) = server(vec![hostile]).await;
        assert!(central.photo_bytes(&photo).await.is_err());
    }
    let good = serde_json::json!({"proto": PROTO, "token": "t", "expires": "2026-11-23T12:00:00Z",
        "officer": {"id": "khoa.nm", "name": "K", "unit": "03EE", "roles": ["officer"]},
        "server_time": "2026-11-23T00:00:00Z"})
    .to_string();
    let json = "content-type: application/json\r\n";
    for hostile in [
        answer("200 OK", json, &good),
        ours("200 OK", "content-type: text/html\r\n", &good),
        ours("200 OK", json, &good.replace("sealfield/1", "sealfield/9")),
        ours("200 OK", json, &good.replace("03EE", "everywhere")),
        ours("200 OK", json, &good.replace("\"token\"", "\"key\"")),
    ] {
        let (central, _) = server(vec![hostile]).await;
        let request = SignInRequest {
            officer: seal_core::ids::OfficerId("khoa.nm".to_owned()),
            secret: "pw".to_owned(),
            device: DeviceId(Uuid::from_u128(1)),
            device_key: B64(vec![4; 65]),
        };
        assert!(central.sign_in(request).await.is_err());
        assert_eq!(*central.token.lock().unwrap(), None, "no token is kept from it");
    }
}

#[tokio::test]
async fn a_wrong_secret_is_told_apart_from_a_login_page() {
    let problem = r#"{"type":"about:blank","title":"t","status":401,"detail":"no","code":"secret"}"#;
    for (said, trouble) in [
        (ours("401 Unauthorized", "content-type: application/problem+json\r\n", problem), CentralTrouble::SignIn),
        (answer("401 Unauthorized", "content-type: text/html\r\n", "<html>"), CentralTrouble::Portal),
    ] {
        let (central, _) = server(vec![said]).await;
        let request = SignInRequest {
            officer: seal_core::ids::OfficerId("khoa.nm".to_owned()),
            secret: "pw".to_owned(),
            device: DeviceId(Uuid::from_u128(1)),
            device_key: B64(vec![4; 65]),
        };
        assert_eq!(central.sign_in(request).await.unwrap_err(), trouble);
    }
}

#[tokio::test]
async fn nobody_sends_us_away_for_ever() {
    for (told, seconds) in [
        ("99999999", Some(3600)),
        ("-5", Some(0)),
        ("99999999999999999999", None),
        ("soon", None),
        ("Tue, 31 Dec 2199 23:59:59 GMT", Some(3600)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
    ] {
        let busy = push(ours("503 Busy", &format!("retry-after: {told}\r\n"), "")).await.unwrap_err();
        assert_eq!(busy, CentralTrouble::Busy { retry_after_s: seconds }, "{told}");
    }
}

mod agency {
    use seal_core::agency::{BeginRequest, FinishRequest, Flow};

    use super::*;
    use crate::ports::agency::{Agency as _, Finished, Ways};

    const JSON: &str = "content-type: application/json\r\n";

    fn asks() -> BeginRequest {
        let device = DeviceId(Uuid::from_u128(1));
        BeginRequest { device, device_key: B64(vec![4]), challenge: Sha256::of(b"x"), flow: Flow::Code }
    }

    fn begun(open: &str) -> String {
        let told = r#""expires":"1970-01-01T00:00:00Z","server_time":"1970-01-01T00:00:00Z""#;
        format!(r#"{{"proto":"sealfield/1","handle":"h",{told},"open":"{open}"}}"#)
    }

    #[tokio::test]
    async fn a_central_that_does_not_say_how_officers_sign_in_takes_secrets() {
        for (told, ways) in [
            (r#"{"proto":"sealfield/1"}"#, Ways { secret: true, agency: false }),
            (r#"{"proto":"sealfield/1","sign_in":["oidc"]}"#, Ways { secret: false, agency: true }),
            (r#"{"proto":"sealfield/1","sign_in":["secret","oidc","palm"]}"#, Ways { secret: true, agency: true }),
        ] {
            let (central, _) = server(vec![ours("200 OK", JSON, told)]).await;
            assert_eq!(central.ways().await.unwrap(), ways);
        }
        let (central, _) = server(vec![answer("200 OK", JSON, r#"{"proto":"sealfield/1"}"#)]).await;
        assert_eq!(central.ways().await.unwrap_err(), CentralTrouble::Portal);
    }

    #[tokio::test]
    async fn only_a_page_is_opened() {
        for open in ["javascript:alert(1)", "intent://x", "file:///etc/passwd", ""] {
            let (central, _) = server(vec![ours("200 OK", JSON, &begun(open))]).await;
            assert!(matches!(central.begin(&asks()).await, Err(CentralTrouble::Offline(_))), "{open}");
        }
        let (central, _) = server(vec![ours("200 OK", JSON, &begun("https://sso.example/a"))]).await;
        assert_eq!(central.begin(&asks()).await.unwrap().open, "https://sso.example/a");
    }

    #[tokio::test]
    async fn nobody_is_signed_in_before_the_central_says_so() {
        let pending = r#"{"proto":"sealfield/1","wait_s":5}"#;
        let problem = r#"{"type":"about:blank","title":"","status":403,"detail":"","code":"denied"}"#;
        let (central, _) = server(vec![
            ours("202 Accepted", JSON, pending),
            ours("403 Forbidden", "content-type: application/problem+json\r\n", problem),
            ours("200 OK", JSON, pending),
            answer("202 Accepted", JSON, pending),
        ])
        .await;
        let request = FinishRequest { handle: "h".to_owned(), verifier: B64(vec![1; 32]), digits: None };
        assert!(matches!(central.finish(&request).await, Ok(Finished::NotYet(5))));
        assert!(matches!(central.finish(&request).await, Err(CentralTrouble::Forbidden(why)) if why.code == "denied"));
        assert!(matches!(central.finish(&request).await, Err(CentralTrouble::Offline(_))));
        assert!(matches!(central.finish(&request).await, Err(CentralTrouble::Portal)));
        assert!(central.token.lock().unwrap().is_none());
    }
}
