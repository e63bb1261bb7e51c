//! Events of what happens to an order once it is placed.

use domain::order::contract::{
    AuthorizationVoided, ChargebackReceived, ContractLineChange, ContractSkuPieces, ExceptionKind, ExceptionRaised,
    FraudScreened, FulfilmentCancelled, FulfilmentPlanned, HoldKind, HoldReleased, LinesCancelled, NoteAdded,
    OrderCompleted, OrderConfirmed, OrderExpired, OrderHeld, OrderRejected, PaymentActionRequired, PaymentAuthorized,
    PaymentCaptured, PaymentFailed, PieceState, PublicEvent, RefundIssued, RejectionReason, ScreeningOutcome,
    ShipmentDelivered, ShipmentDispatched, ShipmentLost, StockReleased, StockReservationExpired,
    StockReservationFailed, StockReserved,
};
use domain::reservation::contract::ContractShortage;
use proptest::prelude::*;

use super::{cancel_reason, head, money, optional, text};

fn hold() -> impl Strategy<Value = HoldKind> {
    use HoldKind as H;
    let kinds = [H::Fraud, H::PaymentAction, H::Address, H::Stock, H::Edit, H::Manual, H::Unknown];
    prop::sample::select(kinds.to_vec())
}

fn rejection() -> impl Strategy<Value = RejectionReason> {
    use RejectionReason as R;
    prop::sample::select(vec![R::Fraud, R::Payment, R::Stock, R::Staff, R::Unknown])
}

fn outcome() -> impl Strategy<Value = ScreeningOutcome> {
    use ScreeningOutcome as S;
    prop::sample::select(vec![S::Pass, S::Review, S::Reject, S::Unknown])
}

fn exception() -> impl Strategy<Value = ExceptionKind> {
    use ExceptionKind as E;
    prop::sample::select(vec![
        E::UnexpectedStock,
        E::MoreThanOrdered,
        E::StockLost,
        E::UnexpectedPayment,
        E::CapturedBeyondAuthorized,
        E::RefundedBeyondCaptured,
        E::OtherCurrency,
        E::RejectedByScreening,
        E::UnexpectedFulfilment,
        E::MoreThanReserved,
        E::UnexpectedShipment,
        E::ShippedWhileHeld,
        E::ShippedBeforeCapture,
        E::Unknown,
    ])
}

fn piece_state() -> impl Strategy<Value = PieceState> {
    use PieceState as P;
    let states =
        [P::Open, P::Reserved, P::Backordered, P::InFulfilment, P::Shipped, P::Delivered, P::Cancelled, P::Unknown];
    prop::sample::select(states.to_vec())
}

prop_compose! {
    fn change()(
        line_id in text(), sku in text(), quantity in any::<i64>(), from in piece_state(), to in piece_state(),
    ) -> ContractLineChange {
        ContractLineChange { line_id, sku, quantity, from, to }
    }
}

prop_compose! {
    fn sku_pieces()(sku in text(), quantity in any::<i64>(), backordered in any::<i64>()) -> ContractSkuPieces {
        ContractSkuPieces { sku, quantity, backordered }
    }
}

prop_compose! {
    fn shortage()(sku in text(), requested in any::<i64>(), available in any::<i64>()) -> ContractShortage {
        ContractShortage { sku, requested, available }
    }
}

fn changes() -> impl Strategy<Value = Vec<ContractLineChange>> {
    prop::collection::vec(change(), 0..4)
}

fn unmatched() -> impl Strategy<Value = Vec<ContractSkuPieces>> {
    prop::collection::vec(sku_pieces(), 0..3)
}

fn stock() -> impl Strategy<Value = PublicEvent> {
    prop_oneof![
        record!(StockReserved { reservation in text(), location in text(), changes in changes(), unmatched in unmatched() }),
        record!(StockReservationFailed {
            reservation in text(), location in text(), shortages in prop::collection::vec(shortage(), 0..3),
        }),
        record!(StockReservationExpired { reservation in text(), changes in changes() }),
        record!(StockReleased { reservation in text(), changes in changes() }),
        record!(FulfilmentPlanned {
            fulfilment in text(), reservation in text(), location in text(), changes in changes(),
            unmatched in unmatched(),
        }),
        record!(FulfilmentCancelled { fulfilment in text(), changes in changes() }),
        record!(ShipmentDispatched {
            fulfilment in text(), changes in changes(), unmatched in unmatched(), carrier in text(), tracking in text(),
        }),
        record!(ShipmentDelivered { fulfilment in text(), changes in changes() }),
        record!(ShipmentLost { fulfilment in text(), changes in changes() }),
    ]
}

fn payments() -> impl Strategy<Value = PublicEvent> {
    prop_oneof![
        record!(PaymentActionRequired { payment in text() }),
        record!(PaymentAuthorized {
            payment in text(), amount in money(), authorized in money(), expires_at in prop::option::of(any::<i64>()),
        }),
        record!(PaymentFailed { payment in text(), code in text() }),
        record!(PaymentCaptured { payment in text(), amount in money(), captured in money() }),
        record!(AuthorizationVoided { payment in text(), amount in money() }),
        record!(RefundIssued { payment in text(), amount in money(), refunded in money() }),
        record!(ChargebackReceived { payment in text(), amount in money(), charged_back in money() }),
    ]
}

pub(super) fn event() -> impl Strategy<Value = PublicEvent> {
    let reasons = prop::collection::vec(text(), 0..3);
    prop_oneof![
        stock(),
        payments(),
        record!(OrderHeld { hold in hold(), note in optional() }),
        record!(HoldReleased { hold in hold() }),
        record!(FraudScreened { outcome in outcome(), score in any::<i64>(), reasons in reasons }),
        head().prop_map(|(order_id, version, tenant, at)| {
            PublicEvent::OrderConfirmed(OrderConfirmed { order_id, version, tenant, at })
        }),
        record!(OrderRejected { reason in rejection(), note in optional() }),
        record!(LinesCancelled { changes in changes(), reason in cancel_reason(), note in optional() }),
        head().prop_map(|(order_id, version, tenant, at)| {
            PublicEvent::OrderCompleted(OrderCompleted { order_id, version, tenant, at })
        }),
        head().prop_map(|(order_id, version, tenant, at)| {
            PublicEvent::OrderExpired(OrderExpired { order_id, version, tenant, at })
        }),
        record!(NoteAdded { note in text() }),
        record!(ExceptionRaised { kind in exception(), detail in text() }),
    ]
}
