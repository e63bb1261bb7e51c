//! The public contract of any kind of stream: what other teams read from the topics, apart from what the engine stores.
//!
//! Guarantees: every stored event has exactly one public event with the same version. Both come from one declaration, so that
//! neither can be forgotten. Shapes change only as the Avro schemas in `schemas/avro` allow: fields stay, later ones are
//! nullable with a default.
//!
//! A request is what one participant asks of another, declared in the same way by whoever takes it. The event that asks is stored
//! by whoever asks; the request's id is that event's, so that its answer can be told from a repeat's.
//! Does not: know any aggregate. What an order publishes is declared in [`crate::order::contract`].

mod declare;
mod public;
mod published;
mod records;
mod requests;
mod shapes;

pub(crate) use declare::{declare_events, declare_symbols};
pub use public::ToPublic;
pub use published::{InvalidPosition, Position, Published};
pub use records::{Facts, ForeignRow, Head, PublicEvents, RecordSet, RecordType, ToRecord};
pub(crate) use requests::declare_requests;
pub use requests::{InvalidHead, Request, RequestHead, Requests};
pub use shapes::{ContractAddress, ContractMoney, ContractRequestedLine, ContractSealed, ContractUnitPrice};
