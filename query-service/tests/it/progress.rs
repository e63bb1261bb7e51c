//! What happens to orders once they are placed: holds, statuses, payments, fulfilments and notes.

use domain::order::contract::{
    ContractLineChange, ContractMoney, ExceptionKind, ExceptionRaised, FulfilmentPlanned, HoldKind, HoldReleased,
    NoteAdded, OrderConfirmed, OrderHeld, PaymentAuthorized, PaymentCaptured, PieceState, PublicEvent,
    ShipmentDispatched, StockReserved,
};
use read_models::testing::EventHistory;
use serde_json::{Value, json};
use service_kit::auth::{Scope, Scopes};
use uuid::Uuid;

use super::world::{World, id, placed, tenant};

const PAYMENT: &str = "00000000-0000-0000-0000-000000000031";
const RESERVATION: &str = "00000000-0000-0000-0000-000000000021";
const FULFILMENT: &str = "00000000-0000-0000-0000-000000000041";

fn change(quantity: i64, from: PieceState, to: PieceState) -> ContractLineChange {
    // The first line, of two pieces of A.
    ContractLineChange { line_id: Uuid::from_u128(1).to_string(), sku: "A".to_owned(), quantity, from, to }
}

fn pounds(minor: i64) -> ContractMoney {
    ContractMoney { minor, currency: "GBP".to_owned() }
}

fn held(history: EventHistory, hold: HoldKind) -> EventHistory {
    history.then(|order_id, version, tenant, at| {
        PublicEvent::OrderHeld(OrderHeld { order_id, version, tenant, at, hold, note: None })
    })
}

fn released(history: EventHistory, hold: HoldKind) -> EventHistory {
    history.then(|order_id, version, tenant, at| {
        PublicEvent::HoldReleased(HoldReleased { order_id, version, tenant, at, hold })
    })
}

fn confirmed(history: EventHistory) -> EventHistory {
    history.then(|order_id, version, tenant, at| {
        PublicEvent::OrderConfirmed(OrderConfirmed { order_id, version, tenant, at })
    })
}

fn paid(history: EventHistory) -> EventHistory {
    let authorized = history.then(|order_id, version, tenant, at| {
        let (payment, amount, authorized, expires_at) = (PAYMENT.to_owned(), pounds(301), pounds(301), Some(at));
        PublicEvent::PaymentAuthorized(PaymentAuthorized {
            order_id,
            version,
            tenant,
            at,
            payment,
            amount,
            authorized,
            expires_at,
        })
    });
    authorized.then(|order_id, version, tenant, at| {
        let (payment, amount, captured) = (PAYMENT.to_owned(), pounds(301), pounds(301));
        PublicEvent::PaymentCaptured(PaymentCaptured { order_id, version, tenant, at, payment, amount, captured })
    })
}

/// Two pieces are reserved, and one of them is sent.
fn sent(history: EventHistory) -> EventHistory {
    let reserved = history.then(|order_id, version, tenant, at| {
        let changes = vec![change(2, PieceState::Open, PieceState::Reserved)];
        let (reservation, location) = (RESERVATION.to_owned(), "zrh-1".to_owned());
        let unmatched = vec![];
        PublicEvent::StockReserved(StockReserved {
            order_id,
            version,
            tenant,
            at,
            reservation,
            location,
            changes,
            unmatched,
        })
    });
    let planned = reserved.then(|order_id, version, tenant, at| {
        let (fulfilment, reservation) = (FULFILMENT.to_owned(), RESERVATION.to_owned());
        PublicEvent::FulfilmentPlanned(FulfilmentPlanned {
            order_id,
            version,
            tenant,
            at,
            fulfilment,
            reservation,
            location: "zrh-1".to_owned(),
            changes: vec![change(1, PieceState::Reserved, PieceState::InFulfilment)],
            unmatched: vec![],
        })
    });
    planned.then(|order_id, version, tenant, at| {
        PublicEvent::ShipmentDispatched(ShipmentDispatched {
            order_id,
            version,
            tenant,
            at,
            fulfilment: FULFILMENT.to_owned(),
            changes: vec![change(1, PieceState::InFulfilment, PieceState::Shipped)],
            unmatched: vec![],
            carrier: "post".to_owned(),
            tracking: "99.1".to_owned(),
        })
    })
}

fn noted(history: EventHistory) -> EventHistory {
    let note = history.then(|order_id, version, tenant, at| {
        PublicEvent::NoteAdded(NoteAdded { order_id, version, tenant, at, note: "call first".to_owned() })
    });
    note.then(|order_id, version, tenant, at| {
        let (kind, detail) = (ExceptionKind::ShippedWhileHeld, "goods were sent in spite of 1 holds".to_owned());
        PublicEvent::ExceptionRaised(ExceptionRaised { order_id, version, tenant, at, kind, detail })
    })
}

#[tokio::test]
async fn an_order_shows_how_far_it_has_come() {
    let world = World::new().await;
    let history = noted(sent(paid(confirmed(held(placed(1, "c1"), HoldKind::Manual)))));
    world.apply(&history.records()).await;
    let query = "{ order(number: \"1001\") { state holds paymentStatus fulfilmentStatus allowedCommands
        confirmedAt completedAt rejection { reason }
        payments { paymentId state authorized { minor } captured { minor currency } refunded { minor } expiresAt failure }
        fulfilments { fulfilmentId state reservationId location carrier trackingNumber dispatchedAt deliveredAt
            lines { sku quantity } }
        notes { note } exceptions { kind detail }
        lines { nodes { sku quantities { open reserved backordered inFulfilment shipped delivered cancelled } } } } }";
    let order = world.data(&world.staff(), query).await["order"].take();
    assert_eq!((&order["state"], &order["holds"]), (&json!("CONFIRMED"), &json!(["MANUAL"])));
    assert_eq!(
        (&order["paymentStatus"], &order["fulfilmentStatus"]),
        (&json!("CAPTURED"), &json!("PARTIALLY_SHIPPED"))
    );
    assert_eq!(order["allowedCommands"], json!(["HOLD_ORDER", "RELEASE_HOLD", "CANCEL_LINES", "ADD_NOTE"]));
    let payment = &order["payments"][0];
    assert_eq!((&payment["paymentId"], &payment["state"]), (&json!(PAYMENT), &json!("AUTHORIZED")));
    assert_eq!(payment["captured"], json!({"minor": 301, "currency": "GBP"}));
    let sent = &order["fulfilments"][0];
    assert_eq!(
        (&sent["state"], &sent["location"], &sent["carrier"]),
        (&json!("DISPATCHED"), &json!("zrh-1"), &json!("post"))
    );
    assert_eq!((&sent["lines"], &sent["deliveredAt"]), (&json!([{"sku": "A", "quantity": 1}]), &Value::Null));
    assert_eq!(order["notes"], json!([{"note": "call first"}]));
    assert_eq!(order["exceptions"][0]["kind"], "SHIPPED_WHILE_HELD");
    let none = json!({"open": 0, "reserved": 1, "backordered": 0, "inFulfilment": 0, "shipped": 1, "delivered": 0,
        "cancelled": 0});
    assert_eq!(order["lines"]["nodes"][0]["quantities"], none);
    assert_eq!(order["rejection"], Value::Null);
}

#[tokio::test]
async fn orders_are_found_by_status_and_hold() {
    let world = World::new().await;
    let both = held(held(placed(2, "c1"), HoldKind::Stock), HoldKind::Fraud);
    let free = released(held(placed(3, "c1"), HoldKind::Fraud), HoldKind::Fraud);
    let histories = [sent(paid(confirmed(placed(1, "c1")))), both, free, placed(4, "c1").cancelled()];
    for history in &histories {
        world.apply(&history.records()).await;
    }
    let staff = world.staff();
    for (filter, expected) in [
        ("paymentStatus: {eq: CAPTURED}", vec![1]),
        ("paymentStatus: {in: [CAPTURED, PENDING]}", vec![1, 2, 3]),
        ("fulfilmentStatus: {eq: PARTIALLY_SHIPPED}", vec![1]),
        ("fulfilmentStatus: {in: [UNFULFILLED]}", vec![2, 3]),
        ("hold: {eq: FRAUD}", vec![2]),
        ("hold: {in: [FRAUD, MANUAL]}", vec![2]),
        ("hold: {in: []}", vec![]),
        ("hold: {eq: MANUAL}", vec![]),
        ("held: {eq: true}", vec![2]),
        ("held: {eq: false}", vec![1, 3, 4]),
        ("state: {eq: CONFIRMED}", vec![1]),
        ("state: {ne: CONFIRMED}", vec![2, 3, 4]),
    ] {
        let query =
            format!("{{ orders(where: {{{filter}}}, orderBy: NUMBER_ASC) {{ totalCount nodes {{ orderId }} }} }}");
        let orders = world.data(&staff, &query).await["orders"].take();
        let found: Vec<Value> =
            orders["nodes"].as_array().unwrap().iter().map(|node| node["orderId"].clone()).collect();
        assert_eq!(found, expected.iter().map(|n| json!(id(*n))).collect::<Vec<_>>(), "{filter}");
        assert_eq!(orders["totalCount"], json!(expected.len()), "{filter}");
    }
}

#[tokio::test]
async fn a_hold_is_released_by_those_who_may_release_its_kind() {
    let world = World::new().await;
    let by_hand = held(placed(1, "c1"), HoldKind::Manual);
    let for_fraud = held(placed(2, "c1"), HoldKind::Fraud);
    for history in [by_hand, for_fraud] {
        world.apply(&history.records()).await;
    }
    let with = |scopes: &[Scope]| world.issuer.token_with(scopes.iter().copied().collect::<Scopes>(), &tenant(), None);
    let allowed = async |token: &str| {
        let query = "{ orders(orderBy: NUMBER_ASC) { nodes { allowedCommands } } }";
        let mut orders = world.data(token, query).await["orders"]["nodes"].take();
        orders.as_array_mut().unwrap().iter_mut().map(|order| order["allowedCommands"].take()).collect::<Vec<_>>()
    };
    let (hold, both) = (json!(["HOLD_ORDER"]), json!(["HOLD_ORDER", "RELEASE_HOLD"]));
    let everyday = with(&[Scope::ORDERS_READ, Scope::ORDERS_HOLD]);
    assert_eq!(allowed(&everyday).await, [both, hold]);
    let of_fraud = with(&[Scope::ORDERS_READ, Scope::ORDERS_HOLD_FRAUD]);
    assert_eq!(allowed(&of_fraud).await, [json!(["HOLD_ORDER"]), json!(["RELEASE_HOLD"])], "it has no further kind");
    assert_eq!(allowed(&with(&[Scope::ORDERS_READ])).await, [json!([]), json!([])]);
}
