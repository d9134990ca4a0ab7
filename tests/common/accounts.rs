//! A central that only signs in.
#![allow(dead_code)]

use async_trait::async_trait;
use seal_core::ids::{DeviceId, Sha256};
use seal_core::officer::Officer;
use seal_core::wire::{
    ChangesResponse, PROTO, PushRequest, PushResponse, SignInRequest, SignInResponse, TicketsRequest, TicketsResponse,
};
use seal_field::ports::central::{Central, CentralTrouble, PhotoAtCentral};

/// A central that knows one account.
pub struct SignsIn(pub Officer, pub &'static str);

#[async_trait]
impl Central for SignsIn {
    async fn ping(&self) -> Result<(), CentralTrouble> {
        Ok(())
    }
    async fn sign_in(&self, request: SignInRequest) -> Result<SignInResponse, CentralTrouble> {
        if request.secret != self.1 {
            return Err(CentralTrouble::SignIn);
        }
        Ok(SignInResponse {
            proto: PROTO.to_owned(),
            token: "t".to_owned(),
            expires: "2026-11-24T00:00:00Z".parse().unwrap(),
            officer: self.0.clone(),
            server_time: "2026-11-23T01:00:00Z".parse().unwrap(),
            rules_keys: Vec::new(),
            log_key: None,
            agency_key: None,
        })
    }
    fn sign_out(&self) {}
    async fn push(&self, _: DeviceId, _: &PushRequest) -> Result<PushResponse, CentralTrouble> {
        Err(CentralTrouble::SignIn)
    }
    async fn changes(&self, _: Option<&str>, _: u32) -> Result<ChangesResponse, CentralTrouble> {
        Err(CentralTrouble::SignIn)
    }
    async fn record_proof(&self, _: &str, _: u64, _: u64) -> Result<Vec<Sha256>, CentralTrouble> {
        Err(CentralTrouble::SignIn)
    }
    async fn photo_state(&self, _: &Sha256, _: u64, _: &str) -> Result<PhotoAtCentral, CentralTrouble> {
        Err(CentralTrouble::SignIn)
    }
    async fn photo_append(&self, _: &Sha256, _: u64, _: Vec<u8>) -> Result<PhotoAtCentral, CentralTrouble> {
        Err(CentralTrouble::SignIn)
    }
    async fn tickets(&self, _: &TicketsRequest) -> Result<TicketsResponse, CentralTrouble> {
        Err(CentralTrouble::SignIn)
    }
    async fn photo_bytes(&self, _: &Sha256) -> Result<Vec<u8>, CentralTrouble> {
        Err(CentralTrouble::SignIn)
    }
}
