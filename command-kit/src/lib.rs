//! What every command edge repeats, with no aggregate by name: who asks, idempotency keys, expected versions, the way of a command
//! to its answer, dry runs, refusals.
//!
//! Guarantees: who lacks a scope is refused before anything is read; a repeated idempotency key has one effect and one answer; a
//! dry run is the same run with nothing stored; every refusal is a typed value. All of it is without a protocol, but for
//! [`http`], which parses and renders.
//! Does not: know any aggregate, its scopes or its texts. An [`Aggregate`] says them.

mod aggregate;
pub mod audit;
mod caller;
pub mod code;
mod fields;
pub mod http;
mod idempotency;
mod kept;
mod precondition;
mod refusal;
mod run;
#[cfg(feature = "testing")]
pub mod testing;
mod unit;

pub use aggregate::{Aggregate, Command, Event, Receipt, State};
pub use caller::Caller;
pub use domain::refusal::{Code, Kind, Rejection};
pub use fields::{Broken, FieldFailure, Fields, hyphenated_uuid, quantity, whole_number};
pub use idempotency::{Fingerprints, IdempotencyKey, RunningKeys};
pub use kept::Answer;
pub use precondition::ExpectedVersion;
pub use refusal::{Refusal, Words};
pub use run::{CommandRunner, DryRun, Ran, Task};
pub use unit::{UnitRunner, UnitTask};
