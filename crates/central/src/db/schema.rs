//! The schema in its steps, each written for both databases. A step that was released is never changed: add another.

use rusqlite_migration::{HookError, M, Migrations};

use super::connection::Connection;
use crate::log;

/// For SQLite, which counts them in `user_version`.
pub(super) fn sqlite() -> Migrations<'static> {
    Migrations::new(vec![
        M::up(include_str!("../schema/1_record.sqlite.sql")),
        M::up(include_str!("../schema/2_seals.sqlite.sql")),
        M::up_with_hook(include_str!("../schema/3_log.sqlite.sql"), |tx| {
            log::build(&Connection::Sqlite(tx)).map_err(|trouble| HookError::Hook(trouble.to_string()))
        }),
        M::up(include_str!("../schema/4_enrolment.sqlite.sql")),
    ])
}

/// For PostgreSQL, where none existed before the third.
#[cfg(feature = "postgres")]
pub(super) const POSTGRES: [&str; 4] = [
    include_str!("../schema/1_record.postgres.sql"),
    include_str!("../schema/2_seals.postgres.sql"),
    include_str!("../schema/3_log.postgres.sql"),
    include_str!("../schema/4_enrolment.postgres.sql"),
];
