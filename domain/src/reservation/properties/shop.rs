//! The streams of a shop, on which steps are taken as units of work.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::super::{
    FillBackorders, ReleaseReservation, RenewReservation, Request, RequestedLine, Reservation, ReservationCommand,
    ReservationEvent, ReservationState, ReserveStock, ShipReservation, Wake, stock_commands,
};
use super::model::{LOCATIONS, RESERVATIONS, SKUS, Step, Why, location_of};
use crate::stock::{
    AddStockItem, AdjustStock, AdjustmentReason, CountStock, SetBackorderPolicy, SetSafetyStock, Stock, StockCommand,
    StockEvent, StockState, TransferStockIn, TransferStockOut,
};
use crate::{
    Decider, Difference, LocationId, OrderId, Pieces, Quantity, RequestId, ReservationId, Sku, StoredEvent, TenantId,
    Timestamp, TransferId,
};

fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

fn location(number: usize) -> LocationId {
    LocationId::try_new(format!("zrh-{number}")).unwrap()
}

fn sku(number: usize) -> Sku {
    Sku::try_new(format!("sku-{number}")).unwrap()
}

fn pieces(number: i64) -> Pieces {
    Pieces::try_new(number.try_into().unwrap()).unwrap()
}

fn uuid(number: impl TryInto<u64>) -> Uuid {
    Uuid::from_u128(number.try_into().unwrap_or_default().into())
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::try_from_micros(second * 1_000_000).unwrap()
}

fn requested(lines: &[(usize, i64)]) -> Vec<RequestedLine> {
    let line = |(number, quantity): &(usize, i64)| RequestedLine {
        sku: sku(*number),
        quantity: Quantity::try_new((*quantity).try_into().unwrap()).unwrap(),
    };
    lines.iter().map(line).collect()
}

/// The streams of a shop.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shop {
    pub stock: Vec<Vec<StockState>>,
    pub reservations: Vec<ReservationState>,
    pub stock_events: Vec<StockEvent>,
    pub reservation_events: Vec<Vec<ReservationEvent>>,
}

impl Shop {
    pub(super) fn new() -> Self {
        let mut shop = Self {
            stock: vec![vec![StockState::Absent; SKUS]; LOCATIONS],
            reservations: vec![ReservationState::Absent; RESERVATIONS],
            stock_events: vec![],
            reservation_events: vec![vec![]; RESERVATIONS],
        };
        for (number, of) in (0..LOCATIONS).flat_map(|number| (0..SKUS).map(move |of| (number, of))) {
            let add = AddStockItem { tenant: tenant(), location: location(number), sku: sku(of), at: at(0) };
            shop.stock(number, of, add.into());
        }
        shop
    }

    /// Decides about stock, and names the answer.
    fn stock(&mut self, location: usize, sku: usize, command: StockCommand) -> String {
        let state = &mut self.stock[location][sku];
        let Ok(events) = Stock::decide(state, command) else { return "refused".to_owned() };
        *state = events.iter().try_fold(state.clone(), Stock::evolve).unwrap();
        let answer = events.first().map(StoredEvent::event_type).unwrap_or_default().to_owned();
        self.stock_events.extend(events);
        answer
    }

    /// Decides about a reservation and its stock as one unit of work, and names the answer.
    fn reservation(&mut self, id: usize, command: ReservationCommand) -> String {
        let state = &self.reservations[id];
        let events = Reservation::decide(state, command).expect("these requests have an answer");
        assert!(events.len() <= 1, "a request has one answer: {events:?}");
        for event in &events {
            self.reservations[id] = Reservation::evolve(self.reservations[id].clone(), event).unwrap();
            for (of, command) in stock_commands(ReservationId::new(uuid(id)), event) {
                let number = (0..SKUS).find(|number| sku(*number) == of).unwrap();
                let answer = self.stock(location_of(id), number, command);
                assert_ne!(answer, "refused", "stock accepts what a reservation has decided: {event:?}");
            }
        }
        self.reservation_events[id].extend(events.clone());
        match events.first() {
            None => String::new(),
            Some(ReservationEvent::ReservationRefused(event)) => format!("ReservationRefused {:?}", event.reason),
            Some(ReservationEvent::RequestRefused(event)) => format!("RequestRefused {:?}", event.reason),
            Some(event) => event.event_type().to_owned(),
        }
    }

    fn seen<T>(&self, id: usize, read: fn(&StockState) -> T) -> BTreeMap<Sku, T> {
        (0..SKUS).map(|number| (sku(number), read(&self.stock[location_of(id)][number]))).collect()
    }

    /// Does a step, and names the answer.
    pub(super) fn take(&mut self, step: &Step, now: i64) -> String {
        let tenant = tenant();
        let request = |id: usize, request: u8| Request {
            id: RequestId::new(uuid(request)),
            tenant: self::tenant(),
            order: OrderId::new(uuid(id)),
        };
        let second = now;
        let at = at(now);
        match step {
            Step::Adjust { location, sku, by, why } => {
                let by = Difference::try_new(*by).unwrap();
                self.stock(*location, *sku, AdjustStock { tenant, by, reason: reason(*why), note: None, at }.into())
            }
            Step::Count { location, sku, counted } => {
                self.stock(*location, *sku, CountStock { tenant, counted: pieces(*counted), at }.into())
            }
            Step::Transfer { from, sku, quantity } => {
                let transfer = TransferId::new(uuid(0_u8));
                let quantity = pieces(*quantity);
                let (destination, origin) = (location(1 - from), location(*from));
                let out = TransferStockOut { tenant: tenant.clone(), transfer, destination, quantity, at };
                let answer = self.stock(*from, *sku, out.into());
                if answer != "refused" {
                    let into = TransferStockIn { tenant, transfer, origin, quantity, at };
                    assert_eq!(self.stock(1 - from, *sku, into.into()), "StockTransferredIn");
                }
                answer
            }
            Step::Safety { location, sku, safety } => {
                self.stock(*location, *sku, SetSafetyStock { tenant, safety_stock: pieces(*safety), at }.into())
            }
            Step::Backorder { location, sku, allowed } => {
                self.stock(*location, *sku, SetBackorderPolicy { tenant, allows_backorder: *allowed, at }.into())
            }
            Step::Reserve { id, request: number, lines, until } => {
                let command = ReserveStock {
                    request: request(*id, *number),
                    location: location(location_of(*id)),
                    lines: requested(lines),
                    expires_at: self::at(second + until),
                    seen: self.seen(*id, StockState::availability),
                    at,
                };
                self.reservation(*id, command.into())
            }
            Step::Renew { id, request: number, until } => {
                let expires_at = self::at(second + until);
                self.reservation(*id, RenewReservation { request: request(*id, *number), expires_at, at }.into())
            }
            Step::Release { id, request: number } => {
                self.reservation(*id, ReleaseReservation { request: request(*id, *number), at }.into())
            }
            Step::Ship { id, request: number, lines } => {
                let lines = requested(lines);
                self.reservation(*id, ShipReservation { request: request(*id, *number), lines, at }.into())
            }
            Step::Fill { id } => {
                let seen = self.seen(*id, StockState::fillable);
                self.reservation(*id, FillBackorders { tenant, seen, at }.into())
            }
            Step::Wake { id } => self.reservation(*id, Wake { now: at }.into()),
            Step::Wait { .. } => String::new(),
        }
    }
}

fn reason(why: Why) -> AdjustmentReason {
    match why {
        Why::Received => AdjustmentReason::Received,
        Why::Damaged => AdjustmentReason::Damaged,
        Why::Lost => AdjustmentReason::Lost,
        Why::Found => AdjustmentReason::Found,
        Why::Returned => AdjustmentReason::Returned,
        Why::Correction => AdjustmentReason::Correction,
    }
}
