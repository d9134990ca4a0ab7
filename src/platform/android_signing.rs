//! The device's signing key in the Android Keystore. Type-checked on every change; not yet run on a device.
//!
//! A P-256 key that cannot leave the key store: in StrongBox where the phone has one, else where the key store puts it, which is
//! the TEE of nearly every phone. It asks for no unlocked screen and no fingerprint: whoever is signed in is in the fact itself, and
//! the end of a command must be written whether or not somebody looks at the phone.

use ::jni::objects::{JObject, JValue};
use ::jni::{Env, jni_sig, jni_str};

use super::android::{Jni, with_activity};
use super::android_keystore::{self, BUILDER, PROVIDER, built, bytes, caught, guard_error, key, list};
use super::spki;
use seal_core::enrolment::KeyHome;

use crate::ports::vault::{DeviceKeys, GuardError, MadeKey};

const ALIAS: &str = "seal-field-signing-";
/// `KeyProperties.PURPOSE_SIGN`.
const PURPOSE: i32 = 4;

/// The key store of the phone.
pub struct Keystore;

impl DeviceKeys for Keystore {
    fn make(&self, name: &str) -> Result<MadeKey, GuardError> {
        let (spki, inside) = with_activity(|env, _| {
            // Not every phone without a working StrongBox says so with `StrongBoxUnavailableException`.
            let pair = caught(env, |env| make(env, name, true)).or_else(|error| {
                tracing::info!(%error, "no key in StrongBox");
                caught(env, |env| make(env, name, false))
            })?;
            let public =
                env.call_method(&pair, jni_str!("getPublic"), jni_sig!("()Ljava/security/PublicKey;"), &[])?.l()?;
            let spki = env.call_method(&public, jni_str!("getEncoded"), jni_sig!("()[B"), &[])?.l()?;
            let spki = bytes(env, spki)?;
            // What the key store does not say is not claimed.
            let inside = caught(env, |env| inside_hardware(env, &pair)).unwrap_or(false);
            Ok((spki, inside))
        })
        .map_err(|error| guard_error(error, &[]))?;
        let public =
            spki::point(&spki).ok_or_else(|| GuardError::Unavailable("the key made is no P-256 key".to_owned()))?;
        Ok(MadeKey { home: if inside { KeyHome::Hardware } else { KeyHome::System }, public })
    }

    fn sign(&self, name: &str, message: &[u8]) -> Result<Vec<u8>, GuardError> {
        with_activity(|env, _| caught(env, |env| sign(env, name, message)))
            .map_err(|error| guard_error(error, &[]))?
            .ok_or_else(|| GuardError::Lost("the key store does not hold it".to_owned()))
    }
}

/// A pair of keys, for signatures over SHA-256 and nothing else.
fn make<'a>(env: &mut Env<'a>, name: &str, strong_box: bool) -> Jni<JObject<'a>> {
    let alias = env.new_string(format!("{ALIAS}{name}"))?;
    let builder =
        env.new_object(BUILDER, jni_sig!("(Ljava/lang/String;I)V"), &[JValue::Object(&alias), JValue::Int(PURPOSE)])?;
    let curve = env.new_string("secp256r1")?;
    let curve = env.new_object(
        jni_str!("java/security/spec/ECGenParameterSpec"),
        jni_sig!("(Ljava/lang/String;)V"),
        &[JValue::Object(&curve)],
    )?;
    env.call_method(
        &builder,
        jni_str!("setAlgorithmParameterSpec"),
        jni_sig!(
            "(Ljava/security/spec/AlgorithmParameterSpec;)Landroid/security/keystore/KeyGenParameterSpec$Builder;"
        ),
        &[JValue::Object(&curve)],
    )?;
    let digests = list(env, "SHA-256")?;
    env.call_method(
        &builder,
        jni_str!("setDigests"),
        jni_sig!("([Ljava/lang/String;)Landroid/security/keystore/KeyGenParameterSpec$Builder;"),
        &[JValue::Object(&digests)],
    )?;
    env.call_method(
        &builder,
        jni_str!("setIsStrongBoxBacked"),
        jni_sig!("(Z)Landroid/security/keystore/KeyGenParameterSpec$Builder;"),
        &[JValue::Bool(strong_box)],
    )?;
    let spec = built(env, &builder)?;
    let (ec, provider) = (env.new_string("EC")?, env.new_string(PROVIDER)?);
    let maker = env
        .call_static_method(
            jni_str!("java/security/KeyPairGenerator"),
            jni_str!("getInstance"),
            jni_sig!("(Ljava/lang/String;Ljava/lang/String;)Ljava/security/KeyPairGenerator;"),
            &[JValue::Object(&ec), JValue::Object(&provider)],
        )?
        .l()?;
    env.call_method(
        &maker,
        jni_str!("initialize"),
        jni_sig!("(Ljava/security/spec/AlgorithmParameterSpec;)V"),
        &[JValue::Object(&spec)],
    )?;
    env.call_method(&maker, jni_str!("generateKeyPair"), jni_sig!("()Ljava/security/KeyPair;"), &[])?.l()
}

/// Whether the key store says that the private half lies in secure hardware.
fn inside_hardware(env: &mut Env<'_>, pair: &JObject<'_>) -> Jni<bool> {
    let private = env.call_method(pair, jni_str!("getPrivate"), jni_sig!("()Ljava/security/PrivateKey;"), &[])?.l()?;
    let (ec, provider) = (env.new_string("EC")?, env.new_string(PROVIDER)?);
    let factory = env
        .call_static_method(
            jni_str!("java/security/KeyFactory"),
            jni_str!("getInstance"),
            jni_sig!("(Ljava/lang/String;Ljava/lang/String;)Ljava/security/KeyFactory;"),
            &[JValue::Object(&ec), JValue::Object(&provider)],
        )?
        .l()?;
    let get = jni_sig!("(Ljava/security/Key;Ljava/lang/Class;)Ljava/security/spec/KeySpec;");
    android_keystore::inside_hardware(env, &factory, &get, &private)
}

/// The signature; `None` when the key store has no key of this name.
fn sign(env: &mut Env<'_>, name: &str, message: &[u8]) -> Jni<Option<Vec<u8>>> {
    let alias = env.new_string(format!("{ALIAS}{name}"))?;
    let private = key(env, &alias)?;
    if private.is_null() {
        return Ok(None);
    }
    // No provider is named: the key chooses it.
    let algorithm = env.new_string("SHA256withECDSA")?;
    let signer = env
        .call_static_method(
            jni_str!("java/security/Signature"),
            jni_str!("getInstance"),
            jni_sig!("(Ljava/lang/String;)Ljava/security/Signature;"),
            &[JValue::Object(&algorithm)],
        )?
        .l()?;
    env.call_method(
        &signer,
        jni_str!("initSign"),
        jni_sig!("(Ljava/security/PrivateKey;)V"),
        &[JValue::Object(&private)],
    )?;
    let message = env.byte_array_from_slice(message)?;
    env.call_method(&signer, jni_str!("update"), jni_sig!("([B)V"), &[JValue::Object(&message)])?;
    let der = env.call_method(&signer, jni_str!("sign"), jni_sig!("()[B"), &[])?.l()?;
    bytes(env, der).map(Some)
}
