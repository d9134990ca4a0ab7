//! What the identity provider is asked, and when its word is believed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
    CoreDeviceAuthorizationResponse, CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm as Alg, CoreResponseMode,
    CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse, CoreSubjectIdentifierType,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::url::Url;
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AdditionalProviderMetadata, AuthorizationCode, ClaimsVerificationError,
    CsrfToken, DeviceAuthorizationUrl, DeviceCodeErrorResponseType, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IdTokenFields, IdTokenVerifier, Nonce, NonceVerifier, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RequestTokenError, Scope, SignatureVerificationError,
    StandardErrorResponse, StandardTokenResponse, TokenResponse as _, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;

use super::config::{Config, ConfigError};
use super::web::Web;
use crate::Clock;

/// The provider's document and keys are fetched anew after this; new keys also when a token names one that is not known.
const FRESH: SignedDuration = SignedDuration::from_mins(15);
/// Signatures that only the provider can make. Not HMAC, whose key the central shares, and not none.
const ALGORITHMS: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];

/// Claims beside the standard ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Others(BTreeMap<String, Value>);
impl AdditionalClaims for Others {}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct DeviceEndpoint {
    device_authorization_endpoint: Option<DeviceAuthorizationUrl>,
}
impl AdditionalProviderMetadata for DeviceEndpoint {}

type Metadata = ProviderMetadata<
    DeviceEndpoint,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;
type Tokens = StandardTokenResponse<
    IdTokenFields<Others, EmptyExtraTokenFields, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, Alg>,
    CoreTokenType,
>;
type Client<Device = EndpointNotSet> = openidconnect::Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    Device,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What the provider said, so far as anybody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It cannot be reached, or does not answer as a provider does.
    Unreachable,
    /// It has no such flow.
    NoSuchFlow,
    /// The officer, or the provider for them, said no.
    Denied,
    /// The time to sign in was over.
    Late,
    /// Its word is not proven, or says nothing of who signed in.
    Unproven,
}

/// A sign-in in a browser that has begun.
pub(super) struct Opened {
    pub(super) url: Url,
    pub(super) nonce: Nonce,
    pub(super) pkce: PkceCodeVerifier,
}

/// One look whether the officer has signed in with their code.
pub(super) enum Look {
    /// The provider's name for the officer.
    Signed(String),
    /// Not yet; from now on so much longer between looks.
    NotYet(Duration),
}

struct Known {
    client: Client,
    device: Option<DeviceAuthorizationUrl>,
    since: Timestamp,
}

pub(super) struct Provider {
    pub(super) config: Config,
    web: Web,
    clock: Clock,
    known: Mutex<Option<Arc<Known>>>,
}

impl Provider {
    pub(super) fn new(config: Config, clock: Clock) -> Result<Self, ConfigError> {
        let web = Web::new(config.roots.as_deref())?;
        Ok(Self { config, web, clock, known: Mutex::default() })
    }

    /// Begins a sign-in in a browser. The provider asks who it is even if its cookie knows: phones are shared.
    pub(super) async fn open(&self, state: String) -> Result<Opened, Refused> {
        let known = self.known().await?;
        let (challenge, pkce) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let mut request = known
            .client
            .authorize_url(flow, move || CsrfToken::new(state), Nonce::new_random)
            .set_pkce_challenge(challenge)
            .add_prompt(CoreAuthPrompt::Login);
        for scope in &self.config.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        let (url, _, nonce) = request.url();
        Ok(Opened { url, nonce, pkce })
    }

    /// Exchanges the code that the browser brought; gives the provider's name for the officer.
    pub(super) async fn exchange(
        &self,
        code: String,
        nonce: &Nonce,
        pkce: PkceCodeVerifier,
    ) -> Result<String, Refused> {
        let known = self.known().await?;
        let request = known.client.exchange_code(AuthorizationCode::new(code)).map_err(unusable)?;
        let tokens = request.set_pkce_verifier(pkce).request_async(&self.web).await.map_err(|error| {
            tracing::warn!(error = told(&error), "the provider did not exchange a code");
            match error {
                RequestTokenError::ServerResponse(_) | RequestTokenError::Parse(..) => Refused::Unproven,
                RequestTokenError::Request(_) | RequestTokenError::Other(_) => Refused::Unreachable,
            }
        })?;
        self.believed(&tokens, nonce).await
    }

    /// Begins a sign-in by a short code.
    pub(super) async fn device(&self) -> Result<CoreDeviceAuthorizationResponse, Refused> {
        let known = self.known().await?;
        let url = known.device.clone().ok_or(Refused::NoSuchFlow)?;
        let client: Client<EndpointSet> = known.client.clone().set_device_authorization_url(url);
        let mut request = client.exchange_device_code();
        for scope in &self.config.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        request.request_async(&self.web).await.map_err(|error| {
            tracing::warn!(error = told(&error), "the provider gave no device code");
            match error {
                RequestTokenError::ServerResponse(_) => Refused::NoSuchFlow,
                _ => Refused::Unreachable,
            }
        })
    }

    /// Looks once whether the officer has signed in. The library looks again and again by itself: where it would sleep, the
    /// look is over.
    pub(super) async fn look(&self, details: &CoreDeviceAuthorizationResponse) -> Result<Look, Refused> {
        let known = self.known().await?;
        let request = known.client.exchange_device_access_token(details).map_err(unusable)?;
        let (wait, over) = (Mutex::new(Duration::ZERO), Notify::new());
        let sleep = |interval| {
            *wait.lock().unwrap_or_else(PoisonError::into_inner) = interval;
            over.notify_one();
            std::future::pending()
        };
        let answer = tokio::select! {
            answer = request.request_async(&self.web, sleep, None) => answer,
            () = over.notified() => {
                let wait = *wait.lock().unwrap_or_else(PoisonError::into_inner);
                return Ok(Look::NotYet(wait.saturating_sub(details.interval())));
            }
        };
        let tokens = answer.map_err(|error| {
            tracing::warn!(error = told(&error), "the provider refused a device code");
            match error {
                RequestTokenError::ServerResponse(said) => match said.error() {
                    DeviceCodeErrorResponseType::AccessDenied => Refused::Denied,
                    DeviceCodeErrorResponseType::ExpiredToken => Refused::Late,
                    _ => Refused::Unproven,
                },
                RequestTokenError::Parse(..) => Refused::Unproven,
                RequestTokenError::Request(_) | RequestTokenError::Other(_) => Refused::Unreachable,
            }
        })?;
        // A nonce belongs to the browser's redirect, which there is none of here: the code came straight from the provider.
        self.believed(&tokens, |_: Option<&Nonce>| Ok(())).await.map(Look::Signed)
    }

    /// The provider's name for the officer, once the ID token is proven.
    async fn believed(&self, tokens: &Tokens, nonce: impl NonceVerifier + Clone) -> Result<String, Refused> {
        let known = self.known().await?;
        match self.subject(&known.client, tokens, nonce.clone()).await {
            Err(NotBelieved::UnknownKey) => {
                // The provider may have new keys.
                self.forget();
                let known = self.known().await?;
                self.subject(&known.client, tokens, nonce).await
            }
            done => done,
        }
        .map_err(|why| match why {
            NotBelieved::UnknownKey | NotBelieved::No => Refused::Unproven,
            NotBelieved::Unreachable => Refused::Unreachable,
        })
    }

    async fn subject(
        &self,
        client: &Client,
        tokens: &Tokens,
        nonce: impl NonceVerifier,
    ) -> Result<String, NotBelieved> {
        let clock = self.clock.clone();
        let verifier: IdTokenVerifier<'_, CoreJsonWebKey> =
            client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || utc(clock()));
        let token = tokens.id_token().ok_or_else(|| {
            tracing::warn!("the provider gave no ID token");
            NotBelieved::No
        })?;
        let claims = token.claims(&verifier, nonce).map_err(|error| {
            tracing::warn!(%error, cause = std::error::Error::source(&error), "an ID token is not believed");
            match error {
                ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
                    NotBelieved::UnknownKey
                }
                _ => NotBelieved::No,
            }
        })?;
        if let Some(expected) = claims.access_token_hash() {
            let fits = token.signing_alg().and_then(|alg| {
                let key = token.signing_key(&verifier)?;
                Ok(AccessTokenHash::from_token(tokens.access_token(), alg, key).is_ok_and(|hash| hash == *expected))
            });
            if !matches!(fits, Ok(true)) {
                tracing::warn!("an access token is not that of its ID token");
                return Err(NotBelieved::No);
            }
        }
        let claim = self.config.officer_claim.as_str();
        if let Some(name) = named(claims, claim) {
            return Ok(name);
        }
        // By the letter of the protocol many claims are told by userinfo only.
        let asked = client.user_info(tokens.access_token().clone(), Some(claims.subject().clone())).map_err(|_| {
            tracing::warn!(claim, "an ID token does not name the officer");
            NotBelieved::No
        })?;
        let told: UserInfoClaims<Others, CoreGenderClaim> = asked.request_async(&self.web).await.map_err(|error| {
            tracing::warn!(%error, "the provider's userinfo is not believed");
            NotBelieved::Unreachable
        })?;
        named(&told, claim).ok_or_else(|| {
            tracing::warn!(claim, "the provider does not name the officer");
            NotBelieved::No
        })
    }

    async fn known(&self) -> Result<Arc<Known>, Refused> {
        let now = (self.clock)();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| now.duration_since(known.since).abs() < FRESH) {
            return Ok(known);
        }
        let metadata = Metadata::discover_async(self.config.issuer.clone(), &self.web).await.map_err(|error| {
            tracing::warn!(%error, cause = std::error::Error::source(&error), "the provider does not tell of itself");
            Refused::Unreachable
        })?;
        let device = metadata.additional_metadata().device_authorization_endpoint.clone();
        let (id, secret) = (self.config.client.clone(), self.config.secret.clone());
        let client =
            Client::from_provider_metadata(metadata, id, secret).set_redirect_uri(self.config.redirect.clone());
        let known = Arc::new(Known { client, device, since: now });
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }

    fn forget(&self) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

enum NotBelieved {
    UnknownKey,
    Unreachable,
    No,
}

/// The claim that names the officer. An address of mail names nobody until the provider has verified it.
fn named(claims: &impl Serialize, claim: &str) -> Option<String> {
    let claims = serde_json::to_value(claims).ok()?;
    if claim == "email" && claims["email_verified"] != Value::Bool(true) {
        return None;
    }
    let name = claims[claim].as_str()?.trim();
    // As phones write accounts.
    (!name.is_empty()).then(|| name.to_lowercase())
}

fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.as_millisecond()).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn unusable(error: impl std::fmt::Display) -> Refused {
    tracing::warn!(%error, "the provider names no token endpoint");
    Refused::Unreachable
}

/// What went wrong, without anything that was said: answers that cannot be parsed may hold tokens.
fn told<RE, T>(error: &RequestTokenError<RE, T>) -> String
where
    RE: std::error::Error,
    T: openidconnect::ErrorResponse,
{
    match error {
        RequestTokenError::ServerResponse(said) => said.to_string(),
        RequestTokenError::Request(why) => why.to_string(),
        RequestTokenError::Parse(..) => "an answer that cannot be read".to_owned(),
        RequestTokenError::Other(why) => why.clone(),
    }
}
