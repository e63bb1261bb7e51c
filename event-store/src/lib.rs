//! The event log in Postgres: append, sequence, read.
//!
//! Guarantees: a command's events, its idempotent answer and its claims are stored together or not at all; versions of a
//! stream are contiguous; positions are assigned after commit, contiguous per shard and in stream order. No command
//! is answered from a stale state.
//! Does not: know Kafka, HTTP or what an order is. This is the only crate that names cqrs-es and postgres-es.

mod append;
pub mod audit;
mod bus;
mod cache;
pub mod cqrs;
mod declared;
mod hashing;
mod hints;
mod housekeeping;
mod jobs;
mod json;
mod lease;
mod loaded;
mod options;
mod read;
mod row;
mod sequencer;
mod shards;
mod store;
mod stripes;
mod timers;
mod unit;
mod wake;

pub use append::{AnswerId, Append, AppendError, Claim, NewAnswer, NewEvent, StreamAppend, TimerChange};
pub use bus::{
    Answer, Claims, CommandBus, Decide, Decided, ExecuteError, Execution, Expectation, Idempotency, Outcome,
};
pub use cache::AggregateCache;
pub use declared::{DeclareError, DeclaredEvent, declare, kind_with_streams};
pub use jobs::{Job, JobRunner, JobStatus};
pub use lease::{Lease, LeaseError, LeaseHolding};
pub use loaded::Loaded;
pub use options::StoreOptions;
pub use read::{LogPage, ReadError};
pub use row::{Metadata, StoredRow, StreamId};
pub use sequencer::{SequenceError, Sequencer};
pub use shards::{SHARDS_MAX, SetShardsError, set_shards};
pub use store::{OpenError, Store, StoreIdentity, migrations};
pub use timers::{TimerCounts, TimerError, TimerOptions, TimerWorker, Waker};
pub use unit::{AnswerUnit, DecideUnit, DoneUnit, Member, Members, UnitEffects, UnitOfWork, UnitOutcome, Units, Work};
