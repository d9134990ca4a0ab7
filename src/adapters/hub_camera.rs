//! The camera port over the page's camera: what the hub hears becomes what acts and screens may believe.

use std::sync::Arc;

use async_trait::async_trait;
use seal_core::scan::HowRead;
use tokio::sync::broadcast;

use super::barcode::{BarcodeError, Hint};
use super::camera_hub::{CameraEvent, CameraHub, CameraTrouble as PageTrouble, StillError};
use crate::ports::camera::{Camera, CameraHint, CameraTrouble, Seen, Still};

/// [`Camera`] of one screen session.
#[derive(Debug)]
pub struct HubCamera {
    hub: Arc<CameraHub>,
    seen: broadcast::Sender<Seen>,
}

impl HubCamera {
    /// Listens to the hub for as long as it lives. Call inside a Tokio runtime.
    #[must_use]
    pub fn new(hub: Arc<CameraHub>) -> Self {
        let (seen, _) = broadcast::channel(32);
        let mut events = hub.subscribe();
        let tell = seen.clone();
        tokio::spawn(async move {
            let mut how = HowRead::Camera;
            loop {
                match events.recv().await {
                    Ok(event) => {
                        if let CameraEvent::Started(started) = &event {
                            how = if started.practice { HowRead::PracticeFeed } else { HowRead::Camera };
                        }
                        for item in translate(event, how) {
                            // Nobody on a scan screen: nothing to tell.
                            let _ = tell.send(item);
                        }
                    }
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            }
        });
        Self { hub, seen }
    }
}

fn translate(event: CameraEvent, how: HowRead) -> Vec<Seen> {
    match event {
        CameraEvent::Started(started) => vec![Seen::Started { torch: started.torch, zoom: started.zoom.is_some() }],
        CameraEvent::Frame(reading) if reading.found.is_empty() => {
            vec![Seen::Nothing(reading.hint.map(|hint| match hint {
                Hint::Dark => CameraHint::Dark,
                Hint::TooSmall => CameraHint::TooSmall,
            }))]
        }
        CameraEvent::Frame(reading) => reading
            .found
            .into_iter()
            .filter(|seen| seen.trusted)
            .map(|seen| Seen::Code { text: seen.found.text, symbology: seen.found.symbology, how })
            .collect(),
        CameraEvent::Picture(Ok(found)) if found.is_empty() => vec![Seen::NothingInPicture { why: "empty".to_owned() }],
        CameraEvent::Picture(Ok(found)) => found
            .into_iter()
            .map(|found| Seen::Code { text: found.text, symbology: found.symbology, how: HowRead::Picture })
            .collect(),
        CameraEvent::Picture(Err(error)) => {
            let why = match error {
                BarcodeError::HeicUnsupported => "heic",
                BarcodeError::TooLarge => "too_large",
                _ => "broken",
            };
            vec![Seen::NothingInPicture { why: why.to_owned() }]
        }
        CameraEvent::Trouble(PageTrouble::Denied) => vec![Seen::Trouble(CameraTrouble::NotAllowed)],
        CameraEvent::Trouble(PageTrouble::NoCamera) => vec![Seen::Trouble(CameraTrouble::NoCamera)],
        CameraEvent::Trouble(other) => vec![Seen::Trouble(CameraTrouble::NoPicture(other.to_string()))],
        // A frame that could not be searched counts as one without a code: the next one comes at once.
        CameraEvent::Unread(_) => vec![Seen::Nothing(None)],
        // Pictures from files are no evidence; a closed camera needs no words.
        CameraEvent::Photo(_) | CameraEvent::Stopped => Vec::new(),
    }
}

#[async_trait]
impl Camera for HubCamera {
    fn seen(&self) -> broadcast::Receiver<Seen> {
        self.seen.subscribe()
    }

    async fn still(&self) -> Result<Still, CameraTrouble> {
        let bytes = self.hub.take_still().await.map_err(|error| match error {
            StillError::NotRunning | StillError::TooSlow => CameraTrouble::NoPicture(error.to_string()),
        })?;
        Ok(Still { bytes, media_type: "image/jpeg".to_owned(), from_camera: true })
    }
}
