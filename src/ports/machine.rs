//! What the phone can tell of itself beyond what was recorded on it.

/// The app as it runs on this phone.
pub trait Machine: Send + Sync {
    /// App and version, e.g. `seal-field 0.1.0`.
    fn app(&self) -> String;
    /// Operating system and processor, e.g. `android aarch64`.
    fn system(&self) -> String;
    /// Last lines of the app's own log, the oldest first; a few kilobytes, no secret among them.
    fn log(&self) -> Vec<String>;
}
