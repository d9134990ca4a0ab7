//! What travels between a phone and the central. JSON; event bytes inside as base64url without padding.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cbor::Bytes;
use crate::doc::Doc;
use crate::ids::{DeviceId, EventId, OfficerId, Sha256};
use crate::officer::Officer;
use crate::outbox::Receipt;
use crate::seal_no::SealNo;

/// Protocol marker. An answer without it is not from our central (captive portals answer 200 too).
pub const PROTO: &str = "sealfield/1";
/// Header that carries [`PROTO`] on every answer.
pub const PROTO_HEADER: &str = "x-sealfield-proto";
/// Media type of push answers: success is believed only with it.
pub const PUSH_MEDIA_TYPE: &str = "application/vnd.sealfield.push+json";
/// Media type of change feeds.
pub const CHANGES_MEDIA_TYPE: &str = "application/vnd.sealfield.changes+json";
/// Media type of answers with tickets.
pub const TICKETS_MEDIA_TYPE: &str = "application/vnd.sealfield.tickets+json";

/// Bytes as base64url text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct B64(pub Vec<u8>);

impl Serialize for B64 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for B64 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        URL_SAFE_NO_PAD.decode(text.as_bytes()).map(B64).map_err(serde::de::Error::custom)
    }
}

/// `POST /v1/enrol`: a phone asks for its certificate, see [`crate::enrolment`].
#[derive(Clone, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// COSE_Sign1 over a [`crate::enrolment::Claim`]. It carries the enrolment's secret.
    pub claim: B64,
}

impl std::fmt::Debug for EnrolRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolRequest").finish_non_exhaustive()
    }
}

/// Answer to an [`EnrolRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolResponse {
    /// Marker.
    pub proto: String,
    /// COSE_Sign1 over a [`crate::enrolment::DeviceCertificate`].
    pub certificate: B64,
    /// The central's key that signed it, SEC1 uncompressed P-256 point: the one whose digest the offer names.
    pub key: B64,
    /// The central's clock.
    pub server_time: Timestamp,
}

/// `POST /v1/sign-in`. The device brings its public key, which an enrolment certified before; practice takes any device.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignInRequest {
    /// Account.
    pub officer: OfficerId,
    /// Secret.
    pub secret: String,
    /// Device.
    pub device: DeviceId,
    /// Device public key, SEC1 uncompressed P-256 point (65 bytes).
    pub device_key: B64,
}

impl std::fmt::Debug for SignInRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignInRequest")
            .field("officer", &self.officer)
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// Answer to a sign-in.
#[derive(Clone, Serialize, Deserialize)]
pub struct SignInResponse {
    /// Marker.
    pub proto: String,
    /// Bearer token for this device and officer.
    pub token: String,
    /// Until when it holds.
    pub expires: Timestamp,
    /// The officer.
    pub officer: Officer,
    /// The central's clock.
    pub server_time: Timestamp,
    /// Keys that sign rule packs: a phone that trusts none yet begins with these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules_keys: Vec<Bytes>,
    /// Key that signs [`crate::checkpoint`]s, SEC1 uncompressed P-256 point; a phone that knows none yet begins with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_key: Option<Bytes>,
    /// Key to which phones seal copies of what they saved, see [`crate::rescue`]: an X25519 public key, 32 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency_key: Option<Bytes>,
}

impl std::fmt::Debug for SignInResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignInResponse")
            .field("officer", &self.officer)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// `POST /v1/devices/{device}/events`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PushRequest {
    /// The life of the central's database that the phone knows, [`PushResponse::epoch`]. In another one the central takes
    /// nothing and answers 409 `epoch`: the phone has to send what a backup lacks first, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
    /// Events in the device's order within each seal.
    pub items: Vec<PushItem>,
}

/// One event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PushItem {
    /// Its id, so that an unreadable event can be answered by name.
    pub id: EventId,
    /// COSE_Sign1.
    pub cose: B64,
}

/// Answer to a push: always 200 with one result per item.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PushResponse {
    /// Marker.
    pub proto: String,
    /// Which life of the central's database; another value means that it was restored or reset.
    pub epoch: String,
    /// The central's clock.
    pub server_time: Timestamp,
    /// One for each item.
    pub results: Vec<PushResult>,
    /// Photos named by events taken earlier ([`PushStatus::Duplicate`]) whose bytes the central does still not have.
    pub need_photos: Vec<Sha256>,
    /// Signed [`crate::checkpoint`] that covers every accepted event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<B64>,
}

/// Result for one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushResult {
    /// Which.
    pub id: EventId,
    /// What became of it.
    #[serde(flatten)]
    pub status: PushStatus,
}

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum PushStatus {
    /// Taken now.
    Accepted {
        /// Proof.
        receipt: Receipt,
    },
    /// Already there, same bytes.
    Duplicate {
        /// The first proof.
        receipt: Receipt,
    },
    /// Not acceptable as it is.
    Rejected {
        /// Reason code: `signature`, `unreadable`, `scope`, `device_revoked`, ...
        code: String,
        /// Text for the officer.
        detail: String,
    },
    /// Try again later; nothing wrong with it.
    Deferred,
    /// Same id, other bytes.
    HashConflict,
}

/// `GET /v1/changes?cursor=..&limit=..`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangesResponse {
    /// Marker.
    pub proto: String,
    /// See [`PushResponse::epoch`].
    pub epoch: String,
    /// The central's clock.
    pub server_time: Timestamp,
    /// In commit order.
    pub changes: Vec<Change>,
    /// Opaque; hand it back next time.
    pub next: String,
    /// More is waiting.
    pub more: bool,
    /// Signed [`crate::checkpoint`] that covers every event of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<B64>,
}

/// `GET /v1/log/checkpoint`: the record as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointResponse {
    /// Marker.
    pub proto: String,
    /// Signed [`crate::checkpoint`].
    pub checkpoint: B64,
    /// The key that signed it, SEC1 uncompressed P-256 point.
    pub key: B64,
}

/// `GET /v1/log/inclusion?event=..&size=..`: proof that an event is in the record of the first `size` events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InclusionResponse {
    /// Marker.
    pub proto: String,
    /// Place of its leaf, from 0: its receipt's `server_seq` less one.
    pub index: u64,
    /// Events in the tree.
    pub size: u64,
    /// RFC 6962 audit path, from the leaf up.
    pub path: Vec<Sha256>,
}

/// `GET /v1/log/consistency?from=..&to=..&epoch=..`: proof that the record of `from` events is the beginning of that of `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsistencyResponse {
    /// Marker.
    pub proto: String,
    /// Events in the smaller tree.
    pub from: u64,
    /// Events in the larger one.
    pub to: u64,
    /// RFC 6962 consistency proof.
    pub path: Vec<Sha256>,
}

/// One change.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A reference document, new or replaced.
    Doc {
        /// The document.
        doc: Box<Doc>,
    },
    /// A fact of any device in this unit's scope, the own ones too (they prove the receipt).
    Event {
        /// Place in commit order.
        server_seq: u64,
        /// COSE_Sign1.
        cose: B64,
    },
    /// What only a newer reader knows: left out, and asked for again by an app that may know it.
    #[serde(other)]
    Unknown,
}

/// `POST /v1/tracking`: what a monitoring platform reports.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrackingRequest {
    /// Reports.
    pub reports: Vec<crate::fact::TrackingSeen>,
}

/// `POST /v1/tickets`: rights to work seals, for the officer who is signed in.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TicketsRequest {
    /// Which seals; none named: those of the shift's work list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seals: Vec<TicketWish>,
}

/// A right to one seal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TicketWish {
    /// The seal.
    pub seal: SealNo,
    /// The number that the seal shows now, 16 bytes: a ticket for this moment, after the seal lost the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<B64>,
}

/// Answer to [`TicketsRequest`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TicketsResponse {
    /// Marker.
    pub proto: String,
    /// The central's clock.
    pub server_time: Timestamp,
    /// To whom: the officer who is signed in.
    pub officer: OfficerId,
    /// What was given.
    pub tickets: Vec<SealTicket>,
    /// What was not, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<TicketRefused>,
}

/// What a [`SealTicket`] is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketKind {
    /// For a shift.
    Shift,
    /// Carried for the days without coverage; opens only together with another officer.
    Reserve,
    /// For this moment, beside the seal.
    Moment,
    /// The password of a seal whose maker knows nothing better.
    Password,
}

/// One right to one seal. Secret: whoever has it can work the seal until it ends.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealTicket {
    /// The seal.
    pub seal: SealNo,
    /// What it is good for.
    pub kind: TicketKind,
    /// The ticket as it is shown to the seal; empty for a password.
    pub ticket: B64,
    /// The ticket's own secret, or the password's characters.
    pub secret: B64,
    /// When it ends, by the central's clock.
    pub expires: Timestamp,
}

impl std::fmt::Debug for SealTicket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealTicket")
            .field("seal", &self.seal)
            .field("kind", &self.kind)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// A right that was not given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketRefused {
    /// The seal.
    pub seal: SealNo,
    /// Reason code: `unknown_seal`, `no_key`, `not_in_scope`, `role`, `conflict` (tickets that do not open alone are given
    /// beside it), `nonce`, `too_many`, ...
    pub code: String,
    /// Text for the officer.
    pub detail: String,
}

/// RFC 9457 problem document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `about:blank` or a URI of ours.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// Short title.
    #[serde(default)]
    pub title: String,
    /// HTTP status.
    #[serde(default)]
    pub status: u16,
    /// Text.
    #[serde(default)]
    pub detail: String,
    /// Our reason code.
    #[serde(default)]
    pub code: String,
}
