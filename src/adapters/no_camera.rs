//! A device without a camera, until a screen brings one.

use async_trait::async_trait;
use tokio::sync::broadcast;

use crate::ports::camera::{Camera, CameraTrouble, Cue, CueWays, Seen, Still};

/// No camera.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCamera;

#[async_trait]
impl Camera for NoCamera {
    fn seen(&self) -> broadcast::Receiver<Seen> {
        // The sender ends here: the receiver is told at once that nothing will come.
        broadcast::channel(1).1
    }

    async fn still(&self) -> Result<Still, CameraTrouble> {
        Err(CameraTrouble::NoCamera)
    }

    /// Nothing is ever read.
    fn cue(&self, _: Cue, _: CueWays) {}
}
