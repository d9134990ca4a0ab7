use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::{self, client::IntoClientRequest};

use super::*;
use crate::adapters::barcode::BarcodeError;
use crate::adapters::camera_hub::{CameraEvent, CameraTrouble, StillError};
use crate::adapters::hub_camera::HubCamera;
use crate::ports::camera::{Camera as _, Code, Cue, CueWays, Seen};
use seal_core::scan::HowRead;
use seal_prints::{FEED_HEIGHT, FEED_WIDTH, feed_frame};
use std::time::Duration;
use tokio::sync::broadcast;

type Page = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn server() -> (Arc<Cameras>, std::net::SocketAddr) {
    let cameras = Arc::new(Cameras::new());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app: Router = routes(cameras.clone(), Arc::default(), vec![]);
    tokio::spawn(async move { axum::serve(listener, app).await });
    (cameras, address)
}

async fn page(address: std::net::SocketAddr, secret: &str, origin: Option<&str>) -> Result<Page, Option<StatusCode>> {
    let mut request = format!("ws://{address}/frames?secret={secret}").into_client_request().unwrap();
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().unwrap());
    }
    match tokio_tungstenite::connect_async(request).await {
        Ok((page, _)) => Ok(page),
        Err(tungstenite::Error::Http(r)) => Err(Some(r.status())),
        Err(_) => Err(None),
    }
}

fn message(kind: u8, w: u16, h: u16, data: &[u8]) -> tungstenite::Message {
    let mut bytes = vec![b'S', b'F', kind, 0];
    bytes.extend(w.to_be_bytes());
    bytes.extend(h.to_be_bytes());
    bytes.extend(data);
    tungstenite::Message::Binary(bytes.into())
}

async fn json(page: &mut Page) -> serde_json::Value {
    let message = tokio::time::timeout(Duration::from_secs(10), page.next()).await.unwrap().unwrap().unwrap();
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

async fn event(events: &mut broadcast::Receiver<CameraEvent>) -> CameraEvent {
    tokio::time::timeout(Duration::from_secs(10), events.recv()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_frame_is_read_answered_and_told_to_the_screens() {
    let (cameras, address) = server().await;
    let hub = cameras.open();
    let mut events = hub.subscribe();
    let mut page = page(address, hub.secret(), Some(&format!("http://{address}"))).await.unwrap();
    let started = r#"{"started":{"practice":true,"width":1280,"height":720,"torch":false,"zoom":null}}"#;
    page.send(tungstenite::Message::text(started)).await.unwrap();
    assert!(matches!(event(&mut events).await, CameraEvent::Started(s) if s.practice && s.width == 1280));

    let code = PracticeCode::new(Symbology::Code128, "CSQU3054383");
    let frame = feed_frame(&code, 1).unwrap().into_raw();
    page.send(message(1, FEED_WIDTH as u16, FEED_HEIGHT as u16, &frame)).await.unwrap();
    let answer = json(&mut page).await;
    assert_eq!(answer["found"][0]["text"], "CSQU3054383");
    assert_eq!(answer["found"][0]["symbology"], "code128");
    assert_eq!(answer["found"][0]["trusted"], true);
    assert!(answer["found"][0]["corners"][1][0].is_number());
    let CameraEvent::Frame(reading) = event(&mut events).await else { panic!() };
    assert_eq!(reading.found[0].found.text, "CSQU3054383");

    page.send(tungstenite::Message::text(r#"{"trouble":"denied"}"#)).await.unwrap();
    assert!(matches!(event(&mut events).await, CameraEvent::Trouble(CameraTrouble::Denied)));
    page.send(tungstenite::Message::text(r#"{"trouble":"martians"}"#)).await.unwrap();
    assert!(matches!(event(&mut events).await, CameraEvent::Trouble(CameraTrouble::Failed)));
    page.close(None).await.unwrap();
    assert!(matches!(event(&mut events).await, CameraEvent::Stopped));
}

#[tokio::test]
async fn stills_go_to_who_waits_and_chosen_pictures_are_searched() {
    let (cameras, address) = server().await;
    let hub = cameras.open();
    assert_eq!(hub.take_still().await, Err(StillError::NotRunning));
    let mut events = hub.subscribe();
    let mut page = page(address, hub.secret(), Some(&format!("http://{address}"))).await.unwrap();
    let waiting = tokio::spawn({
        let hub = hub.clone();
        async move {
            loop {
                // the socket may not be registered yet
                match hub.take_still().await {
                    Err(StillError::NotRunning) => tokio::time::sleep(Duration::from_millis(10)).await,
                    other => return other,
                }
            }
        }
    });
    assert_eq!(json(&mut page).await["do"], "still");
    page.send(message(2, 0, 0, b"jpeg bytes")).await.unwrap();
    assert_eq!(waiting.await.unwrap(), Ok(b"jpeg bytes".to_vec()));

    page.send(message(4, 0, 0, b"chosen")).await.unwrap();
    assert!(matches!(event(&mut events).await, CameraEvent::Photo(p) if *p == b"chosen"));
    let code = PracticeCode::new(Symbology::Qr, "83181001");
    page.send(message(3, 0, 0, &feed_png(&code, 2).unwrap())).await.unwrap();
    assert!(matches!(event(&mut events).await, CameraEvent::Picture(Ok(f)) if f[0].text == "83181001"));
    page.send(message(3, 0, 0, b"\0\0\0\x18ftypheic\0\0")).await.unwrap();
    assert!(matches!(event(&mut events).await, CameraEvent::Picture(Err(BarcodeError::HeicUnsupported))));
    hub.stop();
    assert_eq!(json(&mut page).await["do"], "stop");
}

#[tokio::test]
async fn the_page_is_told_to_sound_and_tells_what_was_touched() {
    let (cameras, address) = server().await;
    let hub = cameras.open();
    let camera = HubCamera::new(hub.clone());
    let mut seen = camera.seen();
    camera.cue(Cue::Right, CueWays { sound: true, vibration: true }); // nobody there: nothing happens
    let mut page = page(address, hub.secret(), Some(&format!("http://{address}"))).await.unwrap();
    page.send(tungstenite::Message::text(r#"{"touched":"CSQU3054383"}"#)).await.unwrap();
    let touched = tokio::time::timeout(Duration::from_secs(10), seen.recv()).await.unwrap().unwrap();
    assert_eq!(touched, Seen::Touched("CSQU3054383".to_owned()));

    camera.cue(Cue::Right, CueWays { sound: false, vibration: false });
    camera.cue(Cue::Right, CueWays { sound: true, vibration: true });
    camera.cue(Cue::Wrong, CueWays { sound: false, vibration: true });
    let order =
        |cue: &str, sound: bool| serde_json::json!({"do": "cue", "cue": cue, "sound": sound, "vibration": true});
    assert_eq!(json(&mut page).await, order("right", true));
    assert_eq!(json(&mut page).await, order("wrong", false));
}

#[tokio::test]
async fn a_pictures_code_is_proven_by_its_check_digit_only() {
    let (cameras, address) = server().await;
    let hub = cameras.open();
    let camera = HubCamera::new(hub.clone());
    let mut seen = camera.seen();
    let mut page = page(address, hub.secret(), Some(&format!("http://{address}"))).await.unwrap();
    for (symbology, text, proven) in [
        (Symbology::Code128, "CSQU3054383", true),
        (Symbology::Code128, "83181001", false),
        (Symbology::Qr, "83181001", false),
    ] {
        let code = PracticeCode::new(symbology, text);
        page.send(message(3, 0, 0, &feed_png(&code, 2).unwrap())).await.unwrap();
        let told = tokio::time::timeout(Duration::from_secs(60), seen.recv()).await.unwrap().unwrap();
        let expected = Code { text: text.to_owned(), symbology, how: HowRead::Picture, proven };
        assert_eq!(told, Seen::Codes(vec![expected]), "{text}");
    }
}

#[tokio::test]
async fn strangers_are_refused() {
    let (cameras, address) = server().await;
    let hub = cameras.open();
    let ours = format!("http://{address}");
    let refused = Err(Some(StatusCode::FORBIDDEN));
    let connect = async |secret: &str, origin: Option<&str>| page(address, secret, origin).await.map(|_| ());
    assert_eq!(connect("wrong", Some(&ours)).await, refused);
    assert_eq!(connect("", Some(&ours)).await, refused);
    assert_eq!(connect(hub.secret(), None).await, refused);
    assert_eq!(connect(hub.secret(), Some("http://evil.example")).await, refused);
    assert_eq!(connect(hub.secret(), Some("null")).await, refused);
    assert_eq!(connect(hub.secret(), Some(&ours)).await, Ok(()));
    let secret = hub.secret().to_owned();
    drop(hub);
    assert_eq!(connect(&secret, Some(&ours)).await, refused, "the screen is gone");
    assert!(!format!("{:?}", cameras.open()).contains("secret"));
    let mut rebound = HeaderMap::new();
    rebound.insert("host", "evil.example:80".parse().unwrap());
    rebound.insert("origin", "http://evil.example:80".parse().unwrap());
    assert!(!may_connect(&rebound, &[]), "a foreign name that resolves to this machine");
}

#[tokio::test]
async fn hostile_messages_are_answered_not_obeyed() {
    let (cameras, address) = server().await;
    let hub = cameras.open();
    let mut page = page(address, hub.secret(), Some(&format!("http://{address}"))).await.unwrap();
    for bad in [
        message(1, 1280, 720, b"short"),
        message(1, 65535, 65535, b""),
        message(9, 0, 0, b""),
        tungstenite::Message::Binary(b"SF".to_vec().into()),
    ] {
        page.send(bad).await.unwrap();
        assert!(json(&mut page).await["error"].is_string());
    }
    page.send(tungstenite::Message::text("{")).await.unwrap();
    page.send(message(1, 64, 64, &[128; 64 * 64])).await.unwrap();
    assert_eq!(json(&mut page).await["found"], serde_json::json!([]));
}
