//! One order of the table, with the customer, the location and the staff that do what its script says.

use std::time::Duration;

use domain::{FulfilmentId, OrderId};
use payment_simulator::{EntryKind as E, Operation};
use serde_json::{Value, json};
use service_kit::poll::wait_for;
use service_kit::testing::PATIENCE;

use super::network::{Network, PARTS};
use super::pace::Looks;
use super::table::{Cell, End, Place, Script, When};
use crate::carriers::{CarrierWorld, tracking};
use crate::driven::{NOTHING, ON_HAND, PIECES, TOTAL};
use crate::kitchens::can_cook;
use crate::provider::Provider;
use crate::shop::Shop;

/// How long an order may take to come to rest, by the wall.
const LOOK: Duration = Duration::from_millis(100);
pub const WAREHOUSES: [&str; 2] = ["zrh-1", "bsl-1"];
pub const KITCHENS: [&str; 2] = ["ber-1", "muc-1"];
/// Seconds that a dish takes.
const PREPARATION_S: u32 = 20;

/// Where plays are set.
pub struct Surroundings<'a> {
    /// Of the tenant that sends from warehouses.
    pub warehouses: &'a Shop,
    /// Of the tenant that sends from kitchens, with carriers.
    pub kitchens: &'a Shop,
    pub provider: &'a Provider,
    pub carriers: &'a CarrierWorld,
    pub network: &'a Network,
    pub looks: &'a Looks,
}

pub struct Play<'a> {
    shop: &'a Shop,
    around: &'a Surroundings<'a>,
    pub name: String,
    pub order: OrderId,
    script: Script,
}

/// What has been done already.
#[derive(Default)]
struct Done {
    is_cancelled: bool,
    rejects: usize,
    has_lapsed: bool,
    has_tried_early: bool,
}

impl<'a> Play<'a> {
    /// The draft of a cell's order, with what the network does to it.
    pub async fn drafted(cell: &Cell, script: Script, around: &'a Surroundings<'a>) -> Self {
        let name = format!("{:?}-{:?}", cell.step, cell.fault).to_lowercase();
        let shop = match script.place {
            Place::Warehouse => around.warehouses,
            Place::Kitchen => around.kitchens,
        };
        for location in script.locations() {
            match script.place {
                Place::Warehouse if script.has_stock => shop.receives(location, &name).await,
                Place::Warehouse => {}
                Place::Kitchen => can_cook(shop, location, &name, PREPARATION_S).await,
            }
        }
        if script.is_sold_out {
            let path = format!("/v1/kitchens/{}/sold-out", script.locations()[0]);
            shop.post(&path, &json!({"sku": name, "soldOut": true})).await;
        }
        let draft = shop.post("/v1/orders", &json!({"currency": "EUR"})).await;
        let id = draft["orderId"].as_str().unwrap();
        let line = json!({"sku": name, "quantity": PIECES, "unitPrice": "2.55"});
        shop.post(&format!("/v1/orders/{id}/lines"), &line).await;
        let addresses = [("SHIPPING", Some(script.country)), ("BILLING", script.billing)];
        for (kind, country) in addresses {
            let Some(country) = country else { continue };
            let address = json!({"kind": kind, "country": country, "name": "A", "line1": "B 1", "city": "C",
                "postalCode": "8000"});
            shop.put(&format!("/v1/orders/{id}/address"), &address).await;
        }
        let order = id.parse().unwrap();
        around.network.plan(order, script.network);
        Self { shop, around, name, order, script }
    }

    /// Places the order and lets everybody act until it has come to rest; answers how.
    pub async fn runs(&self) {
        self.shop.post(&format!("/v1/orders/{}/place", self.order), &json!({})).await;
        let mut done = Done::default();
        let rested = wait_for(PATIENCE, LOOK, async || {
            let (saga, order) = (self.saga().await, self.view().await);
            if self.has_come_to_rest(&saga, &order) {
                return Some(());
            }
            self.act(&saga, &order, &mut done).await;
            self.around.looks.seen(&self.name);
            None
        });
        let rested = rested.await;
        self.around.looks.ended(&self.name);
        if rested.is_err() {
            let (saga, order) = (self.saga().await, self.view().await);
            panic!("{} does not come to {:?}:\n{saga:#}\n{order:#}", self.name, self.script.end);
        }
    }

    /// How the purchase of its first label fails.
    pub const fn fails_to_be_labelled(&self) -> Option<carrier_simulator::Fault> {
        self.script.carrier
    }

    /// What the provider does for it without a word.
    pub const fn fails_at(&self) -> &'static [Operation] {
        self.script.provider
    }

    async fn saga(&self) -> Value {
        self.shop.get(&format!("/v1/orders/{}/saga", self.order)).await.unwrap()
    }

    async fn view(&self) -> Value {
        self.shop.get(&format!("/v1/orders/{}", self.order)).await.unwrap()
    }

    fn has_come_to_rest(&self, saga: &Value, order: &Value) -> bool {
        let has_ended = |outcome: &str, state: &str| {
            let has_ended = saga["outcome"] == outcome;
            assert!(!has_ended || order["state"] == state, "{}: {saga:#}\n{order:#}", self.name);
            has_ended
        };
        match self.script.end {
            End::Completed => has_ended("COMPLETED", "COMPLETED"),
            End::Cancelled => has_ended("UNDONE", "CANCELLED"),
            End::Rejected => has_ended("UNDONE", "REJECTED"),
            End::Task(kind) => saga["task"]["kind"] == kind,
        }
    }

    async fn is_time(&self, when: When, saga: &Value, order: &Value) -> bool {
        match when {
            When::AtOnce => true,
            When::Never => false,
            When::OnTask(kind) => saga["task"]["kind"] == kind,
            When::OnHeld => self.around.network.holds(self.order),
            When::OnOrder(state) => order["state"] == state,
            When::OnFulfilment(status) => last(saga, "fulfilments")["status"] == status,
            When::OnReleased => self.fulfilment(saga).await.is_some_and(|(_, one)| one["released"] == true),
            When::OnLabel => match self.fulfilment(saga).await {
                Some((path, _)) => tracking(self.shop, &path).await.is_some(),
                None => false,
            },
        }
    }

    /// Everybody does what they can do now.
    async fn act(&self, saga: &Value, order: &Value, done: &mut Done) {
        if !done.is_cancelled && self.is_time(self.script.cancels, saga, order).await {
            done.is_cancelled = self.cancels(order).await;
        }
        if self.script.lapses && !done.has_lapsed && self.around.network.holds(self.order) {
            self.around.provider.cancels(&payment_id(saga)).await;
            self.around.network.opens(self.order);
            done.has_lapsed = true;
        }
        if saga["task"]["kind"] == "REVIEW" && self.is_time(self.script.approves, saga, order).await {
            self.attempts(
                &format!("/v1/orders/{}/saga/task/decide", self.order),
                &json!({"task": "REVIEW", "decision": "APPROVE"}),
            )
            .await;
        }
        if last(saga, "payments")["status"] == "UNKNOWN" {
            self.pays(saga).await;
        }
        if let Some((path, fulfilment)) = self.fulfilment(saga).await {
            match self.script.place {
                Place::Warehouse => self.fulfils(&path, &fulfilment, (saga, order), done).await,
                Place::Kitchen => self.is_carried(&path, &fulfilment, (saga, order)).await,
            }
        }
    }

    async fn cancels(&self, order: &Value) -> bool {
        let path = format!("/v1/orders/{}/cancel", self.order);
        let version = order["version"].as_i64().unwrap();
        let (status, body) = self.shop.attempt_at(version, &path, &json!({"reason": "CUSTOMER"})).await.unwrap();
        assert!([200, 412].contains(&status), "{}: {status} {body}", self.name);
        let is_done = status == 200;
        if is_done {
            self.around.network.opens(self.order);
        }
        is_done
    }

    /// The customer pays with the last payment, where the provider has it and has not answered.
    async fn pays(&self, saga: &Value) {
        let path = format!("/v1/orders/{}/payments", self.order);
        let Some(list) = self.shop.get(&path).await else { return };
        let payments = list["payments"].as_array().unwrap();
        let Some(payment) = payments.iter().find(|one| one["id"] == last(saga, "payments")["id"]) else { return };
        if payment["status"] == "PENDING" && payment["inProgress"] == false {
            self.attempts(&path, &json!({"paymentMethod": self.script.pays_with})).await;
        }
    }

    async fn fulfilment(&self, saga: &Value) -> Option<(String, Value)> {
        let path = format!("/v1/fulfilments/{}", last(saga, "fulfilments")["id"].as_str()?);
        let view = self.shop.get(&path).await?;
        Some((path, view))
    }

    /// The carrier takes the parcel and brings it, or loses it.
    async fn is_carried(&self, path: &str, fulfilment: &Value, (saga, order): (&Value, &Value)) {
        let Some(tracking) = tracking(self.shop, path).await else { return };
        match fulfilment["state"].as_str().unwrap_or_default() {
            "PACKED" if self.is_time(self.script.ships, saga, order).await => {
                self.around.carriers.scan(&tracking, "HANDED_OVER").await;
            }
            "SHIPPED" => {
                let status = if self.script.loses { "LOST" } else { "DELIVERED" };
                self.around.carriers.scan(&tracking, status).await;
            }
            _ => {}
        }
    }

    async fn fulfils(&self, path: &str, fulfilment: &Value, (saga, order): (&Value, &Value), done: &mut Done) {
        let script = &self.script;
        let rejects = done.rejects < script.rejects;
        let dispatch = json!({"carrier": "post", "tracking": "CH1"});
        match fulfilment["state"].as_str().unwrap_or_default() {
            "REQUESTED" if rejects && !script.rejects_accepted => self.rejects(path, done).await,
            "REQUESTED" => self.attempts(&format!("{path}/accept"), &NOTHING).await,
            "ACCEPTED" if rejects => self.rejects(path, done).await,
            "ACCEPTED" if self.is_time(script.packs, saga, order).await => {
                self.attempts(&format!("{path}/pack"), &NOTHING).await;
            }
            "PACKED" if script.ships_early && !done.has_tried_early && fulfilment["released"] == false => {
                let (status, body) = self.shop.attempt(&format!("{path}/ship"), &dispatch).await.unwrap();
                assert!((400..500).contains(&status), "{}: {status} {body}", self.name);
                done.has_tried_early = true;
            }
            "PACKED" if fulfilment["released"] == true && self.is_time(script.ships, saga, order).await => {
                self.attempts(&format!("{path}/ship"), &dispatch).await;
            }
            "SHIPPED" => self.attempts(&format!("{path}/deliver"), &NOTHING).await,
            _ => {}
        }
    }

    async fn rejects(&self, path: &str, done: &mut Done) {
        self.shop.post(&format!("{path}/reject"), &json!({"reason": "NO_CAPACITY"})).await;
        done.rejects += 1;
    }

    /// Somebody tries what may have become impossible meanwhile.
    async fn attempts(&self, path: &str, body: &Value) {
        let (status, answer) = self.shop.attempt(path, body).await.unwrap();
        assert!(status < 500 || status == 503, "{}: {path}: {status} {answer}", self.name);
    }

    /// A parcel that left has one label, and none has one that did not.
    fn is_labelled_once(&self) {
        let fulfilments = (1..=PARTS).map(|number| FulfilmentId::of(self.order, number));
        let labels: usize = fulfilments.map(|one| self.around.carriers.in_force_for(one)).sum();
        let expected = match (self.script.place, self.script.end) {
            (Place::Warehouse, _) | (_, End::Cancelled | End::Rejected) => 0..=0,
            (Place::Kitchen, End::Completed) => 1..=1,
            (Place::Kitchen, End::Task(_)) => 0..=1,
        };
        assert!(expected.contains(&labels), "{}: {labels} labels", self.name);
    }

    /// Its money, its stock and its labels are where its end says.
    pub async fn is_conserved(&self) {
        let list = self.shop.get(&format!("/v1/orders/{}/payments", self.order)).await;
        let payments = list.map_or_else(Vec::new, |list| list["payments"].as_array().unwrap().clone());
        let booked: Vec<_> =
            payments.iter().flat_map(|one| self.around.provider.booked(one["id"].as_str().unwrap())).collect();
        let sum = |kind| -> i64 { booked.iter().filter(|(is, _)| *is == kind).map(|(_, amount)| amount).sum() };
        let times = |kind| booked.iter().filter(|(is, _)| *is == kind).count();
        let (captured, refunded) = (sum(E::Captured), sum(E::Refunded));
        let mut stock = (0, 0);
        if self.script.has_stock {
            for location in self.script.locations() {
                let (on_hand, reserved) = self.shop.stock(location, &self.name).await;
                stock = (stock.0 + on_hand, stock.1 + reserved);
            }
        }
        self.is_labelled_once();
        let all = if self.script.has_stock { 2 * ON_HAND } else { 0 };
        let what = format!("{}: {booked:?}, stock {stock:?}", self.name);
        assert!(times(E::Captured) <= 1 && times(E::Refunded) <= 1, "{what}");
        match self.script.end {
            End::Completed => {
                assert_eq!((captured, refunded, stock), (TOTAL, 0, (all - PIECES, 0)), "{what}");
            }
            End::Cancelled | End::Rejected => {
                assert_eq!((captured - refunded, stock), (0, (all, 0)), "{what}");
                let authorized = times(E::Authorized) - times(E::Captured).min(times(E::Authorized));
                assert!(authorized <= times(E::Released), "{what}");
            }
            End::Task(_) => {
                assert!((0..=TOTAL).contains(&(captured - refunded)) && stock.1 <= PIECES, "{what}");
            }
        }
        if self.script.ships_early || self.script.lapses {
            assert_eq!(times(E::Captured), 1, "{what}");
        }
    }
}

impl Script {
    const fn locations(&self) -> [&'static str; 2] {
        match self.place {
            Place::Warehouse => WAREHOUSES,
            Place::Kitchen => KITCHENS,
        }
    }
}

/// The last part of a sort that the saga has asked for.
fn last<'v>(saga: &'v Value, parts: &str) -> &'v Value {
    saga[parts].as_array().and_then(|parts| parts.last()).unwrap_or(&Value::Null)
}

fn payment_id(saga: &Value) -> String {
    last(saga, "payments")["id"].as_str().unwrap().to_owned()
}
