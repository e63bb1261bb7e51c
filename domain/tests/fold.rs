//! Whether the folds give the states that snapshots of their versions have.
//!
//! Each sample of `golden/KIND.txt` is folded onto every state that the samples before it lead to. `golden/KIND-fold.txt` has the
//! hashes of the resulting states under the fold version that they were made by.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use std::collections::BTreeMap;

use domain::fulfilment::{Fulfilment, FulfilmentState};
use domain::kitchen::{Kitchen, KitchenState};
use domain::location::{Location, LocationState};
use domain::notification::{Notification, NotificationState};
use domain::order::{Order, OrderState};
use domain::order_saga::{OrderSaga, OrderSagaState};
use domain::payment::{Payment, PaymentState};
use domain::reservation::{Reservation, ReservationState};
use domain::shipment::{Shipment, ShipmentState};
use domain::shipping_location::{ShippingLocation, ShippingLocationState};
use domain::stock::{Stock, StockState};
use domain::ticket::{Ticket, TicketState};
use domain::{Decider, upcast};

/// One line for each sample and state that it can follow.
fn folded<D: Decider>(samples: &'static str, name: fn(&D::State) -> &'static str) -> Vec<String> {
    let mut states: BTreeMap<&str, D::State> = BTreeMap::from([(name(&D::initial()), D::initial())]);
    let mut lines = Vec::new();
    for (sample, number) in samples.split("\n\n").skip(1).zip(1..) {
        let mut parts = sample.lines();
        let (event_type, version) = parts.next().unwrap().split_once(' ').unwrap();
        let body = parts.next().unwrap().strip_prefix("stored ").unwrap();
        let event: D::Event = upcast::decode(event_type, version, body).unwrap();
        let results =
            states.clone().into_iter().filter_map(|(name, state)| Some((name, D::evolve(state, &event).ok()?)));
        let results: Vec<_> = results.collect();
        assert!(!results.is_empty(), "sample {number}, {event_type}, follows no state of those before it");
        for (before, state) in results {
            let hash = fnv1a(serde_json::to_string(&state).unwrap().as_bytes());
            lines.push(format!("{number} {event_type} on {before}: {} {hash:016x}", name(&state)));
            states.insert(name(&state), state);
        }
    }
    lines
}

/// FNV-1a with 64 bits: the same on every platform and in every release of the standard library.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn has_a_new_version_where_it_has_changed<D: Decider>(
    samples: &'static str,
    recorded: &str,
    name: fn(&D::State) -> &'static str,
) {
    let (first, lines) = recorded.split_once('\n').unwrap();
    let lines: Vec<_> = lines.lines().collect();
    let folded = folded::<D>(samples, name);
    let is_same_version = first == format!("fold version {}", D::FOLD_VERSION);
    let changed = lines.iter().find(|line| !folded.iter().any(|now| now == *line));
    assert!(
        !is_same_version || changed.is_none(),
        "the fold has changed, {changed:?} does not hold any more: raise FOLD_VERSION"
    );
    let text = format!("fold version {}\n{}\n", D::FOLD_VERSION, folded.join("\n"));
    let file = format!("tests/golden/{}-fold.txt", D::KIND);
    assert_eq!(text, recorded, "{file} lacks samples or is of another version; it should be:\n{text}");
}

#[test]
fn a_changed_fold_of_orders_has_a_new_version() {
    let (samples, recorded) = (include_str!("golden/order.txt"), include_str!("golden/order-fold.txt"));
    has_a_new_version_where_it_has_changed::<Order>(samples, recorded, OrderState::name);
}

#[test]
fn a_changed_fold_of_stock_has_a_new_version() {
    let (samples, recorded) = (include_str!("golden/stock.txt"), include_str!("golden/stock-fold.txt"));
    has_a_new_version_where_it_has_changed::<Stock>(samples, recorded, StockState::name);
}

#[test]
fn a_changed_fold_of_reservations_has_a_new_version() {
    let (samples, recorded) = (include_str!("golden/reservation.txt"), include_str!("golden/reservation-fold.txt"));
    has_a_new_version_where_it_has_changed::<Reservation>(samples, recorded, ReservationState::name);
}

#[test]
fn a_changed_fold_of_fulfilments_has_a_new_version() {
    let (samples, recorded) = (include_str!("golden/fulfilment.txt"), include_str!("golden/fulfilment-fold.txt"));
    has_a_new_version_where_it_has_changed::<Fulfilment>(samples, recorded, FulfilmentState::name);
}

#[test]
fn a_changed_fold_of_locations_has_a_new_version() {
    let (samples, recorded) = (include_str!("golden/location.txt"), include_str!("golden/location-fold.txt"));
    has_a_new_version_where_it_has_changed::<Location>(samples, recorded, LocationState::name);
}

#[test]
fn a_changed_fold_of_notifications_has_a_new_version() {
    let (samples, recorded) = (include_str!("golden/notification.txt"), include_str!("golden/notification-fold.txt"));
    has_a_new_version_where_it_has_changed::<Notification>(samples, recorded, NotificationState::name);
}

#[test]
fn a_changed_fold_of_payments_has_a_new_version() {
    let (samples, recorded) = (include_str!("golden/payment.txt"), include_str!("golden/payment-fold.txt"));
    has_a_new_version_where_it_has_changed::<Payment>(samples, recorded, PaymentState::name);
}

#[test]
fn a_changed_fold_of_sagas_has_a_new_version() {
    let (samples, recorded) = (include_str!("golden/order_saga.txt"), include_str!("golden/order_saga-fold.txt"));
    has_a_new_version_where_it_has_changed::<OrderSaga>(samples, recorded, OrderSagaState::name);
}

#[test]
fn a_changed_fold_of_kitchens_has_a_new_version() {
    let (samples, recorded) = (include_str!("golden/kitchen.txt"), include_str!("golden/kitchen-fold.txt"));
    has_a_new_version_where_it_has_changed::<Kitchen>(samples, recorded, KitchenState::name);
}

#[test]
fn a_changed_fold_of_tickets_has_a_new_version() {
    let (samples, recorded) = (include_str!("golden/ticket.txt"), include_str!("golden/ticket-fold.txt"));
    has_a_new_version_where_it_has_changed::<Ticket>(samples, recorded, TicketState::name);
}

#[test]
fn a_changed_fold_of_shipments_has_a_new_version() {
    let (samples, recorded) = (include_str!("golden/shipment.txt"), include_str!("golden/shipment-fold.txt"));
    has_a_new_version_where_it_has_changed::<Shipment>(samples, recorded, ShipmentState::name);
}

#[test]
fn a_changed_fold_of_how_locations_ship_has_a_new_version() {
    let samples = include_str!("golden/shipping_location.txt");
    let recorded = include_str!("golden/shipping_location-fold.txt");
    has_a_new_version_where_it_has_changed::<ShippingLocation>(samples, recorded, ShippingLocationState::name);
}
