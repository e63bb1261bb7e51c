//! Promises that were not kept: a ticket that is not ready at the promised moment gets a later one, which is published.

use std::sync::Arc;

use domain::kitchen::{Kitchen, schedule};
use domain::ticket::{DelayTicket, Ticket, TicketEvent};
use domain::{Decider, FulfilmentId, KitchenId, Timestamp};
use event_store::{Expectation, Members, Metadata, UnitEffects, UnitOfWork, UnitOutcome, Waker};
use service_kit::BoxError;

use crate::context::Kitchens;

/// Looks at tickets whose promised moment has come.
pub fn waker(kitchens: Arc<Kitchens>) -> (&'static str, Waker) {
    let waker: Waker = Arc::new(move |id, now| {
        let kitchens = Arc::clone(&kitchens);
        Box::pin(async move { kitchens.look_at_promise(id.parse()?, now).await })
    });
    (Ticket::KIND, waker)
}

impl Kitchens {
    /// Lets a ticket look at the clock. Returns when it wants to do so next.
    #[tracing::instrument(name = "ticket.promise", skip_all, fields(ticket.id = %ticket))]
    async fn look_at_promise(&self, ticket: FulfilmentId, now: Timestamp) -> Result<Option<Timestamp>, BoxError> {
        let state = self.ticket_state(ticket).await?;
        let Some(details) = state.open() else { return Ok(None) };
        let mut members = Members::default();
        let member = members.add::<Ticket>(&ticket.to_string(), Expectation::Existing);
        let kitchen = KitchenId::of(&details.tenant, &details.location).to_string();
        let kitchen = members.add::<Kitchen>(&kitchen, Expectation::Existing);
        let work = UnitOfWork {
            tenant: details.tenant.clone(),
            metadata: Metadata::default(),
            members: &members,
            idempotency: None,
            decide: &|work| {
                let kitchen = work.state(kitchen).kitchen();
                let expected_at = kitchen.and_then(|kitchen| schedule::ready_at(kitchen, ticket, now, self.speed));
                let events = work.decide(member, DelayTicket { expected_at, at: now }.into())?;
                let is_late = events.iter().any(|event| matches!(event, TicketEvent::TicketDelayed(_)));
                Ok((Ticket::wake_at(work.state(member)), is_late))
            },
            answer: &|_: Result<&(Option<Timestamp>, bool), &domain::ticket::TicketRejection>, _: &UnitEffects| None,
        };
        match self.runner.units().run(work).await? {
            UnitOutcome::Done(done) => {
                let (next, is_late) = done.value;
                metrics::counter!("kitchen_delays_total").increment(u64::from(is_late));
                Ok(next)
            }
            UnitOutcome::Refused(rejection) => Err(rejection.into()),
            UnitOutcome::Repeated(_) => Ok(None),
        }
    }
}
