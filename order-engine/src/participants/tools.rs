//! The logs as command-line tools reach them: what a tool examines or repairs follows from the list of participants.

use std::sync::Arc;

use event_store::Store;
use messaging::registry::RegistryError;
use request_kit::Source;
use service_kit::clock::{SystemClock, SystemIds};
use service_kit::config::MessagingSettings;

use super::{LOGS, Log, WorkDeps};

/// A log as a tool reaches it.
#[derive(Clone, Copy)]
pub struct LogTools {
    /// The name of its database.
    pub name: &'static str,
    /// The setting that says where it is.
    pub setting: &'static str,
    log: &'static Log,
}

/// Every log.
pub fn logs() -> impl Iterator<Item = LogTools> {
    LOGS.into_iter().map(|log| LogTools { name: log.name, setting: log.setting, log })
}

impl LogTools {
    /// The groups that handle what others ask of its participants, each with its topics.
    pub fn groups(&self) -> impl Iterator<Item = &'static (&'static str, &'static [&'static str])> {
        self.log.participants().flat_map(|participant| participant.groups)
    }

    /// What a group does for the records of a topic; `None` where this release has no such group or it does not read the topic.
    ///
    /// # Errors
    /// When the address of the registry is none.
    pub fn source(
        &self,
        store: &Store,
        messaging: &MessagingSettings,
        group: &str,
        topic: &str,
    ) -> Result<Option<Source>, RegistryError> {
        for participant in self.log.participants() {
            let (store, clock, ids) = (store.clone(), Arc::new(SystemClock), Arc::new(SystemIds));
            let work = (participant.work)(WorkDeps { store, clock, ids, messaging })?;
            let mut services = work.requests.iter().map(|(_, service)| service);
            if let Some(service) = services.find(|service| service.group() == group) {
                return Ok(service.source(topic).cloned());
            }
        }
        Ok(None)
    }
}
