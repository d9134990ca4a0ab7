//! What both uses of the Android Keystore share: wrapping the vault's key, and signing.

use ::jni::errors::Error;
use ::jni::objects::{JByteArray, JObject, JObjectArray, JValue};
use ::jni::signature::MethodSignature;
use ::jni::{Env, jni_sig, jni_str};

use super::android::Jni;
use crate::ports::vault::GuardError;

/// The provider's name.
pub const PROVIDER: &str = "AndroidKeyStore";
/// Builds what a key is to be like.
pub const BUILDER: &::jni::strings::JNIStr = jni_str!("android/security/keystore/KeyGenParameterSpec$Builder");
/// What Java throws when a key is gone for good. Not `UnrecoverableKeyException`: the key store throws it for any error of its
/// own, also one that passes ("System error"; AOSP, `AndroidKeyStoreProvider`). A key that is not there is null.
const GONE: &str = "android.security.keystore.KeyPermanentlyInvalidatedException";

/// The key of this name; null when there is none.
pub fn key<'a>(env: &mut Env<'a>, alias: &JObject<'_>) -> Jni<JObject<'a>> {
    let provider = env.new_string(PROVIDER)?;
    let store = env
        .call_static_method(
            jni_str!("java/security/KeyStore"),
            jni_str!("getInstance"),
            jni_sig!("(Ljava/lang/String;)Ljava/security/KeyStore;"),
            &[JValue::Object(&provider)],
        )?
        .l()?;
    env.call_method(
        &store,
        jni_str!("load"),
        jni_sig!("(Ljava/security/KeyStore$LoadStoreParameter;)V"),
        &[JValue::Object(&JObject::null())],
    )?;
    env.call_method(
        &store,
        jni_str!("getKey"),
        jni_sig!("(Ljava/lang/String;[C)Ljava/security/Key;"),
        &[JValue::Object(alias), JValue::Object(&JObject::null())],
    )?
    .l()
}

/// Whether the key store says that a key lies in secure hardware (TEE or StrongBox). `factory`: the one of the key's algorithm;
/// `get`: the type of its `getKeySpec`.
pub fn inside_hardware(
    env: &mut Env<'_>,
    factory: &JObject<'_>,
    get: &MethodSignature<'_, '_>,
    key: &JObject<'_>,
) -> Jni<bool> {
    let class = env.find_class(jni_str!("android/security/keystore/KeyInfo"))?;
    let asked = [JValue::Object(key), JValue::Object(&class)];
    let info = env.call_method(factory, jni_str!("getKeySpec"), get, &asked)?.l()?;
    env.call_method(&info, jni_str!("isInsideSecureHardware"), jni_sig!("()Z"), &[])?.z()
}

/// What a builder has built.
pub fn built<'a>(env: &mut Env<'a>, builder: &JObject<'_>) -> Jni<JObject<'a>> {
    let build = jni_sig!("()Landroid/security/keystore/KeyGenParameterSpec;");
    env.call_method(builder, jni_str!("build"), build, &[])?.l()
}

/// A list of one word.
pub fn list<'a>(env: &mut Env<'a>, word: &str) -> Jni<JObjectArray<'a>> {
    let word = env.new_string(word)?;
    env.new_object_array(1, jni_str!("java/lang/String"), &word)
}

/// The bytes of a Java array.
pub fn bytes(env: &mut Env<'_>, array: JObject<'_>) -> Jni<Vec<u8>> {
    let array = JByteArray::cast_local(env, array)?;
    env.convert_byte_array(&array)
}

/// Does something; what Java threw is caught, with its name.
pub fn caught<'a, T>(env: &mut Env<'a>, act: impl FnOnce(&mut Env<'a>) -> Jni<T>) -> Jni<T> {
    let done = act(env);
    done.or_else(|error| env.exception_catch().and(Err(error)))
}

/// Whether a key is lost, or only not to be had now. `lost`: what else than [`GONE`] says so.
pub fn guard_error(error: Error, lost: &[&str]) -> GuardError {
    match error {
        Error::CaughtJavaException { name, msg, .. } if name == GONE || lost.contains(&name.as_str()) => {
            GuardError::Lost(msg)
        }
        other => GuardError::Unavailable(other.to_string()),
    }
}
