//! The events of fulfilments, and what they mean to kitchens.

use std::sync::Arc;

use domain::contract::{PublicEvents, Published};
use domain::fulfilment::contract::{ContractFulfilmentLine, FulfilmentRequested, PublicEvent};
use domain::kitchen::{
    HoldQueued, KitchenCommand, KitchenRejection, OrderedLine, ResumeQueued, TakeTicket, WithdrawTicket,
};
use domain::ticket::{CancelTicket, HandOverTicket, Ticket, TicketState};
use domain::{FulfilmentId, KitchenId, LocationId, Quantity, Sku, TenantId};
use event_store::{ExecuteError, Metadata};
use messaging::KindReader;
use request_kit::{InvalidField, Outcome, Source, invalid};
use service_kit::errors::chain;

use crate::context::Kitchens;
use crate::request::{AskError, AskedBy, KitchenTask, contended};
use crate::unit::{BEGINS_MAX, UnitRefusal};

/// The consumer group of fulfilments' events.
pub const GROUP: &str = "kitchen.v1";

/// The events of fulfilments on a topic, each with what a kitchen does about it.
pub fn source(kitchens: Arc<Kitchens>, reader: KindReader<PublicEvent>, topic: &str) -> Source {
    Source::events(topic, reader, move |published: Published<PublicEvent>| {
        let kitchens = Arc::clone(&kitchens);
        async move {
            match handle(&kitchens, published).await {
                Ok(()) => Outcome::Done,
                Err(FollowError::Invalid(error)) => Outcome::Poison(chain(&error)),
                Err(FollowError::Ask(AskError::Store(source))) => source.into(),
                Err(FollowError::Ask(error)) => Outcome::Poison(chain(&error)),
            }
        }
    })
}

/// Why an event was not taken notice of.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    #[error(transparent)]
    Ask(#[from] AskError),
}

impl From<ExecuteError> for FollowError {
    fn from(error: ExecuteError) -> Self {
        Self::Ask(error.into())
    }
}

/// What happened to a fulfilment that a kitchen may work on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Released,
    Held,
    Left,
    Over,
}

async fn handle(kitchens: &Kitchens, published: Published<PublicEvent>) -> Result<(), FollowError> {
    let Published { event, event_id, correlation_id, traceparent, .. } = published;
    let about = || -> Result<(FulfilmentId, AskedBy), InvalidField> {
        let ticket = event.fulfilment_id().parse().map_err(invalid("fulfilment_id"))?;
        let tenant = TenantId::try_new(event.tenant()).map_err(invalid("tenant"))?;
        Ok((ticket, AskedBy { tenant, metadata: Metadata::caused_by(&event_id, correlation_id, traceparent) }))
    };
    let change = match &event {
        PublicEvent::FulfilmentRequested(requested) => {
            let (ticket, by) = about()?;
            return take(kitchens, ticket, requested, by).await;
        }
        PublicEvent::FulfilmentReleased(_) => Change::Released,
        PublicEvent::FulfilmentHeld(_) => Change::Held,
        PublicEvent::FulfilmentShipped(_) => Change::Left,
        PublicEvent::FulfilmentCancelled(_) | PublicEvent::FulfilmentRejected(_) => Change::Over,
        _ => return Ok(()),
    };
    let (ticket, by) = about()?;
    follow(kitchens, ticket, change, by).await
}

/// Takes what a fulfilment needs, where its location has a kitchen.
async fn take(
    kitchens: &Kitchens,
    ticket: FulfilmentId,
    requested: &FulfilmentRequested,
    by: AskedBy,
) -> Result<(), FollowError> {
    let location = LocationId::try_new(&*requested.location).map_err(invalid("location"))?;
    let kitchen = KitchenId::of(&by.tenant, &location);
    if !kitchens.is_kitchen(kitchen).await? {
        return Ok(());
    }
    let command = TakeTicket {
        tenant: by.tenant.clone(),
        ticket,
        order: requested.order.parse().map_err(invalid("order"))?,
        lines: lines(&requested.lines)?,
        speed: kitchens.speed,
        at: kitchens.now(),
    };
    let task = KitchenTask {
        kitchen,
        command: command.into(),
        looks_at: Some(ticket),
        by,
        is_wanted: &|unit, work| matches!(unit.ticket(work, ticket), Some(TicketState::Absent)),
        value: &|_, _, _| (),
    };
    Ok(kitchens.ask(task).await?)
}

fn lines(lines: &[ContractFulfilmentLine]) -> Result<Vec<OrderedLine>, InvalidField> {
    let line = |line: &ContractFulfilmentLine| {
        let pieces = u32::try_from(line.quantity).map_err(invalid("quantity"))?;
        Ok(OrderedLine {
            sku: Sku::try_new(&*line.sku).map_err(invalid("sku"))?,
            quantity: Quantity::try_new(pieces).map_err(invalid("quantity"))?,
        })
    };
    lines.iter().map(line).collect()
}

/// Does with a ticket what a change of its fulfilment means; one that no kitchen has is none of theirs.
async fn follow(kitchens: &Kitchens, ticket: FulfilmentId, change: Change, by: AskedBy) -> Result<(), FollowError> {
    for _ in 0..BEGINS_MAX {
        let state = kitchens.ticket_state(ticket).await?;
        let details = match &*state {
            TicketState::Queued(details) | TicketState::Cooking(details) => details,
            TicketState::Ready(_) => return after_cooking(kitchens, ticket, change, &by).await,
            TicketState::Absent | TicketState::HandedOver(_) | TicketState::Rejected(_) | TicketState::Cancelled(_) => {
                return Ok(());
            }
        };
        let kitchen = KitchenId::of(&details.tenant, &details.location);
        let (tenant, at) = (details.tenant.clone(), kitchens.now());
        let command: KitchenCommand = match change {
            Change::Released => ResumeQueued { tenant, ticket, at }.into(),
            Change::Held => HoldQueued { tenant, ticket, at }.into(),
            // What somebody has sent by other ways need not be cooked any more.
            Change::Left | Change::Over => WithdrawTicket { tenant, ticket, at }.into(),
        };
        let task = KitchenTask {
            kitchen,
            command,
            looks_at: None,
            by: by.clone(),
            is_wanted: &|_, _| true,
            value: &|_, _, _| (),
        };
        match kitchens.ask(task).await {
            // It was completed or given up meanwhile.
            Err(AskError::Kitchen { source: UnitRefusal::Kitchen(KitchenRejection::NoSuchTicket), .. }) => {}
            result => return Ok(result?),
        }
    }
    Err(contended::<Ticket>(&ticket).into())
}

async fn after_cooking(
    kitchens: &Kitchens,
    ticket: FulfilmentId,
    change: Change,
    by: &AskedBy,
) -> Result<(), FollowError> {
    let at = kitchens.now();
    match change {
        Change::Released | Change::Held => Ok(()),
        Change::Left => Ok(kitchens.ask_ticket(ticket, HandOverTicket { at }, by).await?),
        Change::Over => Ok(kitchens.ask_ticket(ticket, CancelTicket { at }, by).await?),
    }
}
