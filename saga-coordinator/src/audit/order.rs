//! What an order holds and what it has paid, computed apart from the deciders that wrote its events.

use std::collections::BTreeMap;

use domain::order::OrderEvent;
use domain::{FulfilmentId, PaymentId, ReservationId};
use service_kit::audit::Invariant;

use super::Problem;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stock {
    Held,
    GivenBack,
    /// The goods have left.
    Left,
}

/// Money of a payment, in minor units.
#[derive(Debug, Clone, Copy, Default)]
struct Paid {
    authorized: i64,
    captured: i64,
    voided: i64,
    refunded: i64,
    charged_back: i64,
}

impl Paid {
    const fn is_authorized(&self) -> bool {
        self.authorized > self.captured + self.voided
    }

    const fn kept(&self) -> i64 {
        self.captured - self.refunded - self.charged_back
    }
}

/// An order before its next event.
#[derive(Debug, Default)]
pub(super) struct OrderBooks {
    /// What it costs; 0 before it is placed, and of an import, which is not shipped by us.
    total: i64,
    are_lines_cancelled: bool,
    is_given_up: bool,
    reservations: BTreeMap<ReservationId, Stock>,
    /// Where the goods of a fulfilment are taken from.
    planned: BTreeMap<FulfilmentId, ReservationId>,
    payments: BTreeMap<PaymentId, Paid>,
}

impl OrderBooks {
    /// Whether the order was cancelled or rejected.
    pub(super) const fn is_given_up(&self) -> bool {
        self.is_given_up
    }

    /// Whether goods of it have left.
    pub(super) fn has_shipped(&self) -> bool {
        self.reservations.values().any(|stock| *stock == Stock::Left)
    }

    /// Moves on to what an event records, and says what is wrong with it.
    pub(super) fn follow(&mut self, event: &OrderEvent, is_credit: bool) -> Vec<Problem> {
        use OrderEvent as E;
        match event {
            E::OrderPlaced(event) => self.total = event.total.minor(),
            E::LinesCancelled(_) => self.are_lines_cancelled = true,
            E::OrderCancelled(_) | E::OrderRejected(_) => self.is_given_up = true,
            E::StockReserved(event) => {
                self.reservations.insert(event.reservation, Stock::Held);
            }
            E::StockReleased(event) => self.gives_back(event.reservation),
            E::StockReservationExpired(event) => self.gives_back(event.reservation),
            E::FulfilmentPlanned(event) => {
                self.planned.insert(event.fulfilment, event.reservation);
            }
            E::PaymentAuthorized(event) => self.paid(event.payment).authorized = event.authorized.minor(),
            E::PaymentCaptured(event) => self.paid(event.payment).captured = event.captured.minor(),
            E::AuthorizationVoided(event) => self.paid(event.payment).voided += event.amount.minor(),
            E::RefundIssued(event) => self.paid(event.payment).refunded = event.refunded.minor(),
            E::ChargebackReceived(event) => self.paid(event.payment).charged_back = event.charged_back.minor(),
            E::ShipmentDispatched(event) => return self.leaves(event.fulfilment, is_credit),
            _ => {}
        }
        Vec::new()
    }

    fn paid(&mut self, payment: PaymentId) -> &mut Paid {
        self.payments.entry(payment).or_default()
    }

    fn gives_back(&mut self, reservation: ReservationId) {
        if let Some(stock) = self.reservations.get_mut(&reservation).filter(|stock| **stock == Stock::Held) {
            *stock = Stock::GivenBack;
        }
    }

    fn leaves(&mut self, fulfilment: FulfilmentId, is_credit: bool) -> Vec<Problem> {
        let mut problems = Vec::new();
        let captured: i64 = self.payments.values().map(|paid| paid.captured).sum();
        let owed = if self.are_lines_cancelled { self.total.min(1) } else { self.total };
        if !is_credit && captured < owed {
            let detail = format!("goods for {} left with {captured} captured", self.total);
            problems.push((Invariant::I12, "shipped_unpaid", detail));
        }
        let stock = self.planned.get(&fulfilment).and_then(|reservation| self.reservations.get_mut(reservation));
        match stock {
            Some(stock @ (Stock::Held | Stock::Left)) => *stock = Stock::Left,
            Some(Stock::GivenBack) | None => {
                let detail = format!("goods of fulfilment {fulfilment} left that no reservation held");
                problems.push((Invariant::I12, "shipped_unreserved", detail));
            }
        }
        problems
    }

    /// What an order that was given up, and for which nothing is under way, holds all the same.
    pub(super) fn held(&self) -> Vec<Problem> {
        let stock = self.reservations.iter().filter(|(_, stock)| **stock == Stock::Held).map(|(id, _)| {
            let detail = format!("the order was given up, and reservation {id} is held");
            (Invariant::I12, "given_up_holds_stock", detail)
        });
        let authorized = self.payments.iter().filter(|(_, paid)| paid.is_authorized()).map(|(id, _)| {
            let detail = format!("the order was given up, and payment {id} is authorised");
            (Invariant::I12, "given_up_holds_authorization", detail)
        });
        let kept = self.payments.iter().filter(|(_, paid)| paid.kept() > 0 && !self.has_shipped()).map(|(id, paid)| {
            let detail = format!("the order was given up, and {} of payment {id} were not given back", paid.kept());
            (Invariant::I11, "given_up_keeps_money", detail)
        });
        stock.chain(authorized).chain(kept).collect()
    }
}
