//! The central over HTTP.
//!
//! An answer is believed only when it carries our protocol marker, the right media type and a word on everything that was
//! asked: networks answer with login pages of their own, proxies cut answers short. What to do about an answer is decided
//! by `sync`.

mod agency;
pub mod answer;
pub mod packing;
pub mod read;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE};
use reqwest::{Certificate, Client, Method, Request, RequestBuilder, Response, StatusCode, Url, redirect};
use seal_core::cbor::Bytes;
use seal_core::ids::{DeviceId, Sha256};
use seal_core::wire::{
    CHANGES_MEDIA_TYPE, ChangesResponse, EnrolRequest, EnrolResponse, PUSH_MEDIA_TYPE, PushRequest, PushResponse,
    SignInRequest, SignInResponse, TicketsRequest, TicketsResponse,
};

use self::answer::Answer;
use crate::ports::agency::Agency;
use crate::ports::central::{Central, CentralTrouble, PhotoAtCentral};
use crate::ports::vault::Vault;

const CONNECT: Duration = Duration::from_secs(15);
/// Silence in the middle of an answer.
const SILENCE: Duration = Duration::from_secs(30);
const WHOLE: Duration = Duration::from_secs(90);
/// Slowest network on which an upload is still worth going on, bytes per second.
const SLOWEST: u64 = 500;
/// Largest photo.
const PHOTO_BYTES: usize = 33 << 20;

const TOKEN: &str = "central-token";
const TUS: &str = "1.0.0";
const TUS_RESUMABLE: &str = "tus-resumable";
const UPLOAD_OFFSET: &str = "upload-offset";
const UPLOAD_LENGTH: &str = "upload-length";

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum HttpSetupError {
    /// Not an address.
    #[error("not an address: {0}")]
    Address(String),
    /// Evidence and passwords do not travel in the clear.
    #[error("the central's address must begin with https://")]
    NotHttps,
    /// A root certificate cannot be read, or the library refuses the settings.
    #[error("the network library cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

/// What carries a request to the central and its answer back.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// Carries one request. The answer's body may still be on its way, and break.
    ///
    /// # Errors
    /// The trouble when no answer came.
    async fn carry(&self, request: Request) -> Result<Response, CentralTrouble>;
}

/// The network.
struct Network(Client);

#[async_trait]
impl Carrier for Network {
    async fn carry(&self, request: Request) -> Result<Response, CentralTrouble> {
        self.0.execute(request).await.map_err(|error| answer::trouble(&error))
    }
}

/// The central at an address.
pub struct HttpCentral {
    /// Writes requests; the carrier carries them.
    client: Client,
    carrier: Arc<dyn Carrier>,
    base: Url,
    token: Mutex<Option<String>>,
    vault: Option<Arc<dyn Vault>>,
}

impl HttpCentral {
    /// The central at `address`, certified by a public authority. `http` is accepted on this machine only (practice).
    ///
    /// # Errors
    /// [`HttpSetupError`].
    pub fn new(address: &str) -> Result<Self, HttpSetupError> {
        let roots: Result<Vec<_>, _> =
            webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|root| Certificate::from_der(root)).collect();
        Self::with_roots(address, roots?)
    }

    /// The same, certified by one of `roots` and nobody else: an agency's own authority.
    ///
    /// # Errors
    /// [`HttpSetupError`].
    pub fn with_roots(address: &str, roots: Vec<Certificate>) -> Result<Self, HttpSetupError> {
        let mut base = Url::parse(address).map_err(|error| HttpSetupError::Address(error.to_string()))?;
        let here = matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if base.scheme() != "https" && !(here && base.scheme() == "http") {
            return Err(HttpSetupError::NotHttps);
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        // An error says that a provider is installed already, which is all that is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            // The system's verifier needs a start-up on Android that this process may not have had.
            .tls_certs_only(roots)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .timeout(WHOLE)
            .user_agent(concat!("seal-field/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let carrier = Arc::new(Network(client.clone()));
        Ok(Self { client, carrier, base, token: Mutex::default(), vault: None })
    }

    /// The same, certified by one of these authorities (X.509 DER); none: a public one.
    ///
    /// # Errors
    /// [`HttpSetupError`].
    pub fn trusting(address: &str, roots: &[Bytes]) -> Result<Self, HttpSetupError> {
        if roots.is_empty() {
            return Self::new(address);
        }
        let roots: Result<Vec<_>, _> = roots.iter().map(|root| Certificate::from_der(&root.0)).collect();
        Self::with_roots(address, roots?)
    }

    /// Asks for this phone's certificate. No token is needed, and none is sent.
    ///
    /// # Errors
    /// [`CentralTrouble`].
    pub async fn enrol(&self, request: &EnrolRequest) -> Result<EnrolResponse, CentralTrouble> {
        let call = self.client.post(self.url(&["v1", "enrol"])).json(request);
        read::enrolled(self.send(call).await?).await
    }

    /// The same, its requests carried by something else than the network: simulations do.
    #[must_use]
    pub fn carried_by(self, carrier: Arc<dyn Carrier>) -> Self {
        Self { carrier, ..self }
    }

    /// Keeps the token in `vault`, and takes up the one that is there: a restarted app is still signed in.
    #[must_use]
    pub fn keeping_token_in(self, vault: Arc<dyn Vault>) -> Self {
        let kept = vault.secret(TOKEN).unwrap_or_else(|error| {
            tracing::warn!(%error, "the token cannot be read; the officer has to sign in");
            None
        });
        let token = kept.and_then(|bytes| String::from_utf8(bytes).ok());
        Self { token: Mutex::new(token), vault: Some(vault), ..self }
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // Only an address that cannot have a path fails, and http(s) ones can.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.client.request(method, url).header(ACCEPT_ENCODING, packing::ZSTD);
        match self.token.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    fn photo(&self, method: Method, photo: &Sha256) -> RequestBuilder {
        self.request(method, self.url(&["v1", "photos", &photo.to_string()])).header(TUS_RESUMABLE, TUS)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, CentralTrouble> {
        let request = request.build().map_err(|error| answer::trouble(&error))?;
        Ok(Answer::from(self.carrier.carry(request).await?))
    }

    fn keep_token(&self, token: &str) {
        if let Some(vault) = &self.vault
            && let Err(error) = vault.keep(TOKEN, token.as_bytes())
        {
            tracing::warn!(%error, "the token is not kept; after a restart the officer has to sign in");
        }
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.to_owned());
    }

    async fn page(&self, cursor: Option<&str>, limit: u32) -> Result<Answer, CentralTrouble> {
        let mut url = self.url(&["v1", "changes"]);
        url.query_pairs_mut().append_pair("limit", &limit.to_string());
        if let Some(cursor) = cursor {
            url.query_pairs_mut().append_pair("cursor", cursor);
        }
        self.send(self.request(Method::GET, url).header(ACCEPT, CHANGES_MEDIA_TYPE)).await
    }

    async fn create(&self, photo: &Sha256, bytes: u64, media_type: &str) -> Result<PhotoAtCentral, CentralTrouble> {
        let metadata =
            format!("sha256 {},media_type {}", STANDARD.encode(photo.to_string()), STANDARD.encode(media_type));
        let request = self
            .request(Method::POST, self.url(&["v1", "photos"]))
            .header(TUS_RESUMABLE, TUS)
            .header(UPLOAD_LENGTH, bytes)
            .header("upload-metadata", metadata);
        read::created(&self.send(request).await?.success().await?)
    }
}

#[async_trait]
impl Central for HttpCentral {
    fn agency(&self) -> Option<&dyn Agency> {
        Some(self)
    }

    async fn ping(&self) -> Result<(), CentralTrouble> {
        let answer = self.send(self.request(Method::GET, self.url(&["v1", "ping"]))).await?.success().await?;
        if answer.status == StatusCode::NO_CONTENT { Ok(()) } else { Err(CentralTrouble::Portal) }
    }

    async fn sign_in(&self, request: SignInRequest) -> Result<SignInResponse, CentralTrouble> {
        let call = self.client.post(self.url(&["v1", "sign-in"])).json(&request);
        let signed_in = read::signed_in(self.send(call).await?).await?;
        self.keep_token(&signed_in.token);
        Ok(signed_in)
    }

    fn sign_out(&self) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(vault) = &self.vault
            && let Err(error) = vault.forget(TOKEN)
        {
            tracing::warn!(%error, "the token cannot be removed");
        }
    }

    async fn push(&self, device: DeviceId, request: &PushRequest) -> Result<PushResponse, CentralTrouble> {
        let url = self.url(&["v1", "devices", &device.to_string(), "events"]);
        let call = self.request(Method::POST, url).header(ACCEPT, PUSH_MEDIA_TYPE);
        let call = packing::with_json(call, request);
        read::pushed(self.send(call).await?, request).await
    }

    async fn changes(&self, cursor: Option<&str>, limit: u32) -> Result<ChangesResponse, CentralTrouble> {
        let mut answer = self.page(cursor, limit).await?;
        if answer.is_ours && answer.status == StatusCode::GONE {
            // The cursor is of another life of the central: the first page tells its new epoch.
            answer = self.page(None, limit).await?;
        }
        read::changes(answer).await
    }

    async fn record_proof(&self, epoch: &str, from: u64, to: u64) -> Result<Vec<Sha256>, CentralTrouble> {
        let mut url = self.url(&["v1", "log", "consistency"]);
        url.query_pairs_mut()
            .append_pair("from", &from.to_string())
            .append_pair("to", &to.to_string())
            .append_pair("epoch", epoch);
        let answer = self.send(self.request(Method::GET, url)).await?;
        read::record_proof(answer, from, to).await
    }

    async fn photo_state(
        &self,
        photo: &Sha256,
        bytes: u64,
        media_type: &str,
    ) -> Result<PhotoAtCentral, CentralTrouble> {
        let answer = self.send(self.photo(Method::HEAD, photo)).await?;
        if answer.is_ours && answer.status == StatusCode::NOT_FOUND {
            return self.create(photo, bytes, media_type).await;
        }
        match read::have(&answer.success().await?)? {
            // Announced, and then stopped before anything was there to be checked: announcing again settles it.
            PhotoAtCentral::Partial { offset } if offset >= bytes => self.create(photo, bytes, media_type).await,
            have => Ok(have),
        }
    }

    async fn photo_append(
        &self,
        photo: &Sha256,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<PhotoAtCentral, CentralTrouble> {
        let patience = WHOLE + Duration::from_secs(bytes.len() as u64 / SLOWEST);
        let call = self
            .photo(Method::PATCH, photo)
            .header(UPLOAD_OFFSET, offset)
            .header(CONTENT_TYPE, "application/offset+octet-stream")
            .timeout(patience)
            .body(bytes);
        let answer = self.send(call).await?;
        match answer.status {
            StatusCode::NOT_FOUND if answer.is_ours => Ok(PhotoAtCentral::Absent),
            // It has another length by now: a piece whose answer was lost.
            StatusCode::CONFLICT if answer.is_ours => {
                read::have(&self.send(self.photo(Method::HEAD, photo)).await?.success().await?)
            }
            // Bytes were spoiled on the way (the file was checked before): again from the start.
            StatusCode::UNPROCESSABLE_ENTITY if answer.is_ours => Err(CentralTrouble::Busy { retry_after_s: None }),
            _ => read::have(&answer.success().await?),
        }
    }

    async fn tickets(&self, request: &TicketsRequest) -> Result<TicketsResponse, CentralTrouble> {
        let call = self.request(Method::POST, self.url(&["v1", "tickets"])).json(request);
        read::tickets(self.send(call).await?).await
    }

    async fn photo_bytes(&self, photo: &Sha256) -> Result<Vec<u8>, CentralTrouble> {
        let call = self.request(Method::GET, self.url(&["v1", "photos", &photo.to_string()]));
        let bytes = self.send(call.timeout(WHOLE * 10)).await?.success().await?.bytes(PHOTO_BYTES).await?;
        if Sha256::of(&bytes) == *photo {
            Ok(bytes)
        } else {
            Err(CentralTrouble::Offline("the photo arrived changed".to_owned()))
        }
    }
}
