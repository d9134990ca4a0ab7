//! Carries openidconnect's requests to the provider: over TLS, without redirects, with an end to patience and to size.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::url::Url;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Certificate, Client, redirect};

use super::config::{ConfigError, is_safe};

const CONNECT: Duration = Duration::from_secs(5);
/// An officer waits meanwhile.
const WHOLE: Duration = Duration::from_secs(15);
/// Largest answer: discovery documents, key sets and tokens are a few KiB.
const ANSWER_BYTES: usize = 1 << 20;

/// Why a request has no answer. Names no address: those of code exchanges carry secrets.
#[derive(Debug, thiserror::Error)]
pub(super) enum WebError {
    #[error("the provider's document names an address without TLS")]
    NotHttps,
    #[error("no answer: {0}")]
    Network(reqwest::Error),
    #[error("the answer is larger than {ANSWER_BYTES} bytes")]
    TooLarge,
}

impl From<reqwest::Error> for WebError {
    fn from(error: reqwest::Error) -> Self {
        Self::Network(error.without_url())
    }
}

#[derive(Debug, Clone)]
pub(super) struct Web(Client);

impl Web {
    pub(super) fn new(roots: Option<&[u8]>) -> Result<Self, ConfigError> {
        let roots = match roots {
            Some(pem) => Certificate::from_pem_bundle(pem)?,
            None => webpki_root_certs::TLS_SERVER_ROOT_CERTS
                .iter()
                .map(|root| Certificate::from_der(root))
                .collect::<Result<_, _>>()?,
        };
        // An error says that a provider of cryptography is installed already, which is all that is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .tls_certs_only(roots)
            // Whoever follows them can be sent to addresses inside.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .user_agent(concat!("seal-central/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self(client))
    }

    async fn carry(&self, request: HttpRequest) -> Result<HttpResponse, WebError> {
        let (parts, body) = request.into_parts();
        let url: Url = parts.uri.to_string().parse().map_err(|_| WebError::NotHttps)?;
        if !is_safe(&url) {
            return Err(WebError::NotHttps);
        }
        let mut answer = self.0.request(parts.method, url).headers(parts.headers).body(body).send().await?;
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await? {
            if body.len() + piece.len() > ANSWER_BYTES {
                return Err(WebError::TooLarge);
            }
            body.extend_from_slice(&piece);
        }
        let mut response = HttpResponse::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Web {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, WebError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.carry(request))
    }
}
