//! The logs as command-line tools reach them: what a tool examines or repairs follows from the list of participants.

use super::LOGS;

/// A log as a tool reaches it.
#[derive(Debug, Clone, Copy)]
pub struct LogTools {
    /// The name of its database.
    pub name: &'static str,
    /// The setting that says where it is.
    pub setting: &'static str,
}

/// Every log.
pub fn logs() -> impl Iterator<Item = LogTools> {
    LOGS.into_iter().map(|log| LogTools { name: log.name, setting: log.setting })
}
