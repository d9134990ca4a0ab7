//! Certificates that must not be trusted, in front of a central that would answer everything: no request reaches it, and the
//! trouble is named, so that the officer is not told to wait for coverage.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::tls::{ALL, acceptor, authority, certificate};
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use reqwest::Certificate;
use rustls::{SupportedProtocolVersion, version};
use seal_core::ids::DeviceId;
use seal_core::wire::{PROTO, PROTO_HEADER, PushRequest};
use seal_field::adapters::http::HttpCentral;
use seal_field::ports::central::{Central as _, CentralTrouble};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use uuid::Uuid;

struct Server {
    port: u16,
    /// Requests that came through.
    heard: Arc<AtomicU32>,
}

/// Answers every request as our central would a ping.
async fn server(
    issuer: &CertifiedIssuer<'static, KeyPair>,
    params: CertificateParams,
    versions: &[&'static SupportedProtocolVersion],
) -> Server {
    let acceptor = acceptor(issuer, params, versions);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(AtomicU32::new(0));
    let count = heard.clone();
    tokio::spawn(async move {
        loop {
            let Ok((socket, _)) = listener.accept().await else { return };
            let Ok(mut tls) = acceptor.accept(socket).await else { continue };
            let mut bytes = [0; 4096];
            if tls.read(&mut bytes).await.is_ok_and(|n| n > 0) {
                count.fetch_add(1, Ordering::SeqCst);
                let answer = format!("HTTP/1.1 204 No Content\r\n{PROTO_HEADER}: {PROTO}\r\nconnection: close\r\n\r\n");
                let _ = tls.write_all(answer.as_bytes()).await;
                let _ = tls.shutdown().await;
            }
        }
    });
    Server { port, heard }
}

fn central(server: &Server, host: &str, root: &CertifiedIssuer<'static, KeyPair>) -> HttpCentral {
    let root = Certificate::from_der(root.der()).unwrap();
    HttpCentral::with_roots(&format!("https://{host}:{}", server.port), vec![root]).unwrap()
}

#[tokio::test]
async fn a_good_certificate_of_the_agency_is_trusted_with_either_version() {
    let agency = authority("Agency");
    for versions in [ALL, &[&version::TLS12], &[&version::TLS13]] {
        let server = server(&agency, certificate("localhost", 2020, 2100), versions).await;
        central(&server, "localhost", &agency).ping().await.unwrap();
        assert_eq!(server.heard.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn what_must_not_be_trusted_is_told_and_hears_nothing() {
    let (agency, stranger) = (authority("Agency"), authority("Somebody else"));
    for (what, issuer, params) in [
        ("expired", &agency, certificate("localhost", 2019, 2020)),
        // or the phone's clock is years behind
        ("not valid yet", &agency, certificate("localhost", 2090, 2100)),
        ("of another host", &agency, certificate("central.example", 2020, 2100)),
        ("of another authority: somebody stands in between", &stranger, certificate("localhost", 2020, 2100)),
    ] {
        let server = server(issuer, params, ALL).await;
        let central = central(&server, "localhost", &agency);
        let request = PushRequest { epoch: None, items: Vec::new() };
        for told in [central.ping().await, central.push(DeviceId(Uuid::nil()), &request).await.map(drop)] {
            assert!(matches!(told, Err(CentralTrouble::Tls(_))), "{what}: {told:?}");
        }
        assert_eq!(server.heard.load(Ordering::SeqCst), 0, "{what}");
    }
}
