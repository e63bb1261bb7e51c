//! What a process of the engine runs in.

use std::sync::Arc;

use request_kit::Network;
use service_kit::clock::{SharedClock, SystemClock};

use crate::roles::Worked;

/// What a process runs in, and what is left to other processes.
#[derive(Clone)]
pub struct Surroundings {
    pub clock: SharedClock,
    /// The participants whose work the role `worker` does; all where there are none.
    pub works_for: Vec<Worked>,
    /// Between the topics of requests and answers and those who handle them; `None` where that is Kafka alone.
    pub network: Option<Arc<Network>>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), works_for: Vec::new(), network: None }
    }
}
