//! The audit of payments: invariant 9, that refunds stay within captures and captures within the authorisation after every event,
//! and invariant 10, that every effect had a key of its own and at most one result, and that what the provider has done is recorded.
//!
//! Guarantees: it writes nothing, and needs memory for one payment, and in [`compare`] for what the provider is compared by. Does not:
//! use the code that decided the events to add them up.

mod money;
mod provider;

use std::collections::HashMap;

use domain::PaymentId;
use domain::payment::{Payment, PaymentEvent};
use event_store::audit::{Examination, Place, walk};
use service_kit::BoxError;
use service_kit::audit::{Examined, Finding, Findings, Invariant};
use tokio_postgres::Transaction;

use crate::provider::Known;
use money::Books;
pub use provider::compare_all;

/// Examines the payments of a log, as a transaction sees it, which has to be of the level repeatable read.
///
/// # Errors
/// When the database cannot be read.
pub async fn check(log: &Transaction<'_>, findings: &mut Findings) -> Result<Vec<Examined>, BoxError> {
    let mut payments = Payments { books: Books::default(), kept: None };
    let (count, events) = walk(log, &mut payments, findings).await?;
    Ok(vec![Examined { what: "payments", count }, Examined { what: "events of payments", count: events }])
}

/// Compares what a provider says of its payments with what is recorded of them.
///
/// # Errors
/// When the database cannot be read.
pub async fn compare(
    log: &Transaction<'_>,
    provider: &[Known],
    findings: &mut Findings,
) -> Result<Vec<Examined>, BoxError> {
    let mut payments = Payments { books: Books::default(), kept: Some(HashMap::new()) };
    walk(log, &mut payments, &mut Findings::default()).await?;
    let kept = payments.kept.unwrap_or_default();
    for (payment, known) in provider.iter().filter_map(|known| Some((known.payment?, known))) {
        let seen = &known.seen;
        let stream = payment.to_string();
        let told = format!("{} captured, {} refunded, {} charged back", seen.captured, seen.refunded, seen.disputed);
        let (code, detail) = match kept.get(&payment) {
            // What was opened and never paid moved nothing.
            None if seen.captured == 0 && seen.capturable == 0 => continue,
            None => ("charge_not_recorded", format!("the provider has {told}; nothing is recorded")),
            Some(books) if books.is_as(seen) => continue,
            Some(books) => ("charge_differs", format!("the provider has {told}; recorded are {books}")),
        };
        findings.push(Finding { stream: Some(stream), ..Finding::new(Invariant::I10, code, detail) });
    }
    Ok(vec![Examined { what: "payments of the provider", count: u64::try_from(provider.len())? }])
}

/// Adds up payments, one after the other.
struct Payments {
    /// Of the present stream.
    books: Books,
    /// Of all streams, where they are to be compared.
    kept: Option<HashMap<PaymentId, Books>>,
}

impl Examination for Payments {
    type Kind = Payment;
    const INVARIANT: Invariant = Invariant::I9;

    fn event(&mut self, at: &Place<'_>, event: PaymentEvent, found: &mut Findings) -> Result<(), String> {
        for (invariant, code, detail) in self.books.follow(&event) {
            found.push(Finding { invariant, ..at.finding(code, detail) });
        }
        Ok(())
    }

    fn end(&mut self, stream: &str, _is_whole: bool, _found: &mut Findings) {
        let books = std::mem::take(&mut self.books);
        if let (Some(kept), Ok(id)) = (&mut self.kept, stream.parse()) {
            kept.insert(id, books);
        }
    }
}
