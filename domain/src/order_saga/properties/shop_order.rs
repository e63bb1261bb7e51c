//! The order of a simulated saga: it records what the saga learns, and takes whatever follows from the saga's events.

use uuid::Uuid;

use super::super::decisions::fixtures::order as order_id;
use crate::order::{
    AddLine, AddressKind, CancelOrder, CancelReason, CreateDraft, HoldOrder, Order, OrderCommand, OrderFact,
    OrderState, PlaceOrder, RecordFact, ReleaseHold, SetAddress, SkuPieces,
};
use crate::order_saga::{
    AnswerKind, AnswerReceived, Goal, OrderSagaCommand, OrderSagaEvent, OrderSagaState, RequestedLine, ReservationPart,
    Saga, order_commands,
};
use crate::{
    Address, Carrier, CountryCode, Currency, Decider, LineId, OrderNumber, Pieces, Quantity, Sealed, Sku, SubjectId,
    TenantId, Timestamp, TrackingNumber, UnitPrice,
};

/// An order of two products, of which the second is free.
#[derive(Debug)]
pub(super) struct ShopOrder(OrderState);

impl ShopOrder {
    /// An order that was placed for a total in minor units.
    pub(super) fn placed(total: i64) -> Self {
        let at = Timestamp::EPOCH;
        let subject = SubjectId::of_order(None, order_id());
        let price = UnitPrice::from_ten_thousandths(total * 100 / 3).unwrap();
        let commands: [OrderCommand; 5] = [
            CreateDraft {
                tenant: TenantId::try_new("shop").unwrap(),
                customer: None,
                currency: Currency::try_new("EUR").unwrap(),
                at,
            }
            .into(),
            AddLine {
                line_id: LineId::new(Uuid::nil()),
                sku: Sku::try_new("85123A").unwrap(),
                description: None,
                quantity: Quantity::try_new(3).unwrap(),
                unit_price: price,
                at,
            }
            .into(),
            AddLine {
                line_id: LineId::new(Uuid::from_u128(1)),
                sku: Sku::try_new("22423").unwrap(),
                description: None,
                quantity: Quantity::try_new(1).unwrap(),
                unit_price: UnitPrice::from_ten_thousandths(0).unwrap(),
                at,
            }
            .into(),
            SetAddress {
                kind: AddressKind::Shipping,
                address: Address {
                    country: CountryCode::try_new("CH").unwrap(),
                    details: Sealed::new(subject, "c2VhbGVk".to_owned()),
                    contact: None,
                    area: None,
                },
                at,
            }
            .into(),
            PlaceOrder { number: OrderNumber::try_new("SO-1").unwrap(), expected_total: None, at }.into(),
        ];
        let mut order = Self(Order::initial());
        commands.into_iter().for_each(|command| order.take(command));
        order
    }

    fn take(&mut self, command: OrderCommand) {
        let events = Order::decide(&self.0, command.clone());
        let events = events.unwrap_or_else(|refusal| panic!("{command:?} is refused: {refusal}; {:?}", self.0));
        let state = events.iter().try_fold(self.0.clone(), Order::evolve);
        self.0 = state.expect("what is decided folds");
    }

    /// Whether something holds it.
    pub(super) fn is_held(&self) -> bool {
        self.0.progress().is_some_and(|progress| !progress.holds.is_empty())
    }

    /// No order is held whose saga lets the goods go. People may lift a hold of an order whose saga waits for stock.
    pub(super) fn agrees(&self, state: &OrderSagaState) {
        if let OrderSagaState::Running(saga) = state
            && saga.goal == Goal::Fulfil
            && self.0.is_open()
        {
            assert!(!self.is_held() || saga.is_held(), "{:#?}\n{saga:#?}", self.0.progress());
        }
    }

    /// Whether a command for the saga is given at all: an order that cannot be cancelled tells its saga nothing.
    pub(super) fn allows(&mut self, command: &OrderSagaCommand) -> bool {
        let told: OrderCommand = match command {
            OrderSagaCommand::CancelSaga(one) => {
                CancelOrder { reason: CancelReason::Customer, note: None, at: one.at }.into()
            }
            OrderSagaCommand::HoldSaga(one) => HoldOrder { hold: one.hold, note: None, at: one.at }.into(),
            OrderSagaCommand::ReleaseSaga(one) => ReleaseHold { hold: one.hold, at: one.at }.into(),
            _ => return true,
        };
        let Ok(events) = Order::decide(&self.0, told) else { return false };
        if events.is_empty() {
            return false;
        }
        self.0 = events.iter().try_fold(self.0.clone(), Order::evolve).expect("what is decided folds");
        true
    }

    /// Takes what a saga's new events mean: what it learned first, then what follows.
    pub(super) fn follow(&mut self, state: &OrderSagaState, events: &[OrderSagaEvent]) {
        let Some(saga) = state.saga() else { return };
        for event in events {
            if let OrderSagaEvent::AnswerReceived(answer) = event
                && let Some(fact) = fact(saga, answer)
            {
                self.take(RecordFact { fact, at: answer.at }.into());
            }
        }
        for event in events {
            for command in order_commands(saga, || &self.0, event) {
                self.take(command);
            }
        }
    }
}

/// The pieces that a reservation has.
fn pieces(saga: &Saga, part: &ReservationPart) -> Vec<SkuPieces> {
    let lines = saga.shares[part.share].lines.iter();
    let of_line =
        |line: &RequestedLine| SkuPieces { sku: line.sku.clone(), quantity: line.quantity, backordered: Pieces::ZERO };
    lines.map(of_line).collect()
}

/// What the order records of an answer.
fn fact(saga: &Saga, answer: &AnswerReceived) -> Option<OrderFact> {
    match (answer.reservation, answer.payment, answer.fulfilment) {
        (Some(reservation), _, _) => {
            let part = saga.reservations.iter().find(|part| part.id == reservation)?;
            match answer.answer {
                AnswerKind::StockGranted => {
                    let location = part.location.clone();
                    Some(OrderFact::StockReserved { reservation, location, lines: pieces(saga, part) })
                }
                AnswerKind::StockReleased => Some(OrderFact::StockReleased { reservation }),
                AnswerKind::StockExpired => Some(OrderFact::StockReservationExpired { reservation }),
                _ => None,
            }
        }
        (_, Some(payment), _) => match (answer.answer, answer.amount) {
            (AnswerKind::PaymentAuthorized, Some(amount)) => {
                Some(OrderFact::PaymentAuthorized { payment, amount, expires_at: None })
            }
            (AnswerKind::PaymentCaptured, Some(amount)) => Some(OrderFact::PaymentCaptured { payment, amount }),
            (AnswerKind::PaymentRefunded, Some(amount)) => Some(OrderFact::RefundIssued { payment, amount }),
            (AnswerKind::PaymentVoided | AnswerKind::PaymentExpired, _) => {
                Some(OrderFact::AuthorizationVoided { payment })
            }
            _ => None,
        },
        (_, _, Some(fulfilment)) => match answer.answer {
            AnswerKind::FulfilmentShipped => Some(OrderFact::ShipmentDispatched {
                fulfilment,
                lines: {
                    let sent = saga.fulfilments.iter().find(|one| one.id == fulfilment)?;
                    pieces(saga, saga.reservations.iter().find(|one| one.id == sent.reservation)?)
                },
                carrier: Carrier::try_new("post").unwrap(),
                tracking: TrackingNumber::try_new("CH1").unwrap(),
            }),
            AnswerKind::FulfilmentDelivered => Some(OrderFact::ShipmentDelivered { fulfilment }),
            AnswerKind::FulfilmentLost => Some(OrderFact::ShipmentLost { fulfilment }),
            AnswerKind::FulfilmentRejected | AnswerKind::FulfilmentCancelled => {
                Some(OrderFact::FulfilmentCancelled { fulfilment })
            }
            _ => None,
        },
        (None, None, None) => None,
    }
}
