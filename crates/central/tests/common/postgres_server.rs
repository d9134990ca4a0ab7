//! PostgreSQL servers of a test's own, each in a temporary folder and on a free port of 127.0.0.1. `tools/with-postgres.sh`
//! starts the one that the other tests share.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// Asked for over the network where there is a certificate.
pub const PASSWORD: &str = "not a secret";

/// A running server; it ends with this.
pub struct PostgresServer {
    home: TempDir,
    pub port: u16,
}

impl PostgresServer {
    /// A server that trusts everybody, with these settings.
    pub fn start(settings: &[&str]) -> Self {
        let home = home();
        let initialised =
            ["initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
        run(home.path(), &initialised);
        Self::run(home, settings)
    }

    /// A server that shows this certificate, and asks for a password where it is used. Both are PEM.
    pub fn with_certificate(certificate: &str, key: &str) -> Self {
        let home = home();
        let [pem, secret, password] = ["server.pem", "server.key", "password"].map(|name| home.path().join(name));
        for (file, text) in [(&pem, certificate), (&secret, key), (&password, PASSWORD)] {
            seal_central::write_private(file, text).unwrap();
        }
        give_to_server(home.path());
        let password = format!("--pwfile={}", password.display());
        let auth =
            ["--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"];
        run(home.path(), &[&["initdb", "-U", "postgres", &password][..], &auth].concat());
        let [pem, secret] = [pem, secret].map(|file| file.display().to_string());
        let files = [format!("ssl_cert_file={pem}"), format!("ssl_key_file={secret}")];
        Self::run(home, &["ssl=on", &files[0], &files[1]])
    }

    /// A server that copies this one as it changes, and only reads until it is promoted. From now on this one answers no
    /// commit before the copy has it.
    pub async fn copied(&self) -> Self {
        let home = home();
        let port = self.port.to_string();
        let from = ["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "--write-recovery-conf", "--no-sync"];
        run(home.path(), &[&["pg_basebackup", "--checkpoint=fast", "--wal-method=stream"][..], &from].concat());
        let copy = Self::run(home, &[]);
        let client = self.connect().await;
        client.batch_execute("ALTER SYSTEM SET synchronous_standby_names = '*'").await.unwrap();
        client.batch_execute("SELECT pg_reload_conf()").await.unwrap();
        let follows = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        while client.query_one(follows, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            tokio::task::yield_now().await;
        }
        copy
    }

    /// Lets a copy take over.
    pub fn promote(&self) {
        run(self.home.path(), &["pg_ctl", "promote", "-w"]);
    }

    /// As a machine that goes dark: every process of it at once, without a word.
    pub fn kill(&self) {
        let pid = std::fs::read_to_string(self.home.path().join("data/postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        let pids = std::iter::once(pid).chain(children.split_whitespace());
        // A child may have ended by itself meanwhile.
        Command::new("kill").arg("-KILL").args(pids).output().unwrap();
    }

    /// As its operator, on its socket.
    pub async fn connect(&self) -> Client {
        let home = self.home.path().display();
        let address = format!("host={home} port={} user=postgres dbname=postgres", self.port);
        let (client, connection) = tokio_postgres::connect(&address, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    fn run(home: TempDir, settings: &[&str]) -> Self {
        let settings: String = settings.iter().map(|setting| format!(" -c {setting}")).collect();
        let mut said = String::new();
        // Somebody else may take the free port before the server does.
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let place = format!(
                "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={}",
                home.path().display()
            );
            let options = format!("{place} -c fsync=off{settings}");
            let log = home.path().join("log").display().to_string();
            let started = ask(home.path(), &["pg_ctl", "-w", "-l", &log, "-o", &options, "start"]);
            if started.status.success() {
                return Self { home, port };
            }
            said = std::fs::read_to_string(log).unwrap_or_default();
        }
        panic!("PostgreSQL does not start: {said}");
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // One that was killed is not there.
        ask(self.home.path(), &["pg_ctl", "-m", "immediate", "stop"]);
    }
}

fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    give_to_server(home.path());
    home
}

/// A server refuses to run as root, and to use files of others.
fn give_to_server(home: &Path) {
    if is_root() {
        assert!(Command::new("chown").args(["-R", "postgres"]).arg(home).status().unwrap().success());
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

fn run(home: &Path, command: &[&str]) {
    let output = ask(home, command);
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Runs a program of the server's on its data.
fn ask(home: &Path, command: &[&str]) -> Output {
    let program = programs().join(command[0]);
    let mut asked = if is_root() {
        let mut asked = Command::new("setpriv");
        asked.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
        asked
    } else {
        Command::new(program)
    };
    asked.arg("-D").arg(home.join("data")).args(&command[1..]).current_dir(home);
    // What it starts keeps these open: a pipe would never end.
    let (out, err) = (home.join("out"), home.join("err"));
    let status = asked.stdout(file(&out)).stderr(file(&err)).status().unwrap();
    let read = |path: &Path| std::fs::read(path).unwrap_or_default();
    Output { status, stdout: read(&out), stderr: read(&err) }
}

fn file(path: &Path) -> std::fs::File {
    std::fs::File::create(path).unwrap()
}

/// The folder of the server's programs; Debian puts none of them into the PATH.
fn programs() -> PathBuf {
    let mut found: Vec<_> = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().collect();
    found.sort_by_key(|version| version.file_name().to_string_lossy().parse::<u32>().unwrap_or_default());
    let here = found.last().map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists());
    here.unwrap_or_else(|| {
        let said = Command::new("pg_config").arg("--bindir").output().expect("a PostgreSQL server is installed");
        String::from_utf8(said.stdout).unwrap().trim().into()
    })
}
