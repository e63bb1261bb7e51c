//! A kitchen and its tickets in one unit of work.

use std::collections::{BTreeMap, BTreeSet};

use domain::kitchen::{Kitchen, KitchenCommand, KitchenEvent, KitchenRejection, KitchenState, ticket_commands};
use domain::ticket::{Ticket, TicketRejection, TicketState};
use domain::{Decider, FulfilmentId, KitchenId};
use event_store::{ExecuteError, Expectation, Member, Members, Units, Work};

/// How often a unit is begun anew because its events are of other tickets than those that it was begun with.
pub(crate) const BEGINS_MAX: usize = 8;

/// The streams of a unit: a kitchen, and the tickets that its decision is about.
pub(crate) struct KitchenUnit {
    pub(crate) members: Members,
    pub(crate) kitchen: Member<Kitchen>,
    tickets: BTreeMap<FulfilmentId, Member<Ticket>>,
}

/// Why a unit decides nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnitRefusal {
    #[error(transparent)]
    Kitchen(#[from] KitchenRejection),
    /// Ticket and kitchen disagree, which a sound store rules out.
    #[error("ticket {ticket} refuses what its kitchen decided")]
    Ticket {
        ticket: FulfilmentId,
        #[source]
        source: TicketRejection,
    },
    /// The decision is about other tickets than those that the unit was begun with. Begin it anew with these as well.
    #[error("the kitchen has changed since the unit was begun")]
    OtherMembers(BTreeSet<FulfilmentId>),
}

impl KitchenUnit {
    /// A kitchen with some tickets.
    pub(crate) fn new(kitchen: KitchenId, tickets: impl IntoIterator<Item = FulfilmentId>) -> Self {
        let mut members = Members::default();
        let kitchen = members.add::<Kitchen>(&kitchen.to_string(), Expectation::Existing);
        let tickets = tickets
            .into_iter()
            .map(|ticket| (ticket, members.add::<Ticket>(&ticket.to_string(), Expectation::Existing)))
            .collect();
        Self { members, kitchen, tickets }
    }

    /// A kitchen with the tickets that a command will be about, as far as is known.
    pub(crate) async fn guessed(
        units: &Units,
        kitchen: KitchenId,
        command: &KitchenCommand,
        more: &BTreeSet<FulfilmentId>,
    ) -> Result<Self, ExecuteError> {
        let state = units.recent::<Kitchen>(&kitchen.to_string()).await?;
        let events = Kitchen::decide(&state, command.clone()).unwrap_or_default();
        let tickets: BTreeSet<_> = events.iter().filter_map(|event| Some(ticket_commands(event)?.0)).collect();
        Ok(Self::new(kitchen, tickets.union(more).copied()))
    }

    /// The state of a ticket of the unit.
    pub(crate) fn ticket<'w>(&self, work: &'w Work<'_>, ticket: FulfilmentId) -> Option<&'w TicketState> {
        self.tickets.get(&ticket).map(|member| work.state(*member))
    }

    /// The state of the kitchen.
    pub(crate) fn state<'w>(&self, work: &'w Work<'_>) -> &'w KitchenState {
        work.state(self.kitchen)
    }

    /// Decides a command on the kitchen, and what its events mean on the tickets.
    pub(crate) fn decide(
        &self,
        work: &mut Work<'_>,
        command: KitchenCommand,
    ) -> Result<Vec<KitchenEvent>, UnitRefusal> {
        let events = work.decide(self.kitchen, command)?;
        let meant: Vec<_> = events.iter().filter_map(ticket_commands).collect();
        if meant.iter().any(|(ticket, _)| !self.tickets.contains_key(ticket)) {
            return Err(UnitRefusal::OtherMembers(meant.into_iter().map(|(ticket, _)| ticket).collect()));
        }
        for (ticket, command) in meant {
            let Some(member) = self.tickets.get(&ticket) else { continue };
            work.decide(*member, command).map_err(|source| UnitRefusal::Ticket { ticket, source })?;
        }
        Ok(events)
    }
}
