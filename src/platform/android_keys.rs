//! The vault's key under a key of the Android Keystore. Type-checked on every change; not yet run on a device.
//!
//! One AES-256-GCM key that cannot leave the key store wraps every vault of the app. It asks for no unlocked screen, so that
//! sync in the background works. A folder copied to another phone, or an app installed anew, has lost it, and says so.

use ::jni::objects::{JObject, JValue};
use ::jni::{Env, jni_sig, jni_str};

use super::android::{Jni, with_activity};
use super::android_keystore::{self, BUILDER, PROVIDER, built, bytes, caught, guard_error, list};
use seal_core::enrolment::KeyHome;

use crate::ports::vault::{GuardError, Key, KeyGuard};

const ALIAS: &str = "seal-field-data-key";
/// `KeyProperties.PURPOSE_ENCRYPT | PURPOSE_DECRYPT`.
const PURPOSES: i32 = 3;
/// `Cipher.ENCRYPT_MODE`, `Cipher.DECRYPT_MODE`.
const ENCRYPT: i32 = 1;
const DECRYPT: i32 = 2;
/// Bytes of the nonce that the key store chooses.
const NONCE: usize = 12;
/// What Java throws when the key is no longer the one that wrapped.
const OTHER_KEY: &str = "javax.crypto.AEADBadTagException";

/// The key store of the phone.
pub struct Keystore;

impl KeyGuard for Keystore {
    fn home(&self) -> KeyHome {
        // What the key store does not say is not claimed.
        let inside = with_activity(|env, _| {
            let key = key(env, true)?;
            inside_hardware(env, &key)
        });
        if inside.unwrap_or(false) { KeyHome::Hardware } else { KeyHome::System }
    }

    fn wrap(&self, vault: &Key) -> Result<Vec<u8>, GuardError> {
        with_activity(|env, _| {
            let key = key(env, true)?;
            let cipher = cipher(env)?;
            env.call_method(
                &cipher,
                jni_str!("init"),
                jni_sig!("(ILjava/security/Key;)V"),
                &[JValue::Int(ENCRYPT), JValue::Object(&key)],
            )?;
            let nonce = env.call_method(&cipher, jni_str!("getIV"), jni_sig!("()[B"), &[])?.l()?;
            let nonce = bytes(env, nonce)?;
            let sealed = finish(env, &cipher, vault.bytes())?;
            Ok([nonce, sealed].concat())
        })
        .map_err(|error| GuardError::Unavailable(error.to_string()))
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Key, GuardError> {
        let Some((nonce, sealed)) = wrapped.split_at_checked(NONCE) else {
            return Err(GuardError::Lost("its file is cut short".to_owned()));
        };
        let opened = with_activity(|env, _| caught(env, |env| open(env, nonce, sealed)))
            .map_err(|error| guard_error(error, &[OTHER_KEY]))?;
        let opened = opened.ok_or_else(|| GuardError::Lost("the key store does not hold its key".to_owned()))?;
        let opened = opened.as_slice().try_into();
        Ok(Key::new(opened.map_err(|_| GuardError::Lost("what was wrapped has not 32 bytes".to_owned()))?))
    }
}

/// What was sealed; `None` when the key store has no key.
fn open(env: &mut Env<'_>, nonce: &[u8], sealed: &[u8]) -> Jni<Option<Vec<u8>>> {
    let key = key(env, false)?;
    if key.is_null() {
        return Ok(None);
    }
    let cipher = cipher(env)?;
    let nonce = env.byte_array_from_slice(nonce)?;
    let spec = env.new_object(
        jni_str!("javax/crypto/spec/GCMParameterSpec"),
        jni_sig!("(I[B)V"),
        &[JValue::Int(128), JValue::Object(&nonce)],
    )?;
    env.call_method(
        &cipher,
        jni_str!("init"),
        jni_sig!("(ILjava/security/Key;Ljava/security/spec/AlgorithmParameterSpec;)V"),
        &[JValue::Int(DECRYPT), JValue::Object(&key), JValue::Object(&spec)],
    )?;
    finish(env, &cipher, sealed).map(Some)
}

/// The wrapping key; null when there is none and none is to be made.
fn key<'a>(env: &mut Env<'a>, make: bool) -> Jni<JObject<'a>> {
    let alias = env.new_string(ALIAS)?;
    let key = android_keystore::key(env, &alias)?;
    if !key.is_null() || !make {
        return Ok(key);
    }
    let spec = spec(env, &alias)?;
    let (aes, provider) = (env.new_string("AES")?, env.new_string(PROVIDER)?);
    let maker = env
        .call_static_method(
            jni_str!("javax/crypto/KeyGenerator"),
            jni_str!("getInstance"),
            jni_sig!("(Ljava/lang/String;Ljava/lang/String;)Ljavax/crypto/KeyGenerator;"),
            &[JValue::Object(&aes), JValue::Object(&provider)],
        )?
        .l()?;
    env.call_method(
        &maker,
        jni_str!("init"),
        jni_sig!("(Ljava/security/spec/AlgorithmParameterSpec;)V"),
        &[JValue::Object(&spec)],
    )?;
    env.call_method(&maker, jni_str!("generateKey"), jni_sig!("()Ljavax/crypto/SecretKey;"), &[])?.l()
}

/// AES-256-GCM, to wrap and to open.
fn spec<'a>(env: &mut Env<'a>, alias: &JObject<'_>) -> Jni<JObject<'a>> {
    let builder =
        env.new_object(BUILDER, jni_sig!("(Ljava/lang/String;I)V"), &[JValue::Object(alias), JValue::Int(PURPOSES)])?;
    env.call_method(
        &builder,
        jni_str!("setKeySize"),
        jni_sig!("(I)Landroid/security/keystore/KeyGenParameterSpec$Builder;"),
        &[JValue::Int(256)],
    )?;
    let modes = list(env, "GCM")?;
    env.call_method(
        &builder,
        jni_str!("setBlockModes"),
        jni_sig!("([Ljava/lang/String;)Landroid/security/keystore/KeyGenParameterSpec$Builder;"),
        &[JValue::Object(&modes)],
    )?;
    let paddings = list(env, "NoPadding")?;
    env.call_method(
        &builder,
        jni_str!("setEncryptionPaddings"),
        jni_sig!("([Ljava/lang/String;)Landroid/security/keystore/KeyGenParameterSpec$Builder;"),
        &[JValue::Object(&paddings)],
    )?;
    built(env, &builder)
}

/// Whether the key store says that the key lies in secure hardware.
fn inside_hardware(env: &mut Env<'_>, key: &JObject<'_>) -> Jni<bool> {
    let (aes, provider) = (env.new_string("AES")?, env.new_string(PROVIDER)?);
    let factory = env
        .call_static_method(
            jni_str!("javax/crypto/SecretKeyFactory"),
            jni_str!("getInstance"),
            jni_sig!("(Ljava/lang/String;Ljava/lang/String;)Ljavax/crypto/SecretKeyFactory;"),
            &[JValue::Object(&aes), JValue::Object(&provider)],
        )?
        .l()?;
    let get = jni_sig!("(Ljavax/crypto/SecretKey;Ljava/lang/Class;)Ljava/security/spec/KeySpec;");
    android_keystore::inside_hardware(env, &factory, &get, key)
}

fn cipher<'a>(env: &mut Env<'a>) -> Jni<JObject<'a>> {
    let name = env.new_string("AES/GCM/NoPadding")?;
    env.call_static_method(
        jni_str!("javax/crypto/Cipher"),
        jni_str!("getInstance"),
        jni_sig!("(Ljava/lang/String;)Ljavax/crypto/Cipher;"),
        &[JValue::Object(&name)],
    )?
    .l()
}

fn finish(env: &mut Env<'_>, cipher: &JObject<'_>, input: &[u8]) -> Jni<Vec<u8>> {
    let input = env.byte_array_from_slice(input)?;
    let output = env.call_method(cipher, jni_str!("doFinal"), jni_sig!("([B)[B"), &[JValue::Object(&input)])?.l()?;
    bytes(env, output)
}
