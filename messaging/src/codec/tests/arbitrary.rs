//! Public events of every shape.

use domain::contract::Position;
use domain::order::contract::{
    AddressChanged, AddressRole, CancelReason, ContractAddress, ContractLine, ContractMoney, ContractSealed,
    ContractUnitPrice, ForeignEvent, LineAdded, LineQuantityChanged, LineRemoved, OrderCancelled, OrderDrafted,
    OrderImportCorrected, OrderImported, OrderKind, OrderPlaced, PublicEvent, Published, SubjectErased,
};
use domain::{EventId, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use crate::record::OutgoingRecord;

/// The years 1970 to 9999.
const MICROS_MAX: i64 = 253_402_300_799_999_999;

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,20}"
}

fn optional() -> impl Strategy<Value = Option<String>> {
    prop::option::of(text())
}

prop_compose! {
    fn money()(minor in any::<i64>(), currency in "[A-Z]{3}") -> ContractMoney {
        ContractMoney { minor, currency }
    }
}

prop_compose! {
    fn unit_price()(ten_thousandths in any::<i64>(), currency in "[A-Z]{3}") -> ContractUnitPrice {
        ContractUnitPrice { ten_thousandths, currency }
    }
}

prop_compose! {
    fn line()(
        line_id in text(), sku in text(), description in optional(), quantity in any::<i64>(),
        unit_price in unit_price(), total in money(),
    ) -> ContractLine {
        ContractLine { line_id, sku, description, quantity, unit_price, total }
    }
}

prop_compose! {
    fn sealed()(subject in text(), data in text()) -> ContractSealed {
        ContractSealed { subject, data }
    }
}

prop_compose! {
    fn address()(
        country in "[A-Z]{2}", details in sealed(), contact in prop::option::of(sealed()),
    ) -> ContractAddress {
        ContractAddress { country, details, contact }
    }
}

fn lines() -> impl Strategy<Value = Vec<ContractLine>> {
    prop::collection::vec(line(), 0..5)
}

/// A record with the four fields that every record begins with.
macro_rules! record {
    ($name:ident { $($field:ident in $strategy:expr),* $(,)? }) => {
        (head(), $($strategy),*)
            .prop_map(|((order_id, version, tenant, at), $($field),*)| {
                PublicEvent::$name($name { order_id, version, tenant, at, $($field),* })
            })
            .boxed()
    };
}

mod progress;

fn head() -> impl Strategy<Value = (String, i64, String, i64)> {
    (any::<u128>().prop_map(|id| Uuid::from_u128(id).to_string()), 1..i64::MAX, "[a-z]{1,9}", 0..=MICROS_MAX)
}

pub(super) fn cancel_reason() -> impl Strategy<Value = CancelReason> {
    prop::sample::select(vec![
        CancelReason::Customer,
        CancelReason::Staff,
        CancelReason::Discarded,
        CancelReason::PaymentFailed,
        CancelReason::OutOfStock,
        CancelReason::FulfilmentFailed,
        CancelReason::Unknown,
    ])
}

fn until_placed() -> impl Strategy<Value = PublicEvent> {
    let role = prop::sample::select(vec![AddressRole::Shipping, AddressRole::Billing, AddressRole::Unknown]);
    let kind = prop::sample::select(vec![OrderKind::Sale, OrderKind::Credit, OrderKind::Unknown]);
    prop_oneof![
        record!(OrderDrafted { customer in optional(), currency in "[A-Z]{3}" }),
        record!(LineAdded { line in line() }),
        record!(LineQuantityChanged { line_id in text(), quantity in any::<i64>(), total in money() }),
        record!(LineRemoved { line_id in text() }),
        record!(AddressChanged { role in role, address in address() }),
        record!(OrderPlaced {
            number in text(), lines in lines(), total in money(), shipping_address in address(),
            billing_address in prop::option::of(address()),
        }),
        record!(OrderCancelled { reason in cancel_reason(), note in optional() }),
        record!(OrderImported {
            source in text(), reference in text(), number in text(), kind in kind.clone(), credit_of in optional(),
            customer in optional(), country in optional(), lines in lines(), total in money(),
            placed_at in any::<i64>(), imported_at in any::<i64>(),
        }),
        record!(OrderImportCorrected {
            source in text(), reference in text(), number in text(), kind in kind, credit_of in optional(),
            customer in optional(), country in optional(), lines in lines(), total in money(),
            placed_at in any::<i64>(), imported_at in any::<i64>(),
        }),
        record!(SubjectErased { subject in text() }),
        record!(ForeignEvent { aggregate_type in text(), event_type in text(), event_version in text(), body in optional() }),
    ]
}

pub(super) fn event() -> impl Strategy<Value = PublicEvent> {
    prop_oneof![until_placed(), progress::event()]
}

prop_compose! {
    pub(super) fn published()(
        event in event(), id in any::<u128>(), shard in 0..i16::MAX, position in 0..i64::MAX,
        micros in 0..=MICROS_MAX, correlation_id in optional(), causation_id in optional(), traceparent in optional(),
    ) -> Published {
        Published {
            event,
            event_id: EventId::new(Uuid::from_u128(id)),
            position: Position { shard, position },
            recorded_at: Timestamp::try_from_micros(micros).unwrap(),
            correlation_id,
            causation_id,
            traceparent,
        }
    }
}

/// One record to spoil.
pub(super) fn sample() -> OutgoingRecord<PublicEvent> {
    let event = PublicEvent::ForeignEvent(ForeignEvent {
        order_id: Uuid::from_u128(1).to_string(),
        version: 3,
        tenant: "acme".to_owned(),
        at: 1_700_000_000_000_000,
        aggregate_type: "order".to_owned(),
        event_type: "Noted".to_owned(),
        event_version: "1.0".to_owned(),
        body: Some("{}".to_owned()),
    });
    let published = Published {
        event,
        event_id: EventId::new(Uuid::from_u128(2)),
        position: Position { shard: 0, position: 9 },
        recorded_at: Timestamp::try_from_micros(1_700_000_000_123_456).unwrap(),
        correlation_id: None,
        causation_id: None,
        traceparent: None,
    };
    OutgoingRecord { published, payload_hash: [0; 32] }
}
