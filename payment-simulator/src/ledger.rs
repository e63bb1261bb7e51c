//! What was charged and given back: the provider's own books, by which an audit can check the shop's.

use serde::{Deserialize, Serialize};

/// One movement of money, or of what is set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Seconds since 1970, in UTC.
    pub at: i64,
    pub kind: EntryKind,
    pub payment_intent: String,
    /// The shop's id of the payment, from the metadata; empty where there is none.
    pub payment: String,
    /// Minor units.
    pub amount: i64,
    pub currency: String,
    /// The key of the request that asked for it; none for what happened by itself.
    pub idempotency_key: Option<String>,
}

/// What moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EntryKind {
    Authorized,
    Declined,
    Captured,
    /// What was set aside and not captured is given back.
    Released,
    Refunded,
    Disputed,
}
