//! The two databases: how each is opened, migrated and checked, and the statements compiled for it.

pub(crate) mod postgres;
pub(crate) mod sqlite;

use sqlx::migrate::{MigrateError, Migrator};

use crate::Error;

/// What a fault while migrating means to whoever runs the program.
fn migration_fault(error: MigrateError, newest: i64) -> Error {
    match error {
        MigrateError::VersionMissing(found) => Error::Unusable(format!(
            "the data were written by a newer version of BotPlot (schema {found}, this version knows {newest}): \
             run that version, or restore an older backup"
        )),
        MigrateError::VersionMismatch(found) | MigrateError::Dirty(found) => Error::Unusable(format!(
            "the data do not have BotPlot's schema {found}: they were changed by something else; restore a backup"
        )),
        MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _) => cause.into(),
        other => Error::broken(other),
    }
}

/// The version of the last migration.
fn newest(migrator: &Migrator) -> i64 {
    migrator.iter().map(|m| m.version).max().unwrap_or_default()
}
