//! Which identity provider, and how the central is known to it.

use openidconnect::{ClientId, ClientSecret, IssuerUrl, RedirectUrl};

/// Where the browser comes back to, below the central's own address.
pub const CALLBACK: &str = "/v1/sign-in/oidc/callback";

/// An identity provider. Shows no secret.
#[derive(Debug, Clone)]
pub struct Config {
    pub(super) issuer: IssuerUrl,
    pub(super) client: ClientId,
    pub(super) secret: Option<ClientSecret>,
    pub(super) redirect: RedirectUrl,
    pub(super) officer_claim: String,
    pub(super) scopes: Vec<String>,
    /// Authorities (PEM) that certify the provider, and nobody else does; none: public ones.
    pub(super) roots: Option<Vec<u8>>,
    /// Accounts with a secret of the central's own are let in too.
    pub(super) local_accounts: bool,
}

/// Why a provider cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not an address.
    #[error("{0} is not an address: {1}")]
    Address(String, String),
    /// Codes and secrets do not travel in the clear.
    #[error("{0} must begin with https:// (http:// is for this machine only)")]
    NotHttps(String),
    /// The browser would not come back.
    #[error("the redirect address must end in {CALLBACK}")]
    NotTheCallback,
    /// The authorities' file, or the network library.
    #[error("the network library cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// The central is in use already.
    #[error("the central is in use")]
    InUse,
}

impl Config {
    /// The provider at `issuer`, to which this central is the client `client`; `redirect` is the public address of
    /// [`CALLBACK`]. The officer is named by the claim `sub` until another is named.
    ///
    /// # Errors
    /// [`ConfigError`] of the addresses.
    pub fn new(issuer: &str, client: &str, redirect: &str) -> Result<Self, ConfigError> {
        let not_address = |text: &str, why: &dyn std::fmt::Display| ConfigError::Address(text.into(), why.to_string());
        let config = Self {
            issuer: IssuerUrl::new(issuer.to_owned()).map_err(|why| not_address(issuer, &why))?,
            client: ClientId::new(client.to_owned()),
            secret: None,
            redirect: RedirectUrl::new(redirect.to_owned()).map_err(|why| not_address(redirect, &why))?,
            officer_claim: "sub".to_owned(),
            scopes: Vec::new(),
            roots: None,
            local_accounts: false,
        };
        for url in [config.issuer.url(), config.redirect.url()] {
            if !is_safe(url) {
                return Err(ConfigError::NotHttps(url.to_string()));
            }
        }
        if !config.redirect.url().path().ends_with(CALLBACK) {
            return Err(ConfigError::NotTheCallback);
        }
        Ok(config)
    }

    /// With the secret that the provider gave this central.
    #[must_use]
    pub fn with_secret(self, secret: String) -> Self {
        Self { secret: Some(ClientSecret::new(secret)), ..self }
    }

    /// The officer is named by this claim of the ID token or, where it is not there, of the provider's userinfo.
    #[must_use]
    pub fn with_officer_claim(self, claim: String) -> Self {
        Self { officer_claim: claim, ..self }
    }

    /// Asks for one more scope beside `openid`.
    #[must_use]
    pub fn with_scope(mut self, scope: String) -> Self {
        self.scopes.push(scope);
        self
    }

    /// The provider is certified by one of these authorities (PEM), and by nobody else.
    #[must_use]
    pub fn with_roots(self, pem: Vec<u8>) -> Self {
        Self { roots: Some(pem), ..self }
    }

    /// Accounts with a secret of the central's own are let in too.
    #[must_use]
    pub fn with_local_accounts(self) -> Self {
        Self { local_accounts: true, ..self }
    }
}

/// `https`, or this machine.
pub(super) fn is_safe(url: &openidconnect::url::Url) -> bool {
    url.scheme() == "https"
        || url.scheme() == "http" && matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}
