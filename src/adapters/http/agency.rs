//! Signing in with the agency's account, over HTTP.

use async_trait::async_trait;
use reqwest::{Method, StatusCode};
use seal_core::agency::{BeginRequest, BeginResponse, FinishRequest, Pending};
use serde::Deserialize;

use super::{HttpCentral, read};
use crate::ports::agency::{Agency, Finished, Ways};
use crate::ports::central::CentralTrouble;

/// Largest answer: an address, a code.
const ANSWER_BYTES: usize = 64 << 10;

/// What is of interest here of the central's limits. A central that does not tell is an older one.
#[derive(Deserialize)]
struct Limits {
    proto: String,
    #[serde(default)]
    sign_in: Option<Vec<String>>,
}

#[async_trait]
impl Agency for HttpCentral {
    async fn ways(&self) -> Result<Ways, CentralTrouble> {
        let answer = self.send(self.request(Method::GET, self.url(&["v1", "limits"]))).await?;
        let limits: Limits = answer.success().await?.json(None, ANSWER_BYTES).await?;
        read::ours(&limits.proto)?;
        let told = limits.sign_in.unwrap_or_else(|| vec!["secret".to_owned()]);
        let has = |way: &str| told.iter().any(|told| told == way);
        Ok(Ways { secret: has("secret"), agency: has("oidc") })
    }

    async fn begin(&self, request: &BeginRequest) -> Result<BeginResponse, CentralTrouble> {
        let call = self.client.post(self.url(&["v1", "sign-in", "oidc"])).json(request);
        let begun: BeginResponse = self.send(call).await?.success().await?.json(None, ANSWER_BYTES).await?;
        read::ours(&begun.proto)?;
        // Opened in a browser, so nothing but a page.
        let is_page = |address: &str| address.starts_with("https://") || address.starts_with("http://");
        if is_page(&begun.open) && begun.address.as_deref().is_none_or(is_page) {
            Ok(begun)
        } else {
            Err(CentralTrouble::Offline("the answer names no page".to_owned()))
        }
    }

    async fn finish(&self, request: &FinishRequest) -> Result<Finished, CentralTrouble> {
        let call = self.client.post(self.url(&["v1", "sign-in", "oidc", "finish"])).json(request);
        let answer = self.send(call).await?;
        if answer.is_ours && answer.status == StatusCode::ACCEPTED {
            let pending: Pending = answer.json(None, ANSWER_BYTES).await?;
            read::ours(&pending.proto)?;
            return Ok(Finished::NotYet(pending.wait_s));
        }
        let signed_in = read::signed_in(answer).await?;
        self.keep_token(&signed_in.token);
        Ok(Finished::SignedIn(Box::new(signed_in)))
    }
}
