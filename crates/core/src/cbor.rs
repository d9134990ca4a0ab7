//! Deterministic CBOR (RFC 8949 section 4.2.1): the bytes that are signed and hashed.
//!
//! Shortest integers and lengths come from `ciborium`; map keys are sorted here by their encoded bytes. Facts hold no
//! floating-point numbers (positions are in millionths of a degree), so no rule for floats is needed: one is refused.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ciborium::Value;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Why something could not be written or read as deterministic CBOR.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// The value cannot be expressed.
    #[error("cannot be written as CBOR: {0}")]
    Write(String),
    /// The bytes are not the value looked for.
    #[error("cannot be read as CBOR: {0}")]
    Read(String),
    /// Readable, but not in the one deterministic form.
    #[error("the CBOR bytes are not in deterministic form")]
    NotDeterministic,
}

/// Bytes inside a fact: a byte string in CBOR, base64url without padding in JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Bytes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes, or base64url text")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Bytes, E> {
                URL_SAFE_NO_PAD.decode(text).map(Bytes).map_err(E::custom)
            }
            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
        }
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Visitor)
        } else {
            deserializer.deserialize_bytes(Visitor)
        }
    }
}

/// Writes `value` in the deterministic form.
///
/// # Errors
/// [`CborError::Write`] for floats and for what serde cannot express.
pub fn to_vec<T: Serialize>(value: &T) -> Result<Vec<u8>, CborError> {
    let mut tree = Value::serialized(value).map_err(|e| CborError::Write(e.to_string()))?;
    sort(&mut tree, 0)?;
    encode(&tree)
}

/// Reads `bytes`, which must be exactly one item in deterministic form.
///
/// # Errors
/// [`CborError::Read`] for other content or trailing bytes, [`CborError::NotDeterministic`] for another encoding of it.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CborError> {
    let tree: Value =
        ciborium::de::from_reader_with_recursion_limit(bytes, DEPTH).map_err(|e| CborError::Read(e.to_string()))?;
    let mut sorted = tree.clone();
    sort(&mut sorted, 0)?;
    if encode(&sorted)? != bytes {
        return Err(CborError::NotDeterministic);
    }
    tree.deserialized().map_err(|e| CborError::Read(e.to_string()))
}

const DEPTH: usize = 32;

fn encode(tree: &Value) -> Result<Vec<u8>, CborError> {
    let mut out = Vec::new();
    ciborium::into_writer(tree, &mut out).map_err(|e| CborError::Write(e.to_string()))?;
    Ok(out)
}

fn sort(tree: &mut Value, depth: usize) -> Result<(), CborError> {
    if depth > DEPTH {
        return Err(CborError::Write("nested too deeply".to_owned()));
    }
    match tree {
        Value::Float(_) => Err(CborError::Write("a floating-point number has no place in a fact".to_owned())),
        Value::Array(items) => items.iter_mut().try_for_each(|item| sort(item, depth + 1)),
        Value::Tag(_, inner) => sort(inner, depth + 1),
        Value::Map(entries) => {
            let mut keyed = Vec::with_capacity(entries.len());
            for (key, mut value) in entries.drain(..) {
                sort(&mut value, depth + 1)?;
                keyed.push((encode(&key)?, key, value));
            }
            keyed.sort_by(|a, b| a.0.cmp(&b.0));
            if keyed.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return Err(CborError::Write("a map key stands twice".to_owned()));
            }
            entries.extend(keyed.into_iter().map(|(_, key, value)| (key, value)));
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn maps_are_sorted_by_encoded_key() {
        // RFC 8949 4.2.1: 10, 100, -1, "z", "aa" sort by their bytes; here the text ones.
        let map: HashMap<&str, u8> = [("aa", 2), ("z", 1), ("b", 3)].into();
        assert_eq!(to_vec(&map).unwrap(), [0xa3, 0x61, b'b', 3, 0x61, b'z', 1, 0x62, b'a', b'a', 2]);
    }

    #[test]
    fn another_encoding_of_the_same_value_is_refused() {
        // 1 written in two bytes instead of one.
        assert_eq!(from_slice::<u8>(&[0x18, 0x01]), Err(CborError::NotDeterministic));
        assert_eq!(from_slice::<u8>(&[0x01]), Ok(1));
        assert!(from_slice::<u8>(&[0x01, 0x01]).is_err());
        assert!(to_vec(&1.5).is_err());
    }
}
