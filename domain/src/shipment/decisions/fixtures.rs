//! Fixtures of the decisions' tests.

use uuid::Uuid;

use super::{
    CancelShipment, HoldShipment, NoteShipped, PackShipment, PlanShipment, RecordLabel, RecordParcel, RecordRefusal,
    RecordVoided, ReleaseShipment, RetryShipment, ShipmentCommand, Wake,
};
use crate::shipment::{
    EffectDelayed, LabelBought, LabelRefused, LabelRequested, LabelUrl, LabelVoidRefused, LabelVoidRequested,
    LabelVoided, ParcelStatus, Scan, Shipment, ShipmentCancelled, ShipmentDelivered, ShipmentEvent, ShipmentFailed,
    ShipmentHandedOver, ShipmentHeld, ShipmentLost, ShipmentPacked, ShipmentPlanned, ShipmentRejection,
    ShipmentReleased, ShipmentRetried, ShipmentReturned, ShippedByHand, TrackingUpdated,
};
use crate::shipping_location::CarrierChoice;
use crate::testing::{Given, given_for};
use crate::{
    Carrier, CarrierService, Currency, LocationId, Money, OrderId, Reason, TenantId, Timestamp, TrackingNumber,
};

pub(in crate::shipment) fn given(history: impl IntoIterator<Item = ShipmentEvent>) -> Given<Shipment> {
    given_for(history)
}

/// A moment by its second. Everything but what carriers show happens in second 0.
pub(in crate::shipment) fn at(second: i64) -> Timestamp {
    Timestamp::try_from_micros(1_600_000_000_000_000 + second * 1_000_000).unwrap()
}

fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

fn order() -> OrderId {
    OrderId::new(Uuid::from_u128(1))
}

fn location() -> LocationId {
    LocationId::try_new("zrh-1").unwrap()
}

fn carrier(name: &str) -> Carrier {
    Carrier::try_new(name).unwrap()
}

fn service() -> CarrierService {
    CarrierService::try_new("parcel").unwrap()
}

fn choice(name: &str) -> CarrierChoice {
    CarrierChoice { carrier: carrier(name), service: service() }
}

pub(in crate::shipment) fn tracking(number: &str) -> TrackingNumber {
    TrackingNumber::try_new(number).unwrap()
}

fn code() -> Reason {
    Reason::try_new("address_unknown").unwrap()
}

fn url() -> LabelUrl {
    LabelUrl::try_new("https://carrier.example/labels/T1").unwrap()
}

fn cost() -> Money {
    Money::new(790, Currency::EUR)
}

/// The tracking number of the label that an effect buys.
fn tracking_of(effect: u32) -> TrackingNumber {
    tracking(&format!("T{effect}"))
}

pub(in crate::shipment) fn plan() -> ShipmentCommand {
    let carriers = vec![choice("postal"), choice("courier")];
    PlanShipment {
        tenant: tenant(),
        order: order(),
        location: location(),
        carriers,
        weight_g: 800,
        pieces: 3,
        at: at(0),
    }
    .into()
}

pub(in crate::shipment) fn pack() -> ShipmentCommand {
    PackShipment { at: at(0) }.into()
}

pub(in crate::shipment) fn release() -> ShipmentCommand {
    ReleaseShipment { at: at(0) }.into()
}

pub(in crate::shipment) fn hold() -> ShipmentCommand {
    HoldShipment { at: at(0) }.into()
}

pub(in crate::shipment) fn cancel() -> ShipmentCommand {
    CancelShipment { at: at(0) }.into()
}

pub(in crate::shipment) fn retry() -> ShipmentCommand {
    RetryShipment { at: at(0) }.into()
}

pub(in crate::shipment) fn note_shipped(number: &str) -> ShipmentCommand {
    NoteShipped { carrier: carrier("postal"), tracking: tracking(number), at: at(0) }.into()
}

pub(in crate::shipment) fn record_label(effect: u32) -> ShipmentCommand {
    RecordLabel { effect, tracking: tracking_of(effect), url: url(), cost: cost(), at: at(0) }.into()
}

pub(in crate::shipment) fn refusal(effect: u32) -> ShipmentCommand {
    RecordRefusal { effect, code: code(), is_final: false, at: at(0) }.into()
}

pub(in crate::shipment) fn final_refusal(effect: u32) -> ShipmentCommand {
    RecordRefusal { effect, code: code(), is_final: true, at: at(0) }.into()
}

pub(in crate::shipment) fn record_voided(effect: u32) -> ShipmentCommand {
    RecordVoided { effect, at: at(0) }.into()
}

pub(in crate::shipment) fn parcel(number: &str, scans: &[(ParcelStatus, i64)]) -> ShipmentCommand {
    let scan = |(status, second): &(ParcelStatus, i64)| Scan {
        status: *status,
        place: None,
        expected_at: None,
        occurred_at: at(*second),
    };
    RecordParcel { tracking: tracking(number), scans: scans.iter().map(scan).collect(), at: at(0) }.into()
}

pub(in crate::shipment) fn wake(second: i64) -> ShipmentCommand {
    Wake { now: at(second) }.into()
}

pub(in crate::shipment) fn planned() -> ShipmentEvent {
    ShipmentEvent::ShipmentPlanned(ShipmentPlanned {
        tenant: tenant(),
        carriers: vec![choice("postal"), choice("courier")],
        order: order(),
        location: location(),
        weight_g: 800,
        pieces: 3,
        at: at(0),
    })
}

/// Events that say no more than what has happened.
macro_rules! plain {
    ($($name:ident: $event:ident),* $(,)?) => {
        $(pub(in crate::shipment) fn $name() -> ShipmentEvent {
            ShipmentEvent::$event($event { order: order(), location: location(), at: at(0) })
        })*
    };
}
plain! {
    packed: ShipmentPacked,
    released: ShipmentReleased,
    held: ShipmentHeld,
    retried: ShipmentRetried,
    cancelled: ShipmentCancelled,
    by_hand: ShippedByHand,
}

pub(in crate::shipment) fn label_requested(effect: u32, name: &str) -> ShipmentEvent {
    let (carrier, service) = (carrier(name), service());
    let (order, location) = (order(), location());
    ShipmentEvent::LabelRequested(LabelRequested { order, location, effect, carrier, service, at: at(0) })
}

pub(in crate::shipment) fn bought(effect: u32) -> ShipmentEvent {
    ShipmentEvent::LabelBought(LabelBought {
        label_url: url(),
        order: order(),
        location: location(),
        effect,
        carrier: carrier("postal"),
        service: service(),
        tracking: tracking_of(effect),
        cost: cost(),
        at: at(0),
    })
}

pub(in crate::shipment) fn refused(effect: u32, name: &str) -> ShipmentEvent {
    let (order, location, carrier, code) = (order(), location(), carrier(name), code());
    ShipmentEvent::LabelRefused(LabelRefused { order, location, effect, carrier, code, at: at(0) })
}

pub(in crate::shipment) fn void_requested(effect: u32) -> ShipmentEvent {
    let (order, location, carrier, tracking) = (order(), location(), carrier("postal"), tracking("T1"));
    ShipmentEvent::LabelVoidRequested(LabelVoidRequested { order, location, effect, carrier, tracking, at: at(0) })
}

pub(in crate::shipment) fn voided(effect: u32) -> ShipmentEvent {
    let (order, location, carrier, tracking) = (order(), location(), carrier("postal"), tracking("T1"));
    ShipmentEvent::LabelVoided(LabelVoided { order, location, effect, carrier, tracking, at: at(0) })
}

pub(in crate::shipment) fn void_refused(effect: u32) -> ShipmentEvent {
    let (order, location, carrier, tracking) = (order(), location(), carrier("postal"), tracking("T1"));
    let code = code();
    ShipmentEvent::LabelVoidRefused(LabelVoidRefused { order, location, effect, carrier, tracking, code, at: at(0) })
}

pub(in crate::shipment) fn delayed(effect: u32, tries: u32, ask: i64, now: i64) -> ShipmentEvent {
    let (order, location) = (order(), location());
    ShipmentEvent::EffectDelayed(EffectDelayed { order, location, effect, tries, ask_at: at(ask), at: at(now) })
}

pub(in crate::shipment) fn failed() -> ShipmentEvent {
    let (order, location, reason) = (order(), location(), code());
    ShipmentEvent::ShipmentFailed(ShipmentFailed { order, location, reason, at: at(0) })
}

fn handed_over_as(released: bool, second: i64) -> ShipmentEvent {
    ShipmentEvent::ShipmentHandedOver(ShipmentHandedOver {
        order: order(),
        location: location(),
        carrier: carrier("postal"),
        tracking: tracking("T1"),
        released,
        occurred_at: at(second),
        at: at(0),
    })
}

pub(in crate::shipment) fn handed_over(second: i64) -> ShipmentEvent {
    handed_over_as(true, second)
}

pub(in crate::shipment) fn left_unreleased(second: i64) -> ShipmentEvent {
    handed_over_as(false, second)
}

pub(in crate::shipment) fn updated(status: ParcelStatus, second: i64) -> ShipmentEvent {
    ShipmentEvent::TrackingUpdated(TrackingUpdated {
        order: order(),
        location: location(),
        carrier: carrier("postal"),
        tracking: tracking("T1"),
        status,
        place: None,
        expected_at: None,
        occurred_at: at(second),
        at: at(0),
    })
}

/// Events of the end of a parcel.
macro_rules! ends {
    ($($name:ident: $event:ident),* $(,)?) => {
        $(pub(in crate::shipment) fn $name(second: i64) -> ShipmentEvent {
            let (order, location, carrier, tracking) = (order(), location(), carrier("postal"), tracking("T1"));
            ShipmentEvent::$event($event { order, location, carrier, tracking, occurred_at: at(second), at: at(0) })
        })*
    };
}
ends! {
    delivered: ShipmentDelivered,
    lost: ShipmentLost,
    returned: ShipmentReturned,
}

/// A history whose label is being bought.
pub(in crate::shipment) fn ready() -> Vec<ShipmentEvent> {
    vec![planned(), packed(), released(), label_requested(1, "postal")]
}

/// A history with a label in force.
pub(in crate::shipment) fn labelled() -> Vec<ShipmentEvent> {
    [ready(), vec![bought(1)]].concat()
}

/// A history that every carrier has refused.
pub(in crate::shipment) fn failed_history() -> Vec<ShipmentEvent> {
    let refusals = vec![refused(1, "postal"), label_requested(2, "courier"), refused(2, "courier"), failed()];
    [ready(), refusals].concat()
}

/// A history for each state but the first.
pub(in crate::shipment) fn every_stage() -> Vec<Vec<ShipmentEvent>> {
    let left = |end| [labelled(), vec![handed_over(20), end]].concat();
    vec![
        vec![planned()],
        ready(),
        labelled(),
        [labelled(), vec![held(), void_requested(2)]].concat(),
        failed_history(),
        vec![planned(), cancelled()],
        vec![planned(), by_hand()],
        [labelled(), vec![handed_over(20)]].concat(),
        left(delivered(40)),
        left(lost(40)),
        left(returned(40)),
    ]
}

pub(in crate::shipment) const fn not_allowed(state: &'static str, done: &'static str) -> ShipmentRejection {
    ShipmentRejection::NotAllowed { state, done }
}
