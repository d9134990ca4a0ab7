//! Android. Type-checked on every change; not yet run on a device.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

// `::jni` is 0.22; Dioxus brings 0.21 of its own, and the two never share an `Env`.
use ::jni::objects::{JObject, JString, JValue};
use ::jni::{Env, JavaVM, jni_sig, jni_str};
use rustix::time::{ClockId, clock_gettime};

use super::PlatformError;
use crate::ports::seal_link::LinkTrouble;

pub(super) type Jni<T> = Result<T, ::jni::errors::Error>;

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

/// Permissions, the switch, and btleplug's start, in this order.
pub fn ready_radio() -> Result<(), LinkTrouble> {
    with_activity(|env, activity| {
        if !may_use_radio(env, activity)? {
            return Ok(Err(LinkTrouble::NotAllowed));
        }
        if !radio_is_on(env)? {
            return Ok(Err(LinkTrouble::RadioOff));
        }
        start_btleplug(env, activity)
    })
    .unwrap_or_else(|error| Err(LinkTrouble::Unreadable(error.to_string())))
}

/// From Android 12 two permissions of their own; before, a scan counts as finding the phone's place.
fn radio_permissions(env: &mut Env<'_>) -> Jni<&'static [&'static str]> {
    let version =
        env.get_static_field(jni_str!("android/os/Build$VERSION"), jni_str!("SDK_INT"), jni_sig!("I"))?.i()?;
    Ok(if version >= 31 {
        &["android.permission.BLUETOOTH_SCAN", "android.permission.BLUETOOTH_CONNECT"]
    } else {
        &["android.permission.ACCESS_FINE_LOCATION"]
    })
}

/// Asks for what is missing. The system shows its question over the app; asked again at the next try if it was not answered.
fn may_use_radio(env: &mut Env<'_>, activity: &JObject<'_>) -> Jni<bool> {
    const GRANTED: i32 = 0;
    let wanted = radio_permissions(env)?;
    let mut missing = Vec::new();
    for name in wanted {
        let text = env.new_string(name)?;
        let answer = env
            .call_method(
                activity,
                jni_str!("checkSelfPermission"),
                jni_sig!("(Ljava/lang/String;)I"),
                &[JValue::Object(&text)],
            )?
            .i()?;
        if answer != GRANTED {
            missing.push(text);
        }
    }
    if missing.is_empty() {
        return Ok(true);
    }
    let count = i32::try_from(missing.len()).unwrap_or(i32::MAX);
    let names = env.new_object_array(count, jni_str!("java/lang/String"), JObject::null())?;
    for (at, name) in missing.iter().enumerate() {
        names.set_element(env, at, name)?;
    }
    // The answer goes to the activity, which has no use for it: the number says nothing.
    env.call_method(
        activity,
        jni_str!("requestPermissions"),
        jni_sig!("([Ljava/lang/String;I)V"),
        &[JValue::Object(&names), JValue::Int(1)],
    )?;
    Ok(false)
}

fn radio_is_on(env: &mut Env<'_>) -> Jni<bool> {
    let adapter = env
        .call_static_method(
            jni_str!("android/bluetooth/BluetoothAdapter"),
            jni_str!("getDefaultAdapter"),
            jni_sig!("()Landroid/bluetooth/BluetoothAdapter;"),
            &[],
        )?
        .l()?;
    if adapter.is_null() {
        return Ok(false);
    }
    env.call_method(&adapter, jni_str!("isEnabled"), jni_sig!("()Z"), &[])?.z()
}

/// Once for the process. btleplug looks its classes up through the thread's class loader, and a thread that Rust made has only
/// the system's.
fn start_btleplug(env: &mut Env<'_>, activity: &JObject<'_>) -> Jni<Result<(), LinkTrouble>> {
    static STARTED: OnceLock<()> = OnceLock::new();
    if STARTED.get().is_some() {
        return Ok(Ok(()));
    }
    let loader =
        env.call_method(activity, jni_str!("getClassLoader"), jni_sig!("()Ljava/lang/ClassLoader;"), &[])?.l()?;
    let thread = env
        .call_static_method(
            jni_str!("java/lang/Thread"),
            jni_str!("currentThread"),
            jni_sig!("()Ljava/lang/Thread;"),
            &[],
        )?
        .l()?;
    env.call_method(
        &thread,
        jni_str!("setContextClassLoader"),
        jni_sig!("(Ljava/lang/ClassLoader;)V"),
        &[JValue::Object(&loader)],
    )?;
    Ok(match btleplug::platform::init(env) {
        Ok(()) => Ok(STARTED.get_or_init(|| ()).to_owned()),
        Err(error) => Err(LinkTrouble::Unreadable(error.to_string())),
    })
}

pub(super) fn with_activity<T>(act: impl FnOnce(&mut Env<'_>, &JObject<'_>) -> Jni<T>) -> Jni<T> {
    let context = ndk_context::android_context();
    // SAFETY: the start-up code of the window library put the live VM there before `main`.
    let vm = unsafe { JavaVM::from_raw(context.vm().cast()) };
    vm.attach_current_thread(|env| {
        // SAFETY: a global reference that outlives this call; ManuallyDrop, since it is not ours to free.
        let activity = std::mem::ManuallyDrop::new(unsafe { JObject::from_raw(env, context.context().cast()) });
        act(env, &activity)
    })
}
