//! The one server: every role of the engine, in one process or one role a process.
//!
//! Guarantees: what is configured is checked before anything starts; a role that fails ends the process with the reason,
//! so that its supervisor restarts it. The exception is a relay that may not go on: it stops alone and says so in the
//! readiness. SIGTERM lets requests in flight end.
//! Does not: decide, store or project anything itself.

pub mod cli;
mod deploy;
mod gauges;
mod health;
mod participants;
mod policies;
mod relaying;
mod roles;
mod serve;
mod serve_error;
mod simulate;
mod surroundings;
mod work;

pub use deploy::{DeployError, keys, migrate, schemas, set_shards, topics};
pub use health::{HealthError, health};
pub use participants::{
    AskedRequests, AuditedModels, LogTools, OnProgress, Outside, OutsideSettings, ReadModels, StoreLog, StoredStreams,
    Task, Work, databases, kinds, logs, model_sets, openapi_json, own_databases, read_models,
};
pub use roles::{Role, UnknownParticipant, UnknownRole, Worked};
pub use serve::{serve, serve_in, serve_until};
pub use serve_error::ServeError;
pub use surroundings::Surroundings;
