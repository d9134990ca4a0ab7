//! The camera port over the page's camera: what the hub hears becomes what acts and screens may believe.

use std::sync::Arc;

use async_trait::async_trait;
use seal_core::scan::HowRead;
use tokio::sync::broadcast;

use super::barcode::{Found, Hint};
use super::camera_hub::{CameraEvent, CameraHub, CameraTrouble as PageTrouble, StillError};
use crate::ports::camera::{Camera, CameraHint, CameraTrouble, Code, Cue, CueWays, Seen, Still};

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
                Hint::Blurred => CameraHint::Blurred,
                Hint::CutOff => CameraHint::CutOff,
            }))]
        }
        // Trusted by a check digit or by agreement.
        CameraEvent::Frame(reading) => {
            let trusted = reading.found.into_iter().filter(|seen| seen.trusted);
            codes(trusted.map(|seen| code(seen.found, how, true)).collect())
        }
        CameraEvent::Picture(Ok(found)) if found.is_empty() => vec![Seen::NothingInPicture { why: "empty".to_owned() }],
        // One look, and no second frame to agree with it.
        CameraEvent::Picture(Ok(found)) => codes(
            found
                .into_iter()
                .map(|found| {
                    let proven = found.proven;
                    code(found, HowRead::Picture, proven)
                })
                .collect(),
        ),
        CameraEvent::Picture(Err(error)) => vec![Seen::NothingInPicture { why: error.word().to_owned() }],
        CameraEvent::Touched(text) => vec![Seen::Touched(text)],
        CameraEvent::Trouble(PageTrouble::Denied) => vec![Seen::Trouble(CameraTrouble::NotAllowed)],
        CameraEvent::Trouble(PageTrouble::NoCamera) => vec![Seen::Trouble(CameraTrouble::NoCamera)],
        CameraEvent::Trouble(other) => vec![Seen::Trouble(CameraTrouble::NoPicture(other.to_string()))],
        // A frame that could not be searched counts as one without a code: the next one comes at once.
        CameraEvent::Unread(_) => vec![Seen::Nothing(None)],
        // Pictures from files are no evidence; a closed camera needs no words.
        CameraEvent::Photo(_) | CameraEvent::Stopped => Vec::new(),
    }
}

fn code(found: Found, how: HowRead, proven: bool) -> Code {
    Code { text: found.text, symbology: found.symbology, how, proven }
}

/// Frames with nothing that can be believed yet say nothing.
fn codes(codes: Vec<Code>) -> Vec<Seen> {
    if codes.is_empty() { Vec::new() } else { vec![Seen::Codes(codes)] }
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

    fn cue(&self, cue: Cue, ways: CueWays) {
        if ways.sound || ways.vibration {
            self.hub.cue(cue, ways);
        }
    }
}
