//! The keyring: loads, creates, caches and destroys keys.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Sealed, SubjectId, TenantId};
use moka::sync::Cache;

use super::cipher::{Cipher, MASTER_KEY_BYTES, MasterKey, PLAINTEXT_BYTES_MAX};
use super::error::{KeyStoreError, OpenError, SealError};
use super::store::Store;
use crate::clock::{SharedClock, SharedIds};
use crate::postgres::Pool;

/// Time after which a cached key is read again, which limits how long other processes use a destroyed one.
pub const CACHE_TTL_MS: u64 = 30_000;
/// Most keys in the cache.
const CACHE_KEYS_MAX: u64 = 50_000;
/// Most keys read or created by one statement.
const BATCH_KEYS_MAX: usize = 1_000;

/// A subject's key as last seen.
#[derive(Clone)]
enum Entry {
    Live(Arc<Cipher>),
    Destroyed,
}

/// Seals and opens personal data. Cheap to clone.
#[derive(Clone)]
pub struct KeyRing(Arc<Inner>);

struct Inner {
    store: Store,
    wrapping: Cipher,
    clock: SharedClock,
    ids: SharedIds,
    cache: Cache<(TenantId, SubjectId), Entry>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyRing")
    }
}

impl KeyRing {
    /// A keyring over database `identity`. `ids` generates keys and nonces, so in production it must be
    /// [`SystemIds`](crate::clock::SystemIds).
    pub fn new(pool: Pool, master: &MasterKey, clock: SharedClock, ids: SharedIds) -> Self {
        let cache =
            Cache::builder().max_capacity(CACHE_KEYS_MAX).time_to_live(Duration::from_millis(CACHE_TTL_MS)).build();
        Self(Arc::new(Inner { store: Store(pool), wrapping: master.wrapping_cipher(), clock, ids, cache }))
    }

    /// Seals one text, creating the subject's key on first use.
    ///
    /// # Errors
    /// [`SealError`] for a subject that was erased, a text that is too large, or keys that cannot be loaded.
    pub async fn seal(&self, tenant: &TenantId, subject: &SubjectId, plaintext: &[u8]) -> Result<Sealed, SealError> {
        let mut entries = self.entries(tenant, std::iter::once(subject), true).await?;
        self.seal_with(tenant, subject, plaintext, entries.remove(subject))
    }

    /// Seals many texts with few statements. The results are in the order of the texts.
    ///
    /// # Errors
    /// [`KeyStoreError`] when the keys cannot be loaded; each text's own error is at its index.
    pub async fn seal_many(
        &self,
        tenant: &TenantId,
        texts: &[(SubjectId, Vec<u8>)],
    ) -> Result<Vec<Result<Sealed, SealError>>, KeyStoreError> {
        let entries = self.entries(tenant, texts.iter().map(|(subject, _)| subject), true).await?;
        let seal = |(subject, text): &(SubjectId, Vec<u8>)| {
            self.seal_with(tenant, subject, text, entries.get(subject).cloned())
        };
        Ok(texts.iter().map(seal).collect())
    }

    /// Opens one sealed value.
    ///
    /// # Errors
    /// [`OpenError`] for a subject that was erased or is unknown, a damaged value, or keys that cannot be loaded.
    pub async fn open(&self, tenant: &TenantId, sealed: &Sealed) -> Result<Vec<u8>, OpenError> {
        let mut entries = self.entries(tenant, std::iter::once(sealed.subject()), false).await?;
        open_with(tenant, sealed, entries.remove(sealed.subject()))
    }

    /// Opens many sealed values with few statements. The results are in the order of the values.
    ///
    /// # Errors
    /// [`KeyStoreError`] when the keys cannot be loaded; each value's own error is at its index.
    pub async fn open_many(
        &self,
        tenant: &TenantId,
        sealed: &[Sealed],
    ) -> Result<Vec<Result<Vec<u8>, OpenError>>, KeyStoreError> {
        let entries = self.entries(tenant, sealed.iter().map(Sealed::subject), false).await?;
        Ok(sealed.iter().map(|value| open_with(tenant, value, entries.get(value.subject()).cloned())).collect())
    }

    /// Destroys a subject's key for good. Idempotent. A subject that never had a key will get none.
    ///
    /// # Errors
    /// [`KeyStoreError`] when the database does not answer; the key may then be destroyed or not, so try again.
    pub async fn destroy(&self, tenant: &TenantId, subject: &SubjectId) -> Result<(), KeyStoreError> {
        self.0.store.destroy(tenant, subject, self.0.clock.now()).await?;
        self.0.cache.insert((tenant.clone(), subject.clone()), Entry::Destroyed);
        Ok(())
    }

    fn seal_with(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        plaintext: &[u8],
        entry: Option<Entry>,
    ) -> Result<Sealed, SealError> {
        if plaintext.len() > PLAINTEXT_BYTES_MAX {
            return Err(SealError::TooLarge { bytes: plaintext.len() });
        }
        match entry {
            Some(Entry::Live(cipher)) => {
                let sealed = cipher.seal(tenant, subject, plaintext, &*self.0.ids);
                Ok(Sealed::new(subject.clone(), STANDARD.encode(sealed)))
            }
            // Rows are never deleted, so a row that vanished between creating and reading was deleted by hand.
            Some(Entry::Destroyed) | None => Err(SealError::Destroyed { subject: subject.clone() }),
        }
    }

    /// The keys of the subjects, from the cache or the database. With `make`, absent ones are created.
    async fn entries<'a>(
        &self,
        tenant: &TenantId,
        subjects: impl Iterator<Item = &'a SubjectId>,
        make: bool,
    ) -> Result<HashMap<SubjectId, Entry>, KeyStoreError> {
        let mut found = HashMap::new();
        let mut missing = BTreeSet::new();
        for subject in subjects {
            match self.0.cache.get(&(tenant.clone(), subject.clone())) {
                Some(entry) => _ = found.insert(subject.clone(), entry),
                None => _ = missing.insert(subject),
            }
        }
        // The set is sorted, as the store requires.
        let missing: Vec<&SubjectId> = missing.into_iter().collect();
        for batch in missing.chunks(BATCH_KEYS_MAX) {
            self.load(tenant, batch, &mut found).await?;
            let absent: Vec<&SubjectId> =
                batch.iter().copied().filter(|subject| !found.contains_key(*subject)).collect();
            if make && !absent.is_empty() {
                self.make(tenant, &absent).await?;
                self.load(tenant, &absent, &mut found).await?;
            }
        }
        Ok(found)
    }

    async fn make(&self, tenant: &TenantId, subjects: &[&SubjectId]) -> Result<(), KeyStoreError> {
        let wrapped: Vec<Vec<u8>> = subjects
            .iter()
            .map(|subject| {
                let mut key = [0; MASTER_KEY_BYTES];
                self.0.ids.fill(&mut key);
                self.0.wrapping.seal(tenant, subject, &key, &*self.0.ids)
            })
            .collect();
        self.0.store.insert(tenant, &names(subjects), &wrapped, self.0.clock.now()).await
    }

    async fn load(
        &self,
        tenant: &TenantId,
        subjects: &[&SubjectId],
        found: &mut HashMap<SubjectId, Entry>,
    ) -> Result<(), KeyStoreError> {
        let mut rows: HashMap<String, Option<Vec<u8>>> =
            self.0.store.load(tenant, &names(subjects)).await?.into_iter().collect();
        for &subject in subjects {
            let Some(wrapped) = rows.remove(subject.as_str()) else { continue };
            let entry = match wrapped {
                Some(wrapped) => Entry::Live(self.unwrap_key(tenant, subject, &wrapped)?),
                None => Entry::Destroyed,
            };
            self.0.cache.insert((tenant.clone(), subject.clone()), entry.clone());
            found.insert(subject.clone(), entry);
        }
        Ok(())
    }

    fn unwrap_key(&self, tenant: &TenantId, subject: &SubjectId, wrapped: &[u8]) -> Result<Arc<Cipher>, KeyStoreError> {
        let key = self.0.wrapping.open(tenant, subject, wrapped);
        let key: Option<[u8; MASTER_KEY_BYTES]> = key.and_then(|key| key.try_into().ok());
        let key = key.ok_or_else(|| KeyStoreError::Unwrap { subject: subject.clone() })?;
        Ok(Arc::new(Cipher::new(&key)))
    }
}

fn names<'a>(subjects: &[&'a SubjectId]) -> Vec<&'a str> {
    subjects.iter().map(|subject| subject.as_str()).collect()
}

fn open_with(tenant: &TenantId, sealed: &Sealed, entry: Option<Entry>) -> Result<Vec<u8>, OpenError> {
    let subject = sealed.subject();
    match entry {
        Some(Entry::Live(cipher)) => STANDARD
            .decode(sealed.data())
            .ok()
            .and_then(|bytes| cipher.open(tenant, subject, &bytes))
            .ok_or_else(|| OpenError::Damaged { subject: subject.clone() }),
        Some(Entry::Destroyed) => Err(OpenError::Destroyed { subject: subject.clone() }),
        None => Err(OpenError::Unknown { subject: subject.clone() }),
    }
}
