//! The program over TLS to a PostgreSQL server: with the right certificate, and with every wrong one. Runs where there is
//! PostgreSQL: `./run postgres`, `./run test`.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::database::Database;
use crate::common::postgres_server::{PASSWORD, PostgresServer};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

/// The name in the server's certificate.
const HOST: &str = "db.seal.test";

fn pem(what: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", lines.join("\n"))
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn server(authority: &CertifiedIssuer<'static, KeyPair>) -> PostgresServer {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![HOST.to_owned()]).unwrap().signed_by(&key, authority).unwrap();
    PostgresServer::with_certificate(&pem("CERTIFICATE", certificate.der()), &pem("PRIVATE KEY", &key.serialize_der()))
}

/// The server's address under a name, which no resolver knows.
fn address(server: &PostgresServer, name: &str, more: &str) -> String {
    let password = PASSWORD.replace(' ', "%20");
    format!("postgres://postgres:{password}@{name}:{}/postgres?hostaddr=127.0.0.1{more}", server.port)
}

fn central(data: &Path, url: &str, root: Option<&Path>) -> Command {
    let mut central = Command::new(env!("CARGO_BIN_EXE_seal-central"));
    central.args(["--listen", "127.0.0.1:0", "--practice", "--data"]).arg(data);
    central.env("DATABASE_URL", url).env_remove("PGSSLROOTCERT");
    if let Some(root) = root {
        central.env("PGSSLROOTCERT", root);
    }
    central.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    central
}

/// What it says when it does not start.
fn refused(data: &Path, url: &str, root: Option<&Path>) -> String {
    let ended = central(data, url, root).output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(!said.contains(PASSWORD) && !said.contains("not%20a"), "{said}");
    said
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed leaves none behind.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_server_is_used_over_tls_when_its_certificate_is_right_and_not_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    if Database::of(folder.path()).is_sqlite() {
        return;
    }
    let (ours, others) = (authority("Agency"), authority("Somebody"));
    let [root, wrong_root, no_root] = ["root.pem", "wrong.pem", "none.pem"].map(|name| folder.path().join(name));
    std::fs::write(&root, pem("CERTIFICATE", ours.der())).unwrap();
    std::fs::write(&wrong_root, pem("CERTIFICATE", others.der())).unwrap();
    std::fs::write(&no_root, "").unwrap();
    let server = server(&ours);
    let data = folder.path().join("data");

    let required = address(&server, HOST, "&sslmode=require&channel_binding=require");
    let mut running = Running(central(&data, &required, Some(&root)).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(running.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("listening on "), "{line}");
    let server_says = server.connect().await;
    let encrypted = "SELECT count(*) FILTER (WHERE ssl), count(*) FILTER (WHERE NOT ssl) FROM pg_stat_ssl
                     JOIN pg_stat_activity USING (pid) WHERE application_name = 'seal-central'";
    let seen = server_says.query_one(encrypted, &[]).await.unwrap();
    assert!(seen.get::<_, i64>(0) > 0 && seen.get::<_, i64>(1) == 0, "{seen:?}");
    drop(running);

    let said = refused(&data, &required, Some(&wrong_root));
    assert!(said.contains("invalid peer certificate: UnknownIssuer"), "{said}");
    let said = refused(&data, &required, None);
    assert!(said.contains("UnknownIssuer"), "the public roots do not lead to it: {said}");
    // A wrong one is no reason to go on without.
    let said = refused(&data, &address(&server, HOST, ""), Some(&wrong_root));
    assert!(said.contains("UnknownIssuer"), "{said}");
    let said = refused(&data, &address(&server, "db.other.test", "&sslmode=require"), Some(&root));
    assert!(said.contains("not valid for name \"db.other.test\""), "{said}");
    let said = refused(&data, &required, Some(&no_root));
    assert!(said.contains("PGSSLROOTCERT: no certificate"), "{said}");
    let said = refused(&data, &required, Some(&folder.path().join("nowhere.pem")));
    assert!(said.contains("PGSSLROOTCERT: "), "{said}");

    let plain = PostgresServer::start(&[]);
    let said = refused(&data, &address(&plain, HOST, "&sslmode=require"), Some(&root));
    assert!(said.contains("server does not support TLS"), "{said}");
}
