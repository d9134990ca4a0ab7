//! Messages of a page that means no good. The socket itself is tested with the practice server.

use proptest::prelude::*;

use super::*;

fn message(kind: u8, w: u16, h: u16, data: &[u8]) -> Vec<u8> {
    let size = [w.to_be_bytes(), h.to_be_bytes()].concat();
    [b"SF", [kind, 0].as_slice(), &size, data].concat()
}

/// A page of an open camera, and what the screens hear.
fn page() -> (Arc<CameraHub>, PageLink, broadcast::Receiver<CameraEvent>) {
    let cameras = Cameras::new();
    let hub = cameras.open();
    let events = hub.subscribe();
    let page = cameras.connect(hub.secret()).unwrap();
    (hub, page, events)
}

#[tokio::test]
async fn sizes_that_do_not_fit_are_refused_and_the_next_frame_is_read() {
    let (_hub, mut page, mut events) = page();
    let large = u16::MAX;
    for (w, h, bytes) in [
        (0, 0, 0),
        (0, 9, 9),
        (9, 0, 9),
        (1, 1, 0),
        (1, 1, 2),
        (64, 64, 4095),
        (2560, 1440, 9),
        (large, 1, 9),
        (1, large, 9),
    ] {
        let answer = page.binary(message(1, w, h, &vec![128; bytes])).await.unwrap().unwrap();
        assert!(answer.contains("error"), "{w} x {h}: {answer}");
        assert!(matches!(events.try_recv(), Ok(CameraEvent::Unread(BarcodeError::Size { .. }))), "{w} x {h}");
    }
    // More than any camera gives: not even looked at.
    for (w, h) in [(large, large), (2561, 1440), (large, 57)] {
        let answer = page.binary(message(1, w, h, &[])).await.unwrap().unwrap();
        assert!(answer.contains("not understood"), "{w} x {h}: {answer}");
        assert!(events.try_recv().is_err());
    }
    let answer = page.binary(message(1, 64, 64, &[128; 64 * 64])).await.unwrap().unwrap();
    assert!(answer.contains("\"found\":[]"), "{answer}");
}

#[tokio::test]
async fn what_is_no_picture_is_an_error_for_the_screen() {
    let (_hub, mut page, mut events) = page();
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bomb.extend([0xff; 8]); // announces 4 milliards by 4 milliards pixels
    for bytes in [b"".as_slice(), b"\xff\xd8\xff", b"<svg/>", &bomb] {
        assert_eq!(page.binary(message(3, 0, 0, bytes)).await.unwrap(), None);
        assert!(matches!(events.try_recv(), Ok(CameraEvent::Picture(Err(_)))));
    }
}

#[tokio::test]
async fn texts_of_strangers_change_nothing() {
    let (_hub, mut page, mut events) = page();
    let deep = "[".repeat(1 << 20);
    for text in ["", "{", "null", "7", r#"{"do":"still"}"#, r#"{"started":{"width":-1}}"#, r#"{"started":[]}"#, &deep] {
        assert_eq!(page.text(text), Ok(()));
        assert!(events.try_recv().is_err(), "{text:.40}");
    }
    assert_eq!(page.text(r#"{"trouble":"something_new"}"#), Ok(()));
    assert!(matches!(events.try_recv(), Ok(CameraEvent::Trouble(CameraTrouble::Failed))));
}

proptest! {
    #[test]
    fn taking_a_message_apart_never_stops_and_never_invents(
        mark in prop::option::of(Just(*b"SF")),
        bytes in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let bytes = [mark.map(Vec::from).unwrap_or_default(), bytes].concat();
        let data = bytes.get(HEADER..).unwrap_or_default().to_vec();
        match incoming(bytes.clone()) {
            None => {}
            Some(Incoming::Frame { w, h, luma, .. }) => {
                prop_assert!(w * h <= MAX_FRAME_PIXELS);
                prop_assert_eq!(luma, data);
            }
            Some(Incoming::Still(rest) | Incoming::Chosen(rest) | Incoming::Picture { bytes: rest, .. }) => {
                prop_assert!(bytes.starts_with(b"SF"));
                prop_assert_eq!(rest, data);
            }
        }
    }
}
