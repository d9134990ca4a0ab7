//! PostgreSQL: a pool of connections to one server that several centrals share.
//!
//! **One writer.** Every transaction that writes first takes one advisory lock and keeps it until its commit is visible. So
//! numbers come into sight in the order in which they were given out, and a reader that has seen one has seen all before it;
//! numbers from a sequence alone do not have that (`tests/postgres.rs` shows it). What reads needs no lock.
//!
//! `tokio_postgres` is asynchronous, the central's work is not, and may run on any thread, those of a runtime included. So
//! each waiting thread moves its connection's bytes itself, and one thread of the process tells it when there are some.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt::Write as _;
use std::future::{Future, poll_fn, ready};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_executor::block_on;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::Runtime;
use tokio::task::unconstrained;
use tokio_postgres::error::{Severity, SqlState};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, Error, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connection::{Connection, Row};
use super::value::Value;
use super::{Trouble, meta, new_life_if_none, schema};

/// Connections of one central: one writes, the others read.
const CONNECTIONS: u32 = 8;
/// So long one waits for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// So long each host of the address may take to be reached, unless the address says otherwise: the next one's turn must come
/// while somebody waits.
const REACH: Duration = Duration::from_secs(3);
/// A machine that went dark says nothing: a connection to it is given up after so long, whether something was asked of it or
/// not, unless the address says otherwise.
const DARK: Duration = Duration::from_secs(30);
/// File of the roots that the server's certificate must lead to; named as libpq does. Else the public ones.
const ROOTS_VARIABLE: &str = "PGSSLROOTCERT";
/// For every connection. To be the one writer is waited for as long as on SQLite; a central that stands still in its
/// transaction loses it; and no commit is answered before it is on the disk, whatever the server's own setting.
const SETTINGS: &str = "
    SET lock_timeout = '60s';
    SET idle_in_transaction_session_timeout = '60s';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local');";

/// Connections to one database, for a central and its clones.
pub(crate) struct Pool {
    connections: r2d2::Pool<Manager>,
    writer: Mutex<()>,
}

/// A connection of the pool, while it is used.
pub(crate) type Lent = r2d2::PooledConnection<Manager>;

impl Pool {
    /// Connects and brings the schema up to date.
    pub(super) fn open(url: &str) -> Result<Self, Trouble> {
        let pool = Self::connect(url)?;
        let session = pool.lend()?;
        bring_up_to_date(&session)?;
        drop(session);
        Ok(pool)
    }

    /// Connects.
    pub(super) fn connect(url: &str) -> Result<Self, Trouble> {
        // Not the library's words: they could show the password.
        let mut config: Config = url.parse().map_err(|_| Trouble::Server("its address cannot be read".to_owned()))?;
        config.keepalives_idle(DARK / 2).keepalives_interval(DARK / 6);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(REACH);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(DARK);
        }
        if config.get_application_name().is_none() {
            config.application_name("seal-central");
        }
        let manager = Manager { config, tls: MakeRustlsConnect::new(tls()?) };
        // What no waiting mends (a certificate, a password) is said at once; the pool would try for a while.
        if let Err(trouble) = r2d2::ManageConnection::connect(&manager)
            && !trouble.passes()
        {
            return Err(trouble);
        }
        let connections = r2d2::Pool::builder()
            .max_size(CONNECTIONS)
            .min_idle(Some(1))
            .connection_timeout(CONNECT)
            .error_handler(Box::new(Told))
            .build(manager)
            .map_err(|error| Trouble::Away(error.to_string()))?;
        Ok(Self { connections, writer: Mutex::new(()) })
    }

    /// As [`super::practised`].
    pub(super) fn practised(&self) -> Result<Option<bool>, Trouble> {
        let session = self.lend()?;
        let db = Connection::Postgres(&session);
        let there: bool = db.query_row("SELECT to_regclass('schema_step') IS NOT NULL", (), |row| row.get(0))?;
        if there { Ok(Some(meta(&db, "practice")?.is_some())) } else { Ok(None) }
    }

    pub(super) fn lend(&self) -> Result<Lent, Trouble> {
        self.connections.get().map_err(|error| Trouble::Away(error.to_string()))
    }

    /// The right to ask for being the writer.
    pub(super) fn turn(&self) -> MutexGuard<'_, ()> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bring_up_to_date(session: &Session) -> Result<(), Trouble> {
    let db = Connection::Postgres(session);
    // Centrals that start at once on an empty database do this one after the other.
    let tx = db.transaction()?;
    session.control("CREATE TABLE IF NOT EXISTS schema_step (step BIGINT PRIMARY KEY)")?;
    let done: i64 = tx.query_row("SELECT count(*) FROM schema_step", (), |row| row.get(0))?;
    let done = usize::try_from(done).unwrap_or_default();
    if done > schema::POSTGRES.len() {
        return Err(Trouble::Server("it was written by a newer version of this program".to_owned()));
    }
    for (at, step) in (1_u32..).zip(schema::POSTGRES).skip(done) {
        session.control(step)?;
        tx.execute("INSERT INTO schema_step (step) VALUES (?1)", [at])?;
    }
    new_life_if_none(&tx)?;
    tx.commit()
}

/// Every certificate is checked where there is TLS; whether there must be is said in the address (`sslmode=require`).
fn tls() -> Result<ClientConfig, Trouble> {
    let mut roots = RootCertStore::empty();
    match std::env::var_os(ROOTS_VARIABLE) {
        None => {
            roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
        }
        Some(file) => {
            let unread = |error: &dyn std::fmt::Display| Trouble::Server(format!("{ROOTS_VARIABLE}: {error}"));
            for certificate in CertificateDer::pem_file_iter(file).map_err(|error| unread(&error))? {
                let certificate = certificate.map_err(|error| unread(&error))?;
                roots.add(certificate).map_err(|error| unread(&error))?;
            }
            if roots.is_empty() {
                return Err(unread(&"no certificate is in it"));
            }
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Trouble::Server(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Tells waiting threads when their connections have something for them. Never ends, as the process does not.
fn waker() -> Result<&'static Runtime, Trouble> {
    static WAKER: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = WAKER.get() {
        return Ok(runtime);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    Ok(WAKER.get_or_init(|| runtime))
}

/// Makes connections and throws broken ones away.
pub(crate) struct Manager {
    config: Config,
    tls: MakeRustlsConnect,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Session;
    type Error = Trouble;

    fn connect(&self) -> Result<Session, Trouble> {
        let (config, tls) = (self.config.clone(), self.tls.clone());
        let connecting = waker()?.spawn(async move { config.connect(tls).await });
        let connected = block_on(unconstrained(connecting)).map_err(|error| Trouble::Away(error.to_string()))?;
        let (client, connection) = connected.map_err(|error| told(&error).1)?;
        let bytes: Bytes = Box::pin(async move {
            if let Err(error) = connection.await {
                tracing::warn!(trouble = %told(&error).1, "a connection to the database was lost");
            }
        });
        let session = Session {
            client: Arc::new(client),
            bytes: RefCell::new(Some(bytes)),
            posted: RefCell::default(),
            statements: RefCell::default(),
            spoilt: Cell::new(false),
            lock: Cell::new(0),
        };
        session.control(SETTINGS)?;
        // Of its own for each schema: several centrals may share a database without sharing anything in it.
        let lock = "SELECT hashtextextended('seal-central/' || current_schema(), 0)";
        session.lock.set(Connection::Postgres(&session).query_row(lock, (), |row| row.get(0))?);
        Ok(session)
    }

    fn is_valid(&self, session: &mut Session) -> Result<(), Trouble> {
        if session.is_open() { Ok(()) } else { Err(Trouble::Away("the connection was closed".to_owned())) }
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        // What nobody waited for or undid: whatever it was, another connection is sound.
        !session.is_open() || session.spoilt.get() || !session.posted.get_mut().is_empty()
    }
}

/// What keeps the pool from connecting is logged.
#[derive(Debug)]
struct Told;

impl r2d2::HandleError<Trouble> for Told {
    fn handle_error(&self, trouble: Trouble) {
        tracing::warn!(%trouble, "no connection to the database");
    }
}

type Bytes = Pin<Box<dyn Future<Output = ()> + Send>>;
type Posted = Pin<Box<dyn Future<Output = Result<u64, Error>> + Send>>;

/// One connection.
pub(crate) struct Session {
    client: Arc<Client>,
    /// Moves them, whenever somebody waits for an answer; gone when the connection is.
    bytes: RefCell<Option<Bytes>>,
    /// Statements under way that nobody waits for by themselves.
    posted: RefCell<Vec<Posted>>,
    statements: RefCell<HashMap<String, Statement>>,
    /// A statement failed. The server undoes the transaction then, and would answer a commit without saying so.
    spoilt: Cell<bool>,
    /// The number of the writers' lock.
    lock: Cell<i64>,
}

impl Session {
    /// Waits until no other transaction writes.
    pub(super) fn be_the_writer(&self) -> Result<(), Trouble> {
        self.each("SELECT pg_advisory_xact_lock(?1)", &[Value::Int(self.lock.get())], &mut |_| Ok(()))
    }

    pub(super) fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<usize, Trouble> {
        let statement = self.statement(sql)?;
        let rows = self.wait(self.client.execute_raw(&statement, values.iter().copied()))?;
        Ok(usize::try_from(rows).unwrap_or(usize::MAX))
    }

    /// Sends a statement along with the next one that is waited for.
    pub(super) fn post(&self, sql: &str, values: &[Value<'_>]) -> Result<(), Trouble> {
        let statement = self.statement(sql)?;
        let (client, values) = (self.client.clone(), values.iter().copied().map(Owned::from).collect::<Vec<_>>());
        let mut posted: Posted = Box::pin(async move { client.execute_raw(&statement, values).await });
        let answered = once(|cx| posted.as_mut().poll(cx));
        match answered {
            Poll::Pending => {
                self.posted.borrow_mut().push(posted);
                Ok(())
            }
            Poll::Ready(answer) => self.wait(ready(answer)).map(drop),
        }
    }

    pub(super) fn each(
        &self,
        sql: &str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        let statement = self.statement(sql)?;
        let parameters: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let rows = self.wait(self.client.query(&statement, &parameters))?;
        rows.iter().try_for_each(|row| each(&Row::Postgres(row)))
    }

    /// Statements without parameters and rows.
    pub(super) fn control(&self, sql: &str) -> Result<(), Trouble> {
        if sql == "COMMIT" && self.spoilt.get() && self.is_open() {
            return Err(Trouble::Server("a statement of the transaction had failed".to_owned()));
        }
        let undoes = sql.starts_with("ROLLBACK");
        if undoes && !self.posted.borrow().is_empty() {
            // It is undone, whether it went well or not.
            drop(self.wait(ready(Ok(()))));
        }
        self.wait(self.client.batch_execute(sql))?;
        if undoes {
            self.spoilt.set(false);
        }
        Ok(())
    }

    fn statement(&self, sql: &str) -> Result<Statement, Trouble> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.wait(self.client.prepare(&translated(sql)))?;
        self.statements.borrow_mut().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn wait<T>(&self, asked: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
        let mut asked = pin!(asked);
        let mut posted = self.posted.take();
        let (mut answer, mut failed) = (None, None);
        let mut look = |cx: &mut Context<'_>| {
            posted.retain_mut(|posted| match posted.as_mut().poll(cx) {
                Poll::Pending => true,
                Poll::Ready(Ok(_)) => false,
                Poll::Ready(Err(error)) => {
                    // The first one says what is wrong, those after it only that something was.
                    failed.get_or_insert(error);
                    false
                }
            });
            if answer.is_none()
                && let Poll::Ready(answered) = asked.as_mut().poll(cx)
            {
                answer = Some(answered);
            }
            posted.is_empty() && answer.is_some()
        };
        let answered = poll_fn(|cx| {
            if look(cx) {
                return Poll::Ready(());
            }
            self.move_bytes(cx);
            // Now that what was asked is on its way, and perhaps the answer here.
            if look(cx) { Poll::Ready(()) } else { Poll::Pending }
        });
        // Not to be held up by what the task that this thread may work for has left of its turn.
        block_on(unconstrained(answered));
        let answer = match (failed, answer) {
            (Some(error), _) => Err(error),
            (None, Some(answer)) => answer,
            (None, None) => return Err(Trouble::Server("no answer".to_owned())),
        };
        answer.map_err(|error| {
            let (closed, trouble) = told(&error);
            self.spoilt.set(true);
            if closed {
                self.bytes.borrow_mut().take();
            }
            trouble
        })
    }

    fn move_bytes(&self, cx: &mut Context<'_>) {
        let mut bytes = self.bytes.borrow_mut();
        if bytes.as_mut().is_some_and(|bytes| bytes.as_mut().poll(cx).is_ready()) {
            // Who waits for an answer is told that there will be none.
            *bytes = None;
        }
    }

    /// As far as is known here, without asking the server.
    fn is_open(&self) -> bool {
        once(|cx| self.move_bytes(cx));
        self.bytes.borrow().is_some()
    }
}

/// Polls something once, outside any task's turn, and waits for nothing.
fn once<T>(mut poll: impl FnMut(&mut Context<'_>) -> T) -> T {
    let mut cx = Context::from_waker(Waker::noop());
    block_on(unconstrained(poll_fn(|_| Poll::Ready(poll(&mut cx)))))
}

/// A parameter that outlives the call it came with.
#[derive(Debug)]
enum Owned {
    Plain(Value<'static>),
    Text(String),
    Blob(Vec<u8>),
}

impl From<Value<'_>> for Owned {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::Plain(Value::Null),
            Value::Bool(truth) => Self::Plain(Value::Bool(truth)),
            Value::Int(number) => Self::Plain(Value::Int(number)),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

impl ToSql for Owned {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Plain(value) => value.to_sql(kind, out),
            Self::Text(text) => Value::Text(text).to_sql(kind, out),
            Self::Blob(bytes) => Value::Blob(bytes).to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        <Value<'_> as ToSql>::accepts(kind)
    }

    to_sql_checked!();
}

/// `?1` is `$1` there.
fn translated(sql: &str) -> Cow<'_, str> {
    if sql.contains('?') { sql.replace('?', "$").into() } else { sql.into() }
}

/// Whether the connection is gone, and what is said of an error: never the row it was about.
fn told(error: &Error) -> (bool, Trouble) {
    let Some(refused) = error.as_db_error() else {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(source) = cause {
            // Writing to a string cannot fail.
            let _ = write!(text, ": {source}");
            cause = source.source();
        }
        let cause = error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>());
        // What TLS refused is told in the same way as what the network did.
        let refused = |cause: &std::io::Error| cause.get_ref().is_some_and(|why| why.is::<rustls::Error>());
        let network = error.is_closed() || cause.is_some_and(|cause| !refused(cause));
        return (true, if network { Trouble::Away(text) } else { Trouble::Server(text) });
    };
    let text = format!("{} ({})", refused.message(), refused.code().code());
    let closed = matches!(refused.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
    (closed, if passes(refused.code()) { Trouble::Away(text) } else { Trouble::Server(text) })
}

/// Another try may do better: the connection (08), a transaction that lost against another (40), room (53), a lock (55), the
/// server is being stopped or started (57), or it is a copy that only reads until it takes over (25006).
fn passes(code: &SqlState) -> bool {
    ["08", "40", "53", "55", "57"].iter().any(|class| code.code().starts_with(class))
        || *code == SqlState::READ_ONLY_SQL_TRANSACTION
        || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
}

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match *self {
            Self::Null => Ok(IsNull::Yes),
            Self::Bool(truth) => truth.to_sql(kind, out),
            Self::Int(number) if *kind == Type::INT4 => i32::try_from(number)?.to_sql(kind, out),
            Self::Int(number) => number.to_sql(kind, out),
            // It keeps no text with a NUL, and nothing of ours has one: such a text is found nowhere.
            Self::Text(text) if text.contains('\0') => text.replace('\0', "\u{fffd}").to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Blob(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::BOOL, Type::INT4, Type::INT8, Type::TEXT, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(match *kind {
            Type::BOOL => Self::Bool(bool::from_sql(kind, raw)?),
            Type::INT4 => Self::Int(i32::from_sql(kind, raw)?.into()),
            Type::INT8 => Self::Int(i64::from_sql(kind, raw)?),
            Type::TEXT => Self::Text(<&str>::from_sql(kind, raw)?),
            _ => Self::Blob(raw),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(kind: &Type) -> bool {
        <Self as ToSql>::accepts(kind)
    }
}

pub(super) fn cell(row: &tokio_postgres::Row, at: usize) -> Result<Value<'_>, Trouble> {
    row.try_get(at).map_err(|error| Trouble::Stored(error.to_string()))
}
