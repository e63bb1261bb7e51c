//! What messages and timers ask of kitchens and tickets.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;

use domain::kitchen::{Kitchen, KitchenCommand, KitchenEvent};
use domain::ticket::{Ticket, TicketCommand, TicketRejection, TicketState};
use domain::{Decider, FulfilmentId, KitchenId, TenantId};
use event_store::{ExecuteError, Expectation, Members, Metadata, StreamId, UnitEffects, UnitOfWork, UnitOutcome, Work};

use crate::context::Kitchens;
use crate::unit::{BEGINS_MAX, KitchenUnit, UnitRefusal};

/// Why something was left undone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    /// No repetition changes it.
    #[error("kitchen {kitchen} does not take it")]
    Kitchen {
        kitchen: KitchenId,
        #[source]
        source: UnitRefusal,
    },
    /// No repetition changes it.
    #[error("ticket {ticket} does not take it")]
    Ticket {
        ticket: FulfilmentId,
        #[source]
        source: TicketRejection,
    },
    /// The store; see [`ExecuteError`] for whether a repetition may succeed.
    #[error("a kitchen could not be decided")]
    Store(#[from] ExecuteError),
}

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct AskedBy {
    pub(crate) tenant: TenantId,
    /// Stored beside the events.
    pub(crate) metadata: Metadata,
}

/// A decision of the engine's own about a kitchen.
pub(crate) struct KitchenTask<'a, T> {
    pub(crate) kitchen: KitchenId,
    pub(crate) command: KitchenCommand,
    /// Tickets that it looks at, beside those that it changes.
    pub(crate) looks_at: Option<FulfilmentId>,
    pub(crate) by: AskedBy,
    /// Whether it is still to be decided, as the tickets are.
    pub(crate) is_wanted: &'a (dyn Fn(&KitchenUnit, &Work<'_>) -> bool + Send + Sync),
    /// What to say of the unit afterwards.
    pub(crate) value: &'a (dyn Fn(&KitchenUnit, &Work<'_>, Vec<KitchenEvent>) -> T + Send + Sync),
}

impl Kitchens {
    /// Decides a command of the engine's own on a kitchen and its tickets.
    pub(crate) async fn ask<T>(&self, task: KitchenTask<'_, T>) -> Result<T, AskError> {
        let KitchenTask { kitchen, command, looks_at, by, is_wanted, value } = task;
        let mut more: BTreeSet<FulfilmentId> = looks_at.into_iter().collect();
        for _ in 0..BEGINS_MAX {
            let unit = KitchenUnit::guessed(self.runner.units(), kitchen, &command, &more).await?;
            let work = UnitOfWork {
                tenant: by.tenant.clone(),
                metadata: by.metadata.clone(),
                members: &unit.members,
                idempotency: None,
                decide: &|work| {
                    let is_wanted = is_wanted(&unit, work);
                    let events = if is_wanted { unit.decide(work, command.clone())? } else { Vec::new() };
                    Ok(value(&unit, work, events))
                },
                answer: &|_: Result<&T, &UnitRefusal>, _: &UnitEffects| None,
            };
            match self.runner.units().run(work).await? {
                UnitOutcome::Done(done) => return Ok(done.value),
                UnitOutcome::Refused(UnitRefusal::OtherMembers(tickets)) => more.extend(tickets),
                UnitOutcome::Refused(source) => return Err(AskError::Kitchen { kitchen, source }),
                UnitOutcome::Repeated(_) => break,
            }
        }
        Err(contended::<Kitchen>(&kitchen).into())
    }

    /// Decides a command of the engine's own on a ticket that its kitchen is done with.
    pub(crate) async fn ask_ticket(
        &self,
        ticket: FulfilmentId,
        command: impl Into<TicketCommand>,
        by: &AskedBy,
    ) -> Result<(), AskError> {
        let mut members = Members::default();
        let member = members.add::<Ticket>(&ticket.to_string(), Expectation::Existing);
        let command = command.into();
        let work = UnitOfWork {
            tenant: by.tenant.clone(),
            metadata: by.metadata.clone(),
            members: &members,
            idempotency: None,
            decide: &|work| work.decide(member, command.clone()).map(|_| ()),
            answer: &|_: Result<&(), &TicketRejection>, _: &UnitEffects| None,
        };
        match self.runner.units().run(work).await? {
            UnitOutcome::Done(_) | UnitOutcome::Repeated(_) => Ok(()),
            UnitOutcome::Refused(source) => Err(AskError::Ticket { ticket, source }),
        }
    }

    /// Whether there is such a kitchen now. Most locations are none.
    pub(crate) async fn is_kitchen(&self, id: KitchenId) -> Result<bool, ExecuteError> {
        Ok(self.runner.units().load::<Kitchen>(&id.to_string()).await?.state.kitchen().is_some())
    }

    /// A ticket as of now.
    pub(crate) async fn ticket_state(&self, ticket: FulfilmentId) -> Result<Arc<TicketState>, ExecuteError> {
        Ok(self.runner.units().load::<Ticket>(&ticket.to_string()).await?.state)
    }
}

/// That a stream kept changing.
pub(crate) fn contended<D: Decider>(id: &impl Display) -> ExecuteError {
    ExecuteError::Contended { stream: StreamId::new(D::KIND, &id.to_string()) }
}
