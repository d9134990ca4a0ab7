//! A connection, whichever database it leads to. One text of a statement serves both: parameters are `?1`, `?2` ..., and what
//! differs between the databases is kept out of the texts, or in the two files beside this one.

use std::ops::Deref;

#[cfg(feature = "postgres")]
use super::postgres;
use super::value::{Column, Params, Value, read};
use super::{Trouble, sqlite};

/// Rows of one statement, where there are many.
const ROWS: usize = 16;

/// `(?1, ?2), (?3, ?4)` for two rows of two columns.
fn places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places: Vec<String> = (1..=columns).map(|column| format!("?{}", row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// A row that was found.
pub(crate) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    #[cfg(feature = "postgres")]
    Postgres(&'a tokio_postgres::Row),
}

impl Row<'_> {
    /// The column at `at`, from 0 on.
    pub(crate) fn get<T: Column>(&self, at: usize) -> Result<T, Trouble> {
        match self {
            Self::Sqlite(row) => read(at, sqlite::cell(row, at)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(row) => read(at, postgres::cell(row, at)?),
        }
    }
}

/// What runs statements. Each stays prepared.
#[derive(Clone, Copy)]
pub(crate) enum Connection<'a> {
    Sqlite(&'a rusqlite::Connection),
    #[cfg(feature = "postgres")]
    Postgres(&'a postgres::Session),
}

impl Connection<'_> {
    /// Runs a statement; gives how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, parameters: impl Params) -> Result<usize, Trouble> {
        self.execute_values(sql, &parameters.values())
    }

    /// Runs a statement of a transaction of which nobody asks how many rows it changed. Over a network nothing waits for it:
    /// what is wrong with it is told by the next statement that is waited for, at the latest where a savepoint or the
    /// transaction ends.
    pub(crate) fn post(&self, sql: &str, parameters: impl Params) -> Result<(), Trouble> {
        match self {
            Self::Sqlite(db) => sqlite::execute(db, sql, &parameters.values()).map(drop),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => session.post(sql, &parameters.values()),
        }
    }

    /// [`Self::post`] for each of the rows, several in one statement: `insert`, their values, `or`.
    pub(crate) fn post_rows<const N: usize>(
        &self,
        insert: &str,
        rows: &[[Value<'_>; N]],
        or: &str,
    ) -> Result<(), Trouble> {
        let (together, rest) = rows.as_chunks::<ROWS>();
        for rows in together {
            self.post(&format!("{insert} VALUES {} {or}", places(ROWS, N)), rows.concat())?;
        }
        rest.iter().try_for_each(|row| self.post(&format!("{insert} VALUES {} {or}", places(1, N)), row.to_vec()))
    }

    fn execute_values(&self, sql: &str, values: &[Value<'_>]) -> Result<usize, Trouble> {
        match self {
            Self::Sqlite(db) => sqlite::execute(db, sql, values),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => session.execute(sql, values),
        }
    }

    /// Hands each row to `each`, in their order.
    pub(crate) fn query_each(
        &self,
        sql: &str,
        parameters: impl Params,
        mut each: impl FnMut(&Row<'_>) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        self.each(sql, &parameters.values(), &mut each)
    }

    fn each(
        &self,
        sql: &str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&Row<'_>) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        match self {
            Self::Sqlite(db) => sqlite::each(db, sql, values, each),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => session.each(sql, values, each),
        }
    }

    /// All rows.
    pub(crate) fn query_all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        mut of: impl FnMut(&Row<'_>) -> Result<T, Trouble>,
    ) -> Result<Vec<T>, Trouble> {
        let mut all = Vec::new();
        self.query_each(sql, parameters, |row| {
            all.push(of(row)?);
            Ok(())
        })?;
        Ok(all)
    }

    /// The one row, or none.
    pub(crate) fn query_opt<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        mut of: impl FnMut(&Row<'_>) -> Result<T, Trouble>,
    ) -> Result<Option<T>, Trouble> {
        let mut found = None;
        self.query_each(sql, parameters, |row| {
            if found.is_none() {
                found = Some(of(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The one row that there must be.
    pub(crate) fn query_row<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        of: impl FnMut(&Row<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        self.query_opt(sql, parameters, of)?.ok_or_else(|| Trouble::Stored("a row is missing".to_owned()))
    }

    /// What is read within it is of one moment. It can write nothing.
    pub(crate) fn snapshot(&self) -> Result<Transaction<'_>, Trouble> {
        match self {
            Self::Sqlite(_) => self.begin("BEGIN"),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        }
    }

    /// The only one that writes, whoever else has a connection: it waits until it is.
    pub(crate) fn transaction(&self) -> Result<Transaction<'_>, Trouble> {
        match self {
            Self::Sqlite(_) => self.begin("BEGIN IMMEDIATE"),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => {
                let tx = self.begin("BEGIN")?;
                session.be_the_writer()?;
                Ok(tx)
            }
        }
    }

    fn begin(&self, how: &str) -> Result<Transaction<'_>, Trouble> {
        self.control(how)?;
        Ok(Transaction { connection: *self, open: true })
    }

    /// `BEGIN`, `COMMIT` and their like.
    fn control(&self, sql: &str) -> Result<(), Trouble> {
        match self {
            Self::Sqlite(db) => sqlite::execute(db, sql, &[]).map(drop),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => session.control(sql),
        }
    }

    /// SQLite ends a transaction by itself when the disk is full.
    fn has_rolled_back(&self) -> bool {
        match self {
            Self::Sqlite(db) => db.is_autocommit(),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => false,
        }
    }

    /// Bytes of the database.
    pub(crate) fn bytes(&self) -> Result<i64, Trouble> {
        let sql = match self {
            Self::Sqlite(_) => "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => "SELECT pg_database_size(current_database())",
        };
        self.query_row(sql, (), |row| row.get(0))
    }
}

/// A transaction. Dropped it undoes what was written in it.
pub(crate) struct Transaction<'a> {
    connection: Connection<'a>,
    open: bool,
}

impl<'a> Deref for Transaction<'a> {
    type Target = Connection<'a>;

    fn deref(&self) -> &Connection<'a> {
        &self.connection
    }
}

impl Transaction<'_> {
    /// Makes it last; when this returns it is on the disk.
    pub(crate) fn commit(mut self) -> Result<(), Trouble> {
        // A commit that failed may leave the transaction open: dropping this ends it.
        self.connection.control("COMMIT")?;
        self.open = false;
        Ok(())
    }

    /// What `work` writes stays only when it succeeds.
    pub(crate) fn savepoint<T>(&self, work: impl FnOnce(&Self) -> Result<T, Trouble>) -> Result<T, Trouble> {
        self.connection.control("SAVEPOINT item")?;
        let result = work(self).and_then(|result| {
            self.connection.control("RELEASE item")?;
            Ok(result)
        });
        if result.is_err() {
            self.connection.control("ROLLBACK TO item")?;
            self.connection.control("RELEASE item")?;
        }
        result
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.open || self.connection.has_rolled_back() {
            return;
        }
        if let Err(trouble) = self.connection.control("ROLLBACK") {
            // A connection that was lost has undone it by itself.
            tracing::warn!(%trouble, "a transaction could not be undone");
        }
    }
}
