//! Contracts that are registered once for all topics of tests.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::Arc;

use domain::contract::RecordSet;
use service_kit::poll::wait_until;
use service_kit::testing::PATIENCE;
use tokio::sync::Mutex;

use super::LOOK;
use crate::{Registered, Registry, RegistryError, schemas};

/// The name under which the contracts of all tests' topics are registered.
const CONTRACTS: &str = "tests";

/// The ids of the contracts that this process has looked up, by the type of the contract.
static IDS: Mutex<BTreeMap<TypeId, Arc<[u32]>>> = Mutex::const_new(BTreeMap::new());

/// The ids of a contract's schemas. They are registered once for all topics of tests, since a record names its schema by the id alone:
/// to register dozens of them for each test's topic would take most of the test's time.
pub(super) async fn ids_of<E: RecordSet>(registry: &Registry) -> Arc<[u32]> {
    let mut known = IDS.lock().await;
    if let Some(ids) = known.get(&TypeId::of::<E>()) {
        return Arc::clone(ids);
    }
    let ids = if let Some(ids) = look_up::<E>(registry).await {
        ids
    } else {
        // The registry refuses one of two processes that register the same at once.
        let registered = async || register_all::<E>(registry, CONTRACTS).await.is_ok();
        wait_until(PATIENCE, LOOK, registered).await.expect("the test registry takes the contract");
        look_up::<E>(registry).await.expect("the contract has just been registered")
    };
    known.insert(TypeId::of::<E>(), Arc::clone(&ids));
    ids
}

/// Registers a contract's schemas for a topic, as the deploy step does.
///
/// # Errors
/// As [`Registry::register`].
pub async fn register_all<E: RecordSet>(registry: &Registry, topic: &str) -> Result<Vec<Registered>, RegistryError> {
    let mut all = Vec::new();
    for record in schemas::of::<E>() {
        all.push(registry.register(&record.subject(topic), record.text).await?);
    }
    Ok(all)
}

/// The ids of a contract's schemas, if all are registered.
async fn look_up<E: RecordSet>(registry: &Registry) -> Option<Arc<[u32]>> {
    let mut ids = Vec::with_capacity(E::RECORDS.len());
    for record in schemas::of::<E>() {
        ids.push(registry.id_of(&record.subject(CONTRACTS), record.text).await.ok()?);
    }
    Some(ids.into())
}
