//! What the camera's page says over its socket: any script in that page may say it.

use std::sync::Arc;

use seal_field::adapters::camera_hub::{CameraEvent, CameraHub, Cameras, PageLink};
use tokio::runtime::Runtime;

use super::target;
use crate::mutate;
use crate::run::{Job, Target};

pub(super) fn targets() -> Vec<Target> {
    vec![
        target("page-text", "texts of the camera's page: an unknown one is ignored, the link goes on", || {
            let seeds = [
                serde_json::json!({"started": {"practice": true, "width": 640, "height": 480, "torch": false, "zoom": 3.0}}),
                serde_json::json!({"trouble": "denied"}),
                serde_json::json!({"stopped": true}),
            ];
            let mut page = Page::new();
            Job::of_text(
                move |rng| mutate::json(rng, &seeds),
                move |text| {
                    let mut events = page.hub.subscribe();
                    assert!(page.link.text(text).is_ok());
                    let told = std::iter::from_fn(|| events.try_recv().ok()).count();
                    assert!(told <= 1);
                },
            )
        }),
        Target {
            inputs: 50_000,
            smoke: 100,
            megabytes: 400,
            ..target("page-binary", "frames and pictures of the page: a frame is answered, lies are told so", || {
                let seeds = frames();
                let mut page = Page::new();
                Job::new(move |rng| mutate::bytes(rng, &seeds), move |bytes| page.said(bytes))
            })
        },
    ]
}

/// Frames of 12 by 10 grey pixels, and files: kind, formats, width, height.
fn frames() -> Vec<Vec<u8>> {
    let frame = |kind, formats, w: u8, h: u8, data: &[u8]| [b"SF", &[kind, formats, 0, w, 0, h][..], data].concat();
    vec![
        frame(1, 0, 12, 10, &[90; 120]),
        frame(1, 1, 40, 3, &[7; 120]),
        frame(1, 255, 0, 0, &[]),
        frame(2, 0, 0, 0, b"\xFF\xD8 a photograph"),
        frame(3, 0, 0, 0, b"\xFF\xD8\xFF\xE0 no picture"),
        frame(4, 0, 0, 0, b"\x89PNG chosen"),
    ]
}

struct Page {
    runtime: Runtime,
    hub: Arc<CameraHub>,
    /// Holds what the hub is found by.
    _cameras: Cameras,
    link: PageLink,
}

impl Page {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let cameras = Cameras::new();
        let hub = cameras.open();
        let link = cameras.connect(hub.secret()).expect("its own secret");
        Self { runtime, hub, _cameras: cameras, link }
    }

    fn said(&mut self, bytes: &[u8]) {
        let mut events = self.hub.subscribe();
        let answer = self.runtime.block_on(self.link.binary(bytes.to_vec())).expect("the hub is there");
        let told: Vec<CameraEvent> = std::iter::from_fn(|| events.try_recv().ok()).collect();
        match answer {
            Some(answer) => {
                let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON for the page");
                let lies = answer["error"].is_string();
                assert!(lies || answer["found"].is_array(), "{answer}");
                assert!(told.len() <= 1);
                if let [CameraEvent::Frame(reading)] = &told[..] {
                    assert!(
                        reading
                            .found
                            .iter()
                            .flat_map(|seen| seen.found.corners.iter().flatten())
                            .all(|c| c.is_finite())
                    );
                }
            }
            None => assert!(matches!(&told[..], [CameraEvent::Photo(_) | CameraEvent::Picture(_)]), "{told:?}"),
        }
    }
}
