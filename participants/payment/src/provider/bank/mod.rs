//! Bank transfer: the customer states a reference, statements show what came, and people make the transfers that go out.
//!
//! It is a provider over tables of its own, in the database of the payments' log. Guarantees: an entry of a statement is counted once,
//! whoever sends it how often; what came for a payment is what is kept of it, sent back, or refunded; whatever is told twice under one key
//! has one effect. Each change of a payment holds its row, so that the sums cannot be read between two halves of another. Does not:
//! store who sent money, or send any. See [ADR 0051](../../../../../docs/adr/0051-bank-transfers.md).

mod adapter;
mod book;
mod details;
mod outgoing;
mod payment;
mod statement;
mod transfer;

pub use details::TransferDetails;
pub use outgoing::OutgoingTransfer;
pub use payment::SendReason;
pub use statement::{AssignError, BankEntry, NewEntry, Outcome, Taken, Unmatched};
pub(crate) use transfer::reference_of;
pub use transfer::{BankTransfer, is_bank_reference};
