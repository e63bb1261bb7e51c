//! Examines stock and reservations, I8: what the events of each stock item record is what they add up to; what it has reserved is what
//! reservations hold; nothing was reserved beyond what was available, unless backordered; nothing is below zero.
//!
//! Guarantees: it writes nothing and blocks nobody, and sees stock and reservations as they stand at one moment. Memory holds one sum
//! for each stock item of which something is reserved, and one stream. Does not: use the code that decided the events to add them up.

mod quantities;

use std::collections::HashMap;

use domain::reservation::{Reservation, ReservationEvent, ReservationState};
use domain::stock::{Stock, StockEvent};
use domain::{Decider, StockId};
use event_store::audit::{Examination, Place, walk};
use service_kit::BoxError;
use service_kit::audit::{Examined, Finding, Findings, Invariant};
use service_kit::errors::chain;
use tokio_postgres::Transaction;

use quantities::{Item, count};

/// Pieces of a stock item that granted reservations hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Held {
    reserved: i64,
    backordered: i64,
}

/// Examines all stock and all reservations of a log, as a transaction sees it, which has to be of the level repeatable read.
///
/// # Errors
/// When the database cannot be read.
pub async fn check(log: &Transaction<'_>, findings: &mut Findings) -> Result<Vec<Examined>, BoxError> {
    let mut reservations = Reservations { state: Reservation::initial(), held: HashMap::new() };
    let (count_of_reservations, _) = walk(log, &mut reservations, findings).await?;
    let mut stock = StockItems { item: Item::default(), held: reservations.held };
    let (items, events) = walk(log, &mut stock, findings).await?;
    for (id, Held { reserved, .. }) in stock.held {
        let detail = format!("reservations hold {reserved} pieces of a stock item that is not there");
        let finding = Finding::new(Invariant::I8, "reserved_of_nothing", detail);
        findings.push(Finding { stream: Some(id.to_string()), ..finding });
    }
    Ok(vec![
        Examined { what: "stock items", count: items },
        Examined { what: "events of stock", count: events },
        Examined { what: "reservations", count: count_of_reservations },
    ])
}

/// Adds up what reservations hold.
struct Reservations {
    /// Of the present stream.
    state: ReservationState,
    held: HashMap<StockId, Held>,
}

impl Examination for Reservations {
    type Kind = Reservation;
    const INVARIANT: Invariant = Invariant::I8;

    fn event(&mut self, _at: &Place<'_>, event: ReservationEvent, _found: &mut Findings) -> Result<(), String> {
        let state = std::mem::replace(&mut self.state, Reservation::initial());
        self.state = Reservation::evolve(state, &event).map_err(|error| chain(&error))?;
        Ok(())
    }

    fn end(&mut self, _stream: &str, is_whole: bool, _found: &mut Findings) {
        let state = std::mem::replace(&mut self.state, Reservation::initial());
        let (Some(tenant), Some(location)) = (state.tenant(), state.location()) else { return };
        for line in state.lines().iter().filter(|_| is_whole) {
            let held = self.held.entry(StockId::of(tenant, location, &line.sku)).or_default();
            held.reserved += count(line.quantity);
            held.backordered += count(line.backordered);
        }
    }
}

/// Compares stock items with their events and with what reservations hold.
struct StockItems {
    /// Of the present stream.
    item: Item,
    /// What reservations hold of the items that have not been examined yet.
    held: HashMap<StockId, Held>,
}

impl Examination for StockItems {
    type Kind = Stock;
    const INVARIANT: Invariant = Invariant::I8;

    fn event(&mut self, at: &Place<'_>, event: StockEvent, found: &mut Findings) -> Result<(), String> {
        match &event {
            StockEvent::StockItemAdded(added) => {
                let id = StockId::of(&added.tenant, &added.location, &added.sku).to_string();
                if id != at.stream() {
                    found.push(at.finding("other_item", format!("{} at {} is {id}", added.sku, added.location)));
                }
                self.item = Item::default();
            }
            event if at.version() == 1 => {
                return Err(format!("a stock item cannot begin at {}", event.level().on_hand));
            }
            _ => {}
        }
        for (code, detail) in self.item.follow(&event) {
            found.push(at.finding(code, detail));
        }
        Ok(())
    }

    fn end(&mut self, stream: &str, is_whole: bool, found: &mut Findings) {
        let Item { quantities, .. } = std::mem::take(&mut self.item);
        let held = stream.parse().ok().and_then(|id: StockId| self.held.remove(&id)).unwrap_or_default();
        let recorded = Held { reserved: quantities.reserved, backordered: quantities.backordered };
        if is_whole && recorded != held {
            let detail = format!(
                "{} pieces are reserved, {} of them backordered; reservations hold {}, {} of them backordered",
                recorded.reserved, recorded.backordered, held.reserved, held.backordered
            );
            let finding = Finding::new(Invariant::I8, "reserved_differs", detail);
            found.push(Finding { stream: Some(stream.to_owned()), ..finding });
        }
    }
}
