//! Carriers in the test's own process, and orders whose parcels they carry: one arrives, one is lost.

use std::sync::Arc;

use carrier_simulator::{Fault, Faults, Operation, Options, PlannedFault, Simulator, WebhookMode, WebhookTarget};
use domain::FulfilmentId;
use serde_json::{Value, json};
use service_kit::clock::{SharedClock, SystemClock};
use service_kit::config::Secret;
use service_kit::poll::{wait_for, wait_until};
use service_kit::standard_webhooks::WebhookKey;
use tokio::net::TcpListener;

use crate::driven::{ON_HAND, Order, PAYS, PIECES, TOTAL};
use crate::look::{LOOK, PATIENCE};
use crate::provider::Provider;
use crate::shop::Shop;
use crate::stack::Stack;
use payment_simulator::EntryKind as E;

const SECRET: &str = "whsec_c2hpcHBpbmctdGVzdHM=";
const LOCATION: &str = "zrh-1";

pub struct CarrierWorld {
    simulator: Simulator,
    url: String,
    http: reqwest::Client,
}

impl CarrierWorld {
    /// Starts carriers that send each webhook twice to an engine that is to listen at an address, and tells the stack's engines where they
    /// are.
    pub async fn start(stack: &mut Stack, engine: &str) -> Self {
        Self::start_on(stack, engine, Arc::new(SystemClock)).await
    }

    /// The same on a clock, which is the engine's: a webhook says when it was sent.
    pub async fn start_on(stack: &mut Stack, engine: &str, clock: SharedClock) -> Self {
        let key = WebhookKey::parse(&Secret::new(SECRET)).unwrap();
        let target = WebhookTarget { url: format!("http://{engine}/v1/webhooks/carriers"), key };
        let options = Options { seed: 7, speed: 0, faults: usual(), webhooks: Some(target) };
        let simulator = Simulator::new(clock, options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = simulator.router();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let settings = [
            ("SHIPPING_CARRIERS", format!("postal={url}/postal,courier={url}/courier")),
            ("SHIPPING_CARRIER_KEY", "ck_simulated".to_owned()),
            ("SHIPPING_WEBHOOK_SECRET", SECRET.to_owned()),
        ];
        stack.variables.extend(settings.map(|(name, value)| (name.to_owned(), value)));
        Self { simulator, url, http: reqwest::Client::new() }
    }

    /// Lets a parcel be scanned.
    pub async fn scan(&self, tracking: &str, status: &str) {
        let url = format!("{}/_simulator/parcels/{tracking}/scans/{status}", self.url);
        let answer = self.http.post(url).send().await.unwrap();
        assert!(answer.status().is_success(), "{status}: {}", answer.status());
    }

    /// Fails when a first label is bought for some fulfilments, as planned. Otherwise they go on as usual.
    pub fn fail(&self, faults: impl Iterator<Item = (FulfilmentId, Fault)>) {
        let planned = faults.map(|(fulfilment, fault)| PlannedFault {
            operation: Some(Operation::Buy),
            carrier: None,
            key: Some(format!("{fulfilment}-1")),
            fault,
        });
        self.simulator.set_faults(Faults { planned: planned.collect(), ..usual() });
    }

    /// How many labels of a fulfilment are in force.
    pub fn in_force_for(&self, fulfilment: FulfilmentId) -> usize {
        let (ledger, parcel) = (self.simulator.ledger(), format!("{fulfilment}-"));
        ledger.iter().filter(|label| label.reference.starts_with(&parcel) && label.is_in_force()).count()
    }

    /// How many labels were sold.
    pub fn sold(&self) -> usize {
        self.simulator.ledger().len()
    }

    /// How many labels are in force.
    pub fn in_force(&self) -> usize {
        self.simulator.ledger().iter().filter(|label| label.is_in_force()).count()
    }
}

/// They do not fail, and send each webhook twice.
fn usual() -> Faults {
    Faults { webhooks: WebhookMode::Twice, ..Faults::default() }
}

/// Lets a location ship with carriers.
pub async fn ships_with_carriers(shop: &Shop, location: &str) {
    let carriers = json!([{"carrier": "postal", "service": "parcel"}, {"carrier": "courier", "service": "parcel"}]);
    shop.put(&format!("/v1/locations/{location}/shipping"), &json!({"carriers": carriers, "parcelWeightG": 800})).await;
}

/// A paid order whose parcel has a label, with its fulfilment's path and its tracking number.
async fn labelled<'a>(shop: &'a Shop, sku: &'a str) -> (Order<'a>, String, String) {
    shop.receives(LOCATION, sku).await;
    let order = shop.places(sku).await;
    order.pays(PAYS).await;
    let path = order.released().await;
    order.is_packed(&path).await;
    let tracking = label(shop, &path).await;
    (order, path, tracking)
}

/// The tracking number of the label in force for a fulfilment.
pub async fn tracking(shop: &Shop, fulfilment: &str) -> Option<String> {
    let shipment = shop.get(&fulfilment.replace("/v1/fulfilments", "/v1/shipments")).await?;
    shipment["label"]["tracking"].as_str().map(str::to_owned)
}

/// The same once it has one.
pub async fn label(shop: &Shop, fulfilment: &str) -> String {
    wait_for(PATIENCE, LOOK, async || tracking(shop, fulfilment).await).await.unwrap()
}

async fn is(shop: &Shop, path: &str, state: &str) -> Value {
    let is_so = async || shop.get(path).await.filter(|one| one["state"] == state);
    wait_for(PATIENCE, LOOK, is_so).await.unwrap()
}

async fn is_delivered_by_tracking(shop: &Shop, provider: &Provider, carriers: &CarrierWorld) {
    let (order, path, tracking) = labelled(shop, "carried").await;
    for status in ["HANDED_OVER", "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED"] {
        carriers.scan(&tracking, status).await;
    }
    let view = order.ends("COMPLETED", "COMPLETED").await;
    assert_eq!((&view["paymentStatus"], &view["fulfilmentStatus"]), (&json!("CAPTURED"), &json!("DELIVERED")));
    let fulfilment = is(shop, &path, "DELIVERED").await;
    assert_eq!((&fulfilment["carrier"], &fulfilment["tracking"]), (&json!("postal"), &json!(tracking)));
    assert_eq!(shop.stock(LOCATION, "carried").await, (ON_HAND - PIECES, 0));
    let booked = provider.booked(&order.payment_id().await);
    assert_eq!(booked, [(E::Authorized, TOTAL), (E::Captured, TOTAL)]);
}

/// People decide what becomes of an order whose parcel is lost: it is undone, and its money goes back.
async fn is_lost_undone_and_refunded(shop: &Shop, provider: &Provider, carriers: &CarrierWorld) {
    let (order, path, tracking) = labelled(shop, "mislaid").await;
    carriers.scan(&tracking, "HANDED_OVER").await;
    carriers.scan(&tracking, "LOST").await;
    is(shop, &path, "LOST").await;
    order.until("a task for people", |saga| saga["task"]["kind"] == "LOST").await;
    let decide = format!("/v1/orders/{}/saga/task/decide", order.id);
    shop.post(&decide, &json!({"task": "LOST", "decision": "UNDO"})).await;
    let view = order.ends("UNDONE", "CANCELLED").await;
    assert_eq!(view["paymentStatus"], "REFUNDED");
    let booked = provider.booked(&order.payment_id().await);
    assert_eq!(booked, [(E::Authorized, TOTAL), (E::Captured, TOTAL), (E::Refunded, TOTAL)]);
}

/// What is held when its label was bought does not leave, and leaves with another label after the release.
async fn is_held_and_sent_with_another_label(shop: &Shop, carriers: &CarrierWorld) {
    let (order, path, first) = labelled(shop, "kept").await;
    let (hold, manual) = (format!("/v1/orders/{}", order.id), json!({"hold": "MANUAL"}));
    shop.post(&format!("{hold}/hold"), &manual).await;
    let shipment = path.replace("/v1/fulfilments", "/v1/shipments");
    let has_none = async || shop.get(&shipment).await.is_some_and(|one| one["label"].is_null());
    wait_until(PATIENCE, LOOK, has_none).await.unwrap();
    shop.post(&format!("{hold}/release-hold"), &manual).await;
    let view = is(shop, &shipment, "LABELLED").await;
    let second = view["label"]["tracking"].as_str().unwrap();
    assert_ne!(second, first);
    carriers.scan(second, "DELIVERED").await;
    order.ends("COMPLETED", "COMPLETED").await;
}

/// Orders of a location that ships with carriers. Afterwards it ships by hand again.
pub async fn parcels_are_carried(shop: &Shop, provider: &Provider, carriers: &CarrierWorld) {
    ships_with_carriers(shop, LOCATION).await;
    tokio::join!(
        is_delivered_by_tracking(shop, provider, carriers),
        is_lost_undone_and_refunded(shop, provider, carriers),
        is_held_and_sent_with_another_label(shop, carriers),
    );
    assert_eq!(carriers.in_force(), 3, "each order has one");
}
