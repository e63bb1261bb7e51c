//! The public contract: the events that other teams read from the topics, separate from the stored events.
//!
//! Guarantees: every stored event of an order has exactly one public event with the same version; the mapping is an
//! exhaustive match, so a new stored event does not compile until it is public. Shapes change only as the Avro schemas in
//! `schemas/avro` allow: fields stay, later ones are nullable with a default.

mod address;
mod events;
mod mapping;
mod published;

pub use address::{ContractAddress, ContractSealed};
pub use events::{
    AddressChanged, AddressRole, CancelReason, ContractLine, ContractMoney, ContractUnitPrice, ForeignEvent, LineAdded,
    LineQuantityChanged, LineRemoved, OrderCancelled, OrderDrafted, OrderImportCorrected, OrderImported, OrderKind,
    OrderPlaced, PublicEvent, SubjectErased,
};
pub use mapping::{Facts, ForeignRow, publish, publish_foreign};
pub use published::{InvalidPosition, Position, Published};
