//! What differs between operating systems, and nothing else.
//!
//! The only home of `cfg(target_os)`; a test holds that. Each system offers the
//! same few functions, so that no caller needs to know which one it runs on.
//! Ports that need a system's service are implemented here, above these.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::ports::seal_link::LinkTrouble;
use crate::ports::vault::{DeviceKeys, KeyGuard};

#[cfg(target_os = "android")]
mod android;
#[cfg(target_os = "android")]
mod android_keys;
#[cfg(target_os = "android")]
mod android_keystore;
#[cfg(target_os = "android")]
mod android_signing;
#[cfg(not(any(target_os = "android", target_os = "ios")))]
mod desktop;
#[cfg(target_os = "ios")]
mod ios;
#[cfg(target_os = "ios")]
mod ios_keys;
#[cfg(target_os = "ios")]
mod ios_signing;
#[cfg(any(target_os = "android", test))]
mod spki;

#[cfg(target_os = "linux")]
mod linux_pairing;
#[cfg(all(target_os = "linux", feature = "desktop"))]
mod linux_webview;

#[cfg(target_os = "android")]
use android as system;
#[cfg(not(any(target_os = "android", target_os = "ios")))]
use desktop as system;
#[cfg(target_os = "ios")]
use ios as system;

/// Why the operating system did not answer.
#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    /// The system names no private folder for the app's data.
    #[error("the system names no folder for this app's data: {0}")]
    NoDataFolder(String),
    /// The free space of the file system holding `folder` could not be read.
    #[error("free space of {} cannot be read: {source}", folder.display())]
    FreeSpace {
        /// The folder asked about.
        folder: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
}

/// The folder only this app can read, where everything it must keep lives.
///
/// Not created here. On phones it is outside the system's backups, because the
/// records in it are bound to this device's key.
///
/// # Errors
/// [`PlatformError::NoDataFolder`] when the system names none.
pub fn data_folder() -> Result<PathBuf, PlatformError> {
    system::data_folder()
}

/// Time since the device started, its sleep included.
///
/// Evidence and permitted times are measured with it: the wall clock can be set
/// by hand, and [`std::time::Instant`] stands still while a phone sleeps. It
/// starts again at every start of the device, so two readings compare only
/// within one.
#[must_use]
pub fn time_since_boot() -> Duration {
    system::time_since_boot()
}

/// Bytes an ordinary program may still write to the file system of `folder`.
///
/// # Errors
/// [`PlatformError::FreeSpace`], for example when `folder` does not exist.
pub fn free_space(folder: &Path) -> Result<u64, PlatformError> {
    let answer = rustix::fs::statvfs(folder)
        .map_err(|errno| PlatformError::FreeSpace { folder: folder.to_owned(), source: errno.into() })?;
    // `f_bavail`, not `f_bfree`: the rest is reserved for the system.
    Ok(answer.f_bavail.saturating_mul(answer.f_frsize))
}

/// The system's key store, which wraps the vault's key; `None` where the app uses none and the key lies in a file.
///
/// One is used on phones. Type-checked only; not yet run on a device.
#[must_use]
pub fn key_guard() -> Option<Box<dyn KeyGuard>> {
    #[cfg(target_os = "android")]
    return Some(Box::new(android_keys::Keystore));
    #[cfg(target_os = "ios")]
    return Some(Box::new(ios_keys::Keychain));
    #[cfg(not(any(target_os = "android", target_os = "ios")))]
    None
}

/// The system's store of signing keys; `None` where the app uses none and the key is a software key.
///
/// One is used on phones. Type-checked only; not yet run on a device.
#[must_use]
pub fn device_keys() -> Option<Arc<dyn DeviceKeys>> {
    #[cfg(target_os = "android")]
    return Some(Arc::new(android_signing::Keystore));
    #[cfg(target_os = "ios")]
    return Some(Arc::new(ios_signing::Enclave));
    #[cfg(not(any(target_os = "android", target_os = "ios")))]
    None
}

/// Asks the officer for the passkey on a seal's label, six digits; `None` when there will be no answer.
pub type AskPasskey = Arc<dyn Fn() -> BoxFuture<'static, Option<u32>> + Send + Sync>;

/// Whether the radio may be used and is on, as far as the system says so before it is used; makes it ready where that needs
/// doing. Android asks the officer for the permission here; the answer is seen at the next try.
///
/// # Errors
/// [`LinkTrouble::NotAllowed`], [`LinkTrouble::RadioOff`], or what the system said.
pub fn ready_radio() -> Result<(), LinkTrouble> {
    #[cfg(target_os = "android")]
    return android::ready_radio();
    #[cfg(not(target_os = "android"))]
    Ok(())
}

/// Pairs with a connected device, named as the radio names it. Phones pair by themselves as soon as a device wants it, and ask
/// the officer themselves; then nothing happens here.
///
/// # Errors
/// [`LinkTrouble::NotAccepted`] for a wrong passkey or none, [`LinkTrouble::NoAnswer`], [`LinkTrouble::LinkLost`].
#[cfg_attr(not(target_os = "linux"), allow(clippy::unused_async))]
pub async fn pair(device: &str, passkey: Option<&AskPasskey>) -> Result<(), LinkTrouble> {
    #[cfg(target_os = "linux")]
    return linux_pairing::pair(device, passkey).await;
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (device, passkey);
        Ok(())
    }
}

/// Lets the window's page use the camera where the system's webview needs telling; elsewhere it asks the user itself.
///
/// Call inside a component shown in a window.
#[cfg(any(feature = "desktop", feature = "mobile"))]
pub fn allow_camera() {
    #[cfg(all(target_os = "linux", feature = "desktop"))]
    linux_webview::allow_camera();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_since_boot_passes() {
        let first = time_since_boot();
        std::thread::sleep(Duration::from_millis(5));
        let passed = time_since_boot() - first;
        assert!(passed >= Duration::from_millis(5), "{passed:?}");
        assert!(passed < Duration::from_secs(60), "{passed:?}");
    }

    #[test]
    fn free_space_agrees_with_df() {
        let folder = std::env::temp_dir();
        let df = std::process::Command::new("df")
            .args(["--output=avail", "--block-size=1"])
            .arg(&folder)
            .output()
            .expect("df is part of every Debian");
        let df: u64 = String::from_utf8_lossy(&df.stdout)
            .lines()
            .nth(1)
            .and_then(|line| line.trim().parse().ok())
            .expect("df prints a number");
        let ours = free_space(&folder).expect("the temporary folder exists");
        // Other programs write meanwhile.
        assert!(ours.abs_diff(df) < 1 << 30, "{ours} against {df}");
    }

    #[test]
    fn free_space_of_a_missing_folder_is_an_error_naming_it() {
        let error = free_space(Path::new("/no/such/folder")).expect_err("it does not exist");
        assert!(error.to_string().contains("/no/such/folder"), "{error}");
    }
}
