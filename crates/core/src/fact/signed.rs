//! What a seal itself signed, and what the central made of it.

use serde::{Deserialize, Serialize};

use crate::cbor::Bytes;
use crate::ids::{CommandId, EventId};
use crate::seal_no::SealNo;

/// See [`Fact::SealSigned`](super::Fact::SealSigned).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealSigned {
    /// The seal.
    pub seal: SealNo,
    /// The protocol that says how to check it: `eseal/1`.
    pub scheme: String,
    /// The command that the receipt is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandId>,
    /// The seal's receipt for the end of that command, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Bytes>,
    /// Pages of the seal's log, as they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<SignedPage>,
}

/// Consecutive entries of a seal's log under one receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedPage {
    /// Number of the first entry.
    pub first: u32,
    /// The chain's head before it.
    pub before: Bytes,
    /// The entries one after another, in the protocol's form.
    pub entries: Bytes,
    /// The seal's receipt for the last of them.
    pub receipt: Bytes,
}

/// See [`Fact::SignatureChecked`](super::Fact::SignatureChecked).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureChecked {
    /// The seal.
    pub seal: SealNo,
    /// The fact that carried it: a [`SealSigned`].
    pub carried_by: EventId,
    /// The command that the receipt is about, as the receipt itself says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandId>,
    /// What came out.
    pub finding: SignatureFinding,
    /// Entries that the seal wrote and nobody has brought yet, first and last number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<(u32, u32)>,
}

/// What the central found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureFinding {
    /// The seal's own key signed it.
    Genuine,
    /// It did not: changed on the way, or of another seal.
    Forged,
    /// Signed by the seal, but it tells another story than the same seal told before under the same number.
    Contradicts,
    /// No key of this seal is registered.
    UnknownSeal,
}
