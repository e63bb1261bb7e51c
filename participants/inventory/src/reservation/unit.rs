//! A reservation and its stock in one unit of work.

use std::collections::BTreeMap;

use domain::reservation::{
    Reservation, ReservationCommand, ReservationEvent, ReservationRejection, ReservationState, stock_commands,
};
use domain::stock::{Availability, Stock, StockRejection};
use domain::{LocationId, Pieces, ReservationId, Sku, StockId, TenantId};
use event_store::{Expectation, Member, Members, Work};

/// How often a unit is begun anew because the reservation holds other SKUs than it was begun with.
pub(super) const BEGINS_MAX: usize = 8;

/// The streams of a unit: a reservation, and the stock of SKUs at its location.
pub(super) struct ReservationUnit {
    pub(super) members: Members,
    id: ReservationId,
    pub(super) reservation: Member<Reservation>,
    stock: BTreeMap<Sku, Member<Stock>>,
}

/// Why a unit decides nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnitRefusal {
    #[error(transparent)]
    Reservation(#[from] ReservationRejection),
    /// Stock and reservation disagree, which a sound store rules out.
    #[error("the stock of {sku} refuses what reservation {reservation} decided")]
    Stock {
        reservation: ReservationId,
        sku: Sku,
        #[source]
        source: StockRejection,
    },
    /// The reservation holds other SKUs than those that the unit was begun with. Begin it anew.
    #[error("reservation {0} has changed since the unit was begun")]
    OtherMembers(ReservationId),
}

impl ReservationUnit {
    /// The reservation with the stock of some SKUs at a location.
    pub(super) fn new<'a>(
        id: ReservationId,
        expects: Expectation,
        tenant: &TenantId,
        location: Option<&LocationId>,
        skus: impl Iterator<Item = &'a Sku>,
    ) -> Self {
        let mut members = Members::default();
        let reservation = members.add::<Reservation>(&id.to_string(), expects);
        let mut stock = BTreeMap::new();
        if let Some(location) = location {
            for sku in skus {
                let stream = StockId::of(tenant, location, sku).to_string();
                stock.insert(sku.clone(), members.add::<Stock>(&stream, Expectation::Existing));
            }
        }
        Self { members, id, reservation, stock }
    }

    /// What can be reserved of each SKU.
    pub(super) fn availability(&self, work: &Work<'_>) -> BTreeMap<Sku, Availability> {
        self.stock.iter().map(|(sku, member)| (sku.clone(), work.state(*member).availability())).collect()
    }

    /// How many backordered pieces of each SKU could be set aside now.
    pub(super) fn fillable(&self, work: &Work<'_>) -> BTreeMap<Sku, Pieces> {
        self.stock.iter().map(|(sku, member)| (sku.clone(), work.state(*member).fillable())).collect()
    }

    /// Decides a command on the reservation, and what its events mean on the stock.
    pub(super) fn decide(
        &self,
        work: &mut Work<'_>,
        command: impl Into<ReservationCommand>,
    ) -> Result<Vec<ReservationEvent>, UnitRefusal> {
        let events = work.decide(self.reservation, command.into())?;
        for event in &events {
            for (sku, command) in stock_commands(self.id, event) {
                let Some(member) = self.stock.get(&sku) else { return Err(UnitRefusal::OtherMembers(self.id)) };
                work.decide(*member, command).map_err(|source| UnitRefusal::Stock {
                    reservation: self.id,
                    sku,
                    source,
                })?;
            }
        }
        Ok(events)
    }
}

/// What a reservation holds, by which the members of its next unit are guessed.
pub(super) fn holdings(state: &ReservationState) -> (Option<&LocationId>, impl Iterator<Item = &Sku>) {
    (state.location(), state.lines().iter().map(|line| &line.sku))
}
