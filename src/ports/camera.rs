//! The camera: a stream in which codes are looked for, and full-resolution stills for evidence.

use async_trait::async_trait;
use seal_core::scan::{HowRead, Symbology};
use tokio::sync::broadcast;

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CameraTrouble {
    /// The officer or the system refused the camera.
    #[error("the app is not allowed to use the camera")]
    NotAllowed,
    /// There is none.
    #[error("this device has no camera")]
    NoCamera,
    /// The stream stopped or never began.
    #[error("the camera gives no picture: {0}")]
    NoPicture(String),
}

/// What would help the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameraHint {
    /// Too dark: switch the torch on.
    Dark,
    /// Bars are visible but small: move closer.
    TooSmall,
    /// Bars are visible but smeared: out of focus, or moving.
    Blurred,
    /// Bars run out of the picture on one side.
    CutOff,
}

/// A code the camera or a picture showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Exactly what it holds.
    pub text: String,
    /// Symbology.
    pub symbology: Symbology,
    /// From the live camera, a picture or the practice feed.
    pub how: HowRead,
    /// A check digit or two frames say that it was read right. False for a picture's code that nothing but one look
    /// vouches for: the officer compares it with the label first.
    pub proven: bool,
}

/// What the officer hears and feels without looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cue {
    /// Read, and right here.
    Right,
    /// Read, but unknown, or not what belongs here: look at the screen.
    Wrong,
}

/// Which ways of telling the officer has left on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CueWays {
    /// By a tone.
    pub sound: bool,
    /// By vibration.
    pub vibration: bool,
}

/// What the camera saw.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// Pictures are coming.
    Started {
        /// There is a torch.
        torch: bool,
        /// There is a zoom.
        zoom: bool,
    },
    /// A frame without a code; what would help, if anything would.
    Nothing(Option<CameraHint>),
    /// The codes of one frame that can be believed (check digit, or two frames agree), or all of a chosen picture: at
    /// least one.
    Codes(Vec<Code>),
    /// The officer touched this code in the camera's picture.
    Touched(String),
    /// A picture chosen by the officer holds no code that can be read.
    NothingInPicture {
        /// Why, in a word for the message: `empty`, `heic`, `too_large`, `broken`.
        why: String,
    },
    /// The camera cannot go on.
    Trouble(CameraTrouble),
}

/// A full-resolution still, as the camera encoded it.
#[derive(Clone, PartialEq, Eq)]
pub struct Still {
    /// File bytes.
    pub bytes: Vec<u8>,
    /// Media type.
    pub media_type: String,
    /// Taken by our camera pipeline, not chosen from files.
    pub from_camera: bool,
}

impl std::fmt::Debug for Still {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Still").field("bytes", &self.bytes.len()).field("media_type", &self.media_type).finish()
    }
}

/// A camera. The screen shows its picture and controls torch and zoom; results arrive here.
#[async_trait]
pub trait Camera: Send + Sync {
    /// What the camera sees from now on.
    fn seen(&self) -> broadcast::Receiver<Seen>;
    /// Takes a still from the running stream.
    async fn still(&self) -> Result<Still, CameraTrouble>;
    /// Gives a cue beside the picture. Best effort: the screen says the same.
    fn cue(&self, cue: Cue, ways: CueWays);
}
