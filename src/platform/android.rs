//! Android. Type-checked on every change; not yet run on a device.

use std::path::PathBuf;
use std::time::Duration;

// `::jni` is 0.22; Dioxus brings 0.21 of its own, and the two never share an `Env`.
use ::jni::objects::{JObject, JString};
use ::jni::{Env, JavaVM, jni_sig, jni_str};
use rustix::time::{ClockId, clock_gettime};

use super::PlatformError;

/// `Context.getNoBackupFilesDir()`: private, and never copied to another phone.
///
/// Needs the activity; a background worker is given the folder as an argument.
pub fn data_folder() -> Result<PathBuf, PlatformError> {
    with_activity(|env, activity| {
        let folder =
            env.call_method(activity, jni_str!("getNoBackupFilesDir"), jni_sig!("()Ljava/io/File;"), &[])?.l()?;
        let path = env.call_method(&folder, jni_str!("getAbsolutePath"), jni_sig!("()Ljava/lang/String;"), &[])?.l()?;
        JString::cast_local(env, path)?.try_to_string(env)
    })
    .map(PathBuf::from)
    .map_err(|error| PlatformError::NoDataFolder(error.to_string()))
}

/// `CLOCK_BOOTTIME`, the clock of `SystemClock.elapsedRealtime()`.
pub fn time_since_boot() -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

fn with_activity<T>(
    act: impl FnOnce(&mut Env<'_>, &JObject<'_>) -> Result<T, ::jni::errors::Error>,
) -> Result<T, ::jni::errors::Error> {
    let context = ndk_context::android_context();
    // SAFETY: the start-up code of the window library put the live VM there before `main`.
    let vm = unsafe { JavaVM::from_raw(context.vm().cast()) };
    vm.attach_current_thread(|env| {
        // SAFETY: a global reference that outlives this call; ManuallyDrop, since it is not ours to free.
        let activity = std::mem::ManuallyDrop::new(unsafe { JObject::from_raw(env, context.context().cast()) });
        act(env, &activity)
    })
}
