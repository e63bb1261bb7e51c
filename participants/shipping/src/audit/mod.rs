//! The audit of shipments, I16: no fulfilment has two labels in force; a label is bought only for what is packed and released; what left
//! was released, or is recorded as handed over although it was not; every label in force at a carrier belongs to a shipment that has it.
//!
//! Guarantees: it writes nothing, and needs memory for one shipment, and in [`compare`] for the labels in force. Does not: use the code
//! that decided the events to follow them.

mod books;
mod carriers;

use std::collections::HashMap;

use domain::shipment::{Shipment, ShipmentEvent};
use domain::{FulfilmentId, TrackingNumber};
use event_store::audit::{Examination, Place, walk};
use service_kit::BoxError;
use service_kit::audit::{Examined, Finding, Findings, Invariant};
use tokio_postgres::Transaction;

use crate::carrier::KnownLabel;
use books::Books;
pub use carriers::compare_all;

/// Examines the shipments of a log, as a transaction sees it, which has to be of the level repeatable read.
///
/// # Errors
/// When the database cannot be read.
pub async fn check(log: &Transaction<'_>, findings: &mut Findings) -> Result<Vec<Examined>, BoxError> {
    let mut shipments = Shipments { books: Books::default(), kept: None };
    let (count, events) = walk(log, &mut shipments, findings).await?;
    Ok(vec![Examined { what: "shipments", count }, Examined { what: "events of shipments", count: events }])
}

/// What is recorded of a shipment's labels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Recorded {
    in_force: Option<TrackingNumber>,
    is_under_way: bool,
}

/// Compares the labels of carriers with what is recorded of them.
///
/// # Errors
/// When the database cannot be read.
pub async fn compare(
    log: &Transaction<'_>,
    labels: &[KnownLabel],
    findings: &mut Findings,
) -> Result<Vec<Examined>, BoxError> {
    let mut shipments = Shipments { books: Books::default(), kept: Some(HashMap::new()) };
    walk(log, &mut shipments, &mut Findings::default()).await?;
    let kept = shipments.kept.unwrap_or_default();
    for (shipment, label) in labels.iter().filter_map(|label| Some((label.shipment?, label))) {
        let recorded = kept.get(&shipment).cloned().unwrap_or_default();
        let is_recorded = recorded.in_force.as_ref() == Some(&label.tracking);
        let (code, detail) = match (label.is_voided, is_recorded) {
            (false, true) | (true, false) => continue,
            // It is being bought or voided.
            _ if recorded.is_under_way => continue,
            (false, false) => {
                ("label_not_recorded", format!("label {} is in force at the carrier alone", label.tracking))
            }
            (true, true) => ("label_voided", format!("label {} is voided at the carrier", label.tracking)),
        };
        let finding = Finding::new(Invariant::I16, code, detail);
        findings.push(Finding { stream: Some(shipment.to_string()), ..finding });
    }
    Ok(vec![Examined { what: "labels of the carriers", count: u64::try_from(labels.len())? }])
}

/// Follows shipments, one after the other.
struct Shipments {
    /// Of the present stream.
    books: Books,
    /// Of all streams, where they are to be compared.
    kept: Option<HashMap<FulfilmentId, Recorded>>,
}

impl Examination for Shipments {
    type Kind = Shipment;
    const INVARIANT: Invariant = Invariant::I16;

    fn event(&mut self, at: &Place<'_>, event: ShipmentEvent, found: &mut Findings) -> Result<(), String> {
        for (code, detail) in self.books.follow(&event) {
            found.push(at.finding(code, detail));
        }
        Ok(())
    }

    fn end(&mut self, stream: &str, _is_whole: bool, _found: &mut Findings) {
        let books = std::mem::take(&mut self.books);
        if let (Some(kept), Ok(id)) = (&mut self.kept, stream.parse()) {
            kept.insert(id, Recorded { is_under_way: books.is_under_way(), in_force: books.in_force });
        }
    }
}
