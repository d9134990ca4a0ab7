//! The database of a test's central: SQLite, or PostgreSQL where `SEAL_CENTRAL_TEST_POSTGRES` names a server to test on. Each
//! data folder has a schema of its own there, so that every test means the same on both.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use seal_central::Stores;
use seal_core::ids::Sha256;
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// Names the server: `postgres://...`, with a role that may create schemas.
const VARIABLE: &str = "SEAL_CENTRAL_TEST_POSTGRES";

/// A database, there or not.
pub enum Database {
    Sqlite { file: PathBuf },
    Postgres { url: String, schema: String },
}

impl Database {
    /// That of a central with this data folder. Creates nothing but an empty schema.
    pub fn of(data: &Path) -> Self {
        let Ok(server) = std::env::var(VARIABLE) else { return Self::Sqlite { file: data.join("central.sqlite") } };
        let schema = format!("t{}", &Sha256::of(data.as_os_str().as_encoded_bytes()).to_string()[..16]);
        let join = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{join}application_name={schema}&options=-c%20search_path%3D{schema}");
        let database = Self::Postgres { url, schema: schema.clone() };
        database.run(&format!("CREATE SCHEMA IF NOT EXISTS {schema}"));
        database
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite { .. })
    }

    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Sqlite { .. } => None,
            Self::Postgres { url, .. } => Some(url),
        }
    }

    pub fn stores(&self) -> Stores {
        Stores { database: self.url().map(str::to_owned), ..Stores::default() }
    }

    /// Runs statements behind the central's back.
    pub fn run(&self, sql: &str) {
        self.rows(sql);
    }

    /// Rows as texts.
    pub fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        match self {
            Self::Sqlite { file } => {
                let db = rusqlite::Connection::open(file).unwrap();
                if !sql.starts_with("SELECT") {
                    db.execute_batch(sql).unwrap();
                    return Vec::new();
                }
                let mut select = db.prepare(sql).unwrap();
                let columns = select.column_count();
                let text = |value: rusqlite::types::Value| match value {
                    rusqlite::types::Value::Null => None,
                    rusqlite::types::Value::Integer(number) => Some(number.to_string()),
                    rusqlite::types::Value::Text(text) => Some(text),
                    other => panic!("{other:?}"),
                };
                let row = |row: &rusqlite::Row<'_>| (0..columns).map(|at| row.get(at).map(text)).collect();
                select.query_map([], row).unwrap().map(Result::unwrap).collect()
            }
            Self::Postgres { url, .. } => {
                let (url, sql) = (url.clone(), sql.to_owned());
                // On a thread of its own: the test may run in a runtime.
                std::thread::spawn(move || on_server(&url, &sql)).join().unwrap()
            }
        }
    }

    /// Copies it as its operator would, to that of another data folder.
    pub fn copy_to(&self, data: &Path) {
        match self {
            Self::Sqlite { file } => {
                let db = rusqlite::Connection::open(file).unwrap();
                db.execute("VACUUM INTO ?1", [data.join("central.sqlite").to_str().unwrap()]).unwrap();
            }
            Self::Postgres { url, schema } => {
                let Self::Postgres { schema: other, .. } = Self::of(data) else { unreachable!("the same server") };
                let dump = Command::new("pg_dump").args(["--no-owner", "--schema", schema, url]).output().unwrap();
                assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
                let dump = String::from_utf8(dump.stdout).unwrap().replace(schema, &other);
                let dump = dump.replace(&format!("CREATE SCHEMA {other};"), "");
                let mut psql = Command::new("psql");
                psql.args(["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", url]);
                let mut psql = psql.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
                std::io::Write::write_all(&mut psql.stdin.take().unwrap(), dump.as_bytes()).unwrap();
                assert!(psql.wait().unwrap().success());
            }
        }
    }
}

fn on_server(url: &str, sql: &str) -> Vec<Vec<Option<String>>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        let messages = client.simple_query(sql).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
        let row = |message| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect::<Vec<_>>())
            }
            _ => None,
        };
        messages.into_iter().filter_map(row).collect()
    })
}
