//! What a fact costs on the way, in a batch of fifty: bytes, not times.
#![cfg(feature = "practice")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::*;
use crate::syncing::central;
use async_trait::async_trait;
use reqwest::{Client, Request, Response};
use seal_core::seal::reading::LockAction;
use seal_core::wire::{B64, PushItem, PushRequest, SignInRequest};
use seal_field::adapters::http::{Carrier, HttpCentral};
use seal_field::ports::central::{Central as _, CentralTrouble};
use seal_field::ports::vault::Vault as _;

/// Counts the bodies of requests and answers, as they travel.
#[derive(Default)]
struct Scales {
    client: Client,
    up: AtomicUsize,
    down: AtomicUsize,
}

#[async_trait]
impl Carrier for Scales {
    async fn carry(&self, request: Request) -> Result<Response, CentralTrouble> {
        let up = request.body().and_then(|body| body.as_bytes()).map_or(0, <[u8]>::len);
        self.up.store(up, Ordering::SeqCst);
        let answer = self.client.execute(request).await.unwrap();
        let mut head = axum::http::Response::builder().status(answer.status());
        head.headers_mut().unwrap().extend(answer.headers().clone());
        let body = answer.bytes().await.unwrap();
        self.down.store(body.len(), Ordering::SeqCst);
        Ok(Response::from(head.body(body).unwrap()))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_facts_of_a_shift_are_small_on_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let (_central, address) = central(&folder.path().join("central")).await;
    let device = Device::open(&folder.path().join("phone"));
    let world = seal_central::practice::World::load().unwrap();
    let account = world.accounts.into_iter().find(|account| account.officer.unit == office("03EE")).unwrap();
    // Once in a process; another test may have been first.
    drop(rustls::crypto::ring::default_provider().install_default());
    let scales = Arc::new(Scales::default());
    let http = HttpCentral::new(&format!("http://{address}")).unwrap().carried_by(scales.clone());
    let request = SignInRequest {
        officer: account.officer.id.clone(),
        secret: account.secret,
        device: device.vault.device(),
        device_key: B64(device.vault.public_key()),
    };
    http.sign_in(request).await.unwrap();

    // Five cases: opened, read, armed, proven and photographed.
    let mut events = Vec::new();
    for n in 0..5 {
        let no = format!("8318100{n}");
        let command = commanded(&no, LockAction::Arm);
        let picture = device.photo_fact(format!("picture {n}").repeat(3000).as_bytes());
        for facts in [
            vec![opened("15BB"), scanned("CSQU3054383"), scanned(&no)],
            vec![command.clone()],
            vec![read_back(&no, &command), tug(&no)],
            vec![picture, device.photo_fact(format!("seal {n}").repeat(3000).as_bytes())],
            vec![inspected(&no), received(&no)],
        ] {
            use seal_field::ports::store::Store as _;
            let mut act = device.act(Some(case_id(n)), facts);
            act.officer = account.officer.id.clone();
            events.extend(device.store.append(&act, device.vault.as_ref()).unwrap());
        }
    }
    assert_eq!(events.len(), 50);
    let items = events.iter().map(|event| PushItem { id: event.event.id, cose: B64(event.cose.clone()) }).collect();
    let answer = http.push(device.vault.device(), &PushRequest { epoch: None, items }).await.unwrap();
    assert_eq!(answer.results.len(), 50);
    let (up, down) = (scales.up.load(Ordering::SeqCst) / 50, scales.down.load(Ordering::SeqCst) / 50);
    let signed: usize = events.iter().map(|event| event.cose.len()).sum::<usize>() / 50;
    println!("a fact: {signed} bytes signed, {up} on the way up, {down} down");
    assert!(up <= 250 && down <= 32, "{up} bytes up, {down} down");
}
