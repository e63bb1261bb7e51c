//! Seals personal data, each subject's under a key of its own that can be destroyed.
//!
//! Guarantees: AES-256-GCM with a fresh nonce each time; tenant and subject are bound into every ciphertext, so that
//! one cannot be passed off as another's; a subject whose key was destroyed never gets a new one. Destruction takes
//! effect at once in the process that calls it and within [`CACHE_TTL_MS`] in every other process. Does not: reach into
//! backups and write-ahead logs, which hold a wrapped key until they expire.

mod cipher;
mod error;
mod ring;
mod store;

pub use cipher::{MASTER_KEY_BYTES, MasterKey, MasterKeyError, PLAINTEXT_BYTES_MAX};
pub use error::{KeyStoreError, OpenError, SealError};
pub use ring::{CACHE_TTL_MS, KeyRing};

use crate::postgres::Migrations;

mod embedded {
    refinery::embed_migrations!("migrations/identity");
}

/// The migrations of database `identity`.
pub fn identity_migrations() -> Migrations {
    Migrations::new(embedded::migrations::runner())
}
