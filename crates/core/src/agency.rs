//! Signing in with the agency's account: what travels between a phone and the central. The central alone talks to the
//! identity provider (OpenID Connect); its tokens never come to a phone.
//!
//! A phone begins with the digest of a secret of its own and shows the officer where to sign in. Whoever saw the address or
//! the code has nothing: the session goes to who knows the secret, and after a sign-in in a browser also the digits which the
//! central showed there.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{DeviceId, Sha256};
use crate::wire::B64;

/// How the officer comes to the identity provider's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// By an address opened in a browser: authorization code with PKCE (RFC 7636).
    Code,
    /// By a short code typed into any browser: device authorization grant (RFC 8628).
    Device,
}

/// `POST /v1/sign-in/oidc`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BeginRequest {
    /// Device.
    pub device: DeviceId,
    /// Device public key, SEC1 uncompressed P-256 point (65 bytes).
    pub device_key: B64,
    /// Digest of the 32 bytes that [`FinishRequest::verifier`] will show.
    pub challenge: Sha256,
    /// Which way.
    pub flow: Flow,
}

/// Answer to a [`BeginRequest`].
#[derive(Clone, Serialize, Deserialize)]
pub struct BeginResponse {
    /// Marker.
    pub proto: String,
    /// Names this sign-in from now on. Secret.
    pub handle: String,
    /// Until when the officer has time, by the central's clock.
    pub expires: Timestamp,
    /// The central's clock.
    pub server_time: Timestamp,
    /// The address to open: with the code in it already, where the provider makes such addresses.
    pub open: String,
    /// The address to type where that cannot be opened; [`Flow::Device`] alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The code to type there; [`Flow::Device`] alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_code: Option<String>,
}

impl std::fmt::Debug for BeginResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BeginResponse").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// `POST /v1/sign-in/oidc/finish`. Answered with 202 and [`Pending`], or as a sign-in ([`crate::wire::SignInResponse`]).
#[derive(Clone, Serialize, Deserialize)]
pub struct FinishRequest {
    /// [`BeginResponse::handle`].
    pub handle: String,
    /// The 32 bytes.
    pub verifier: B64,
    /// The digits that the browser shows at the end; [`Flow::Code`] alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digits: Option<String>,
}

impl std::fmt::Debug for FinishRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FinishRequest").finish_non_exhaustive()
    }
}

/// Nobody has signed in yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Marker.
    pub proto: String,
    /// Seconds after which to ask again, not sooner.
    pub wait_s: u32,
}

/// Digits that the browser shows at the end.
pub const DIGITS: usize = 6;
