//! Examines kitchens and their tickets, I15: no item was cooked twice, before an earlier course was done, or beyond what stations and
//! people had room for; a kitchen works on exactly the tickets of which something is to be done.
//!
//! Guarantees: it writes nothing and blocks nobody, and sees kitchens and tickets as they stand at one moment. Memory holds the open
//! tickets and one kitchen. Does not: use the code that decided the events to follow them.

mod pass;

use std::collections::{BTreeMap, BTreeSet};

use domain::kitchen::{Kitchen, KitchenEvent};
use domain::ticket::{Ticket, TicketEvent};
use domain::{FulfilmentId, KitchenId};
use event_store::audit::{Examination, Place, walk};
use service_kit::BoxError;
use service_kit::audit::{Examined, Finding, Findings, Invariant};
use tokio_postgres::Transaction;

use pass::Pass;

/// Examines all kitchens and all tickets of a log, as a transaction sees it, which has to be of the level repeatable read.
///
/// # Errors
/// When the database cannot be read.
pub async fn check(log: &Transaction<'_>, findings: &mut Findings) -> Result<Vec<Examined>, BoxError> {
    let mut tickets = Tickets::default();
    let (count_of_tickets, _) = walk(log, &mut tickets, findings).await?;
    let mut kitchens = Kitchens { pass: Pass::default(), open: tickets.open };
    let (count_of_kitchens, events) = walk(log, &mut kitchens, findings).await?;
    for (kitchen, tickets) in kitchens.open {
        for ticket in tickets {
            let detail = format!("no kitchen {kitchen} works on the ticket");
            let finding = Finding::new(Invariant::I15, "ticket_forgotten", detail);
            findings.push(Finding { stream: Some(ticket.to_string()), ..finding });
        }
    }
    Ok(vec![
        Examined { what: "kitchens", count: count_of_kitchens },
        Examined { what: "events of kitchens", count: events },
        Examined { what: "tickets", count: count_of_tickets },
    ])
}

/// The tickets of which something is to be done, by kitchen.
type Open = BTreeMap<KitchenId, BTreeSet<FulfilmentId>>;

/// Finds out which tickets are open.
#[derive(Default)]
struct Tickets {
    /// Of the present stream: its kitchen, while something of it is to be done.
    kitchen: Option<KitchenId>,
    open: Open,
}

impl Examination for Tickets {
    type Kind = Ticket;
    const INVARIANT: Invariant = Invariant::I15;

    fn event(&mut self, _at: &Place<'_>, event: TicketEvent, _found: &mut Findings) -> Result<(), String> {
        match event {
            TicketEvent::TicketAccepted(event) => self.kitchen = Some(KitchenId::of(&event.tenant, &event.location)),
            TicketEvent::TicketReady(_) | TicketEvent::TicketRejected(_) | TicketEvent::TicketCancelled(_) => {
                self.kitchen = None;
            }
            TicketEvent::TicketStarted(_)
            | TicketEvent::TicketHeld(_)
            | TicketEvent::TicketResumed(_)
            | TicketEvent::TicketDelayed(_)
            | TicketEvent::TicketHandedOver(_) => {}
        }
        Ok(())
    }

    fn end(&mut self, stream: &str, is_whole: bool, _found: &mut Findings) {
        let kitchen = self.kitchen.take().filter(|_| is_whole);
        if let (Some(kitchen), Ok(ticket)) = (kitchen, stream.parse()) {
            self.open.entry(kitchen).or_default().insert(ticket);
        }
    }
}

/// Follows kitchens, and compares what they work on with the tickets.
struct Kitchens {
    /// Of the present stream.
    pass: Pass,
    /// The open tickets of the kitchens that have not been examined yet.
    open: Open,
}

impl Examination for Kitchens {
    type Kind = Kitchen;
    const INVARIANT: Invariant = Invariant::I15;

    fn event(&mut self, at: &Place<'_>, event: KitchenEvent, found: &mut Findings) -> Result<(), String> {
        for (code, detail) in self.pass.follow(&event) {
            found.push(at.finding(code, detail));
        }
        Ok(())
    }

    fn end(&mut self, stream: &str, is_whole: bool, found: &mut Findings) {
        let worked_on = std::mem::take(&mut self.pass).open();
        let open = stream.parse().ok().and_then(|id: KitchenId| self.open.remove(&id)).unwrap_or_default();
        for ticket in worked_on.symmetric_difference(&open).filter(|_| is_whole) {
            let detail = if open.contains(ticket) {
                format!("ticket {ticket} is open, and the kitchen does not work on it")
            } else {
                format!("the kitchen works on ticket {ticket}, which is not open")
            };
            let finding = Finding::new(Invariant::I15, "tickets_differ", detail);
            found.push(Finding { stream: Some(stream.to_owned()), ..finding });
        }
    }
}
