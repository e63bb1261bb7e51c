//! Orders that a saga drives, as the shop and its customers see them.

use serde_json::{Value, json};
use service_kit::poll::{wait_for, wait_until};

use crate::bank::ACCOUNTS;
use crate::look::{LOOK, PATIENCE, free_address};
use crate::provider::Provider;
use crate::shop::Shop;
use crate::stack::Stack;

pub const ROLES: &str = "command,worker,relay,projection,query";
/// Two locations; and answers are waited for so briefly that a provider which does not answer is asked again meanwhile.
/// The tenant `chain` compares its locations, and splits orders.
const POLICIES: &str = "[default]\nlocations = [\"zrh-1\", \"bsl-1\"]\nanswer_s = 4\n\
    [tenants.chain]\nlocations = [\"zrh-1\", \"bsl-1\", \"gva-1\"]\nrouting = \"BEST\"\nparcels_max = 2\n";
/// The pieces of each order, of one SKU.
pub const PIECES: u64 = 3;
/// What they cost, in minor units.
pub const TOTAL: i64 = 765;
pub const ON_HAND: u64 = 10;
pub const PAYS: &str = "pm_card_visa";
pub const NOTHING: Value = Value::Null;

/// An order that a saga drives.
pub struct Order<'a> {
    pub shop: &'a Shop,
    pub id: String,
    sku: &'a str,
}

impl Shop {
    /// Receives goods at a location.
    pub async fn receives(&self, location: &str, sku: &str) {
        let received = json!({"location": location, "sku": sku, "by": ON_HAND, "reason": "RECEIVED"});
        self.post("/v1/stock/adjustments", &received).await;
    }

    /// Receives goods at a location, and waits until the read models show them, which locations are compared by.
    pub async fn receives_comparably(&self, location: &str, sku: &str) {
        self.receives(location, sku).await;
        let there = format!("{{ stockAt(location: \"{location}\", sku: \"{sku}\") {{ available }} }}");
        let is_shown = async || self.query(&there).await["data"]["stockAt"]["available"] == ON_HAND;
        wait_until(PATIENCE, LOOK, is_shown).await.unwrap();
    }

    /// Places an order of some pieces of a SKU.
    pub async fn places<'a>(&'a self, sku: &'a str) -> Order<'a> {
        self.places_several(&[sku]).await
    }

    /// Places an order of some pieces of each SKU.
    pub async fn places_several<'a>(&'a self, skus: &[&'a str]) -> Order<'a> {
        let draft = self.post("/v1/orders", &json!({"currency": "EUR"})).await;
        let id = draft["orderId"].as_str().unwrap().to_owned();
        for sku in skus {
            let line = json!({"sku": sku, "quantity": PIECES, "unitPrice": "2.55"});
            self.post(&format!("/v1/orders/{id}/lines"), &line).await;
        }
        let address = json!({"kind": "SHIPPING", "country": "CH", "name": "A", "line1": "B 1", "city": "C",
            "postalCode": "8000", "email": "a@customer.example"});
        self.put(&format!("/v1/orders/{id}/address"), &address).await;
        self.post(&format!("/v1/orders/{id}/place"), &json!({})).await;
        Order { shop: self, id, sku: skus[0] }
    }

    /// Pieces on hand and reserved at a location.
    pub async fn stock(&self, location: &str, sku: &str) -> (u64, u64) {
        let stock = self.get(&format!("/v1/stock/items?location={location}&sku={sku}")).await.unwrap();
        let level = &stock["level"];
        (level["onHand"].as_u64().unwrap(), level["reserved"].as_u64().unwrap())
    }
}

impl Order<'_> {
    pub async fn view(&self) -> Value {
        self.shop.get(&format!("/v1/orders/{}", self.id)).await.unwrap()
    }

    pub async fn saga(&self) -> Value {
        self.shop.get(&format!("/v1/orders/{}/saga", self.id)).await.unwrap()
    }

    /// The saga once something is so.
    pub async fn until(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let saga = wait_for(PATIENCE, LOOK, async || Some(self.saga().await).filter(&is_so)).await;
        if let Ok(saga) = saga {
            return saga;
        }
        panic!("{}: not {what}:\n{:#}\n{:#}", self.sku, self.saga().await, self.view().await)
    }

    /// Waits until it has an end, and answers the order.
    pub async fn ends(&self, outcome: &str, state: &str) -> Value {
        self.until(outcome, |saga| saga["outcome"] == outcome).await;
        let view = self.view().await;
        assert_eq!(view["state"], state, "{}: {view}", self.sku);
        view
    }

    /// The first payment, once the provider has it.
    pub async fn payment(&self) -> Value {
        let path = format!("/v1/orders/{}/payments", self.id);
        let open = async || self.shop.get(&path).await.map(|list| list["payments"][0].clone());
        wait_for(PATIENCE, LOOK, open).await.unwrap()
    }

    pub async fn payment_id(&self) -> String {
        self.payment().await["id"].as_str().unwrap().to_owned()
    }

    /// The customer pays with a method.
    pub async fn pays(&self, method: &str) {
        self.until("asked for a payment", |saga| !saga["payments"][0].is_null()).await;
        self.shop.post(&format!("/v1/orders/{}/payments", self.id), &json!({"paymentMethod": method})).await;
    }

    /// The first fulfilment, once it may be shipped.
    pub async fn released(&self) -> String {
        self.released_at(0).await
    }

    /// The fulfilment at a place among those of the order, once it may be shipped.
    pub async fn released_at(&self, place: usize) -> String {
        let saga = self.until("asked to be fulfilled", |saga| !saga["fulfilments"][place].is_null()).await;
        let path = format!("/v1/fulfilments/{}", saga["fulfilments"][place]["id"].as_str().unwrap());
        let is_released = async || self.shop.get(&path).await.is_some_and(|one| one["released"] == true);
        wait_until(PATIENCE, LOOK, is_released).await.unwrap();
        path
    }

    /// The customer cancels it.
    pub async fn is_cancelled(&self) {
        let path = format!("/v1/orders/{}/cancel", self.id);
        wait_until(PATIENCE, LOOK, async || {
            let version = self.view().await["version"].as_i64().unwrap();
            let (status, body) = self.shop.attempt_at(version, &path, &json!({"reason": "CUSTOMER"})).await.unwrap();
            assert!([200, 412].contains(&status), "{path}: {status} {body}");
            status == 200
        })
        .await
        .unwrap();
    }

    /// The location accepts and packs.
    pub async fn is_packed(&self, fulfilment: &str) {
        self.shop.post(&format!("{fulfilment}/accept"), &NOTHING).await;
        self.shop.post(&format!("{fulfilment}/pack"), &NOTHING).await;
    }

    /// The location ships, and the carrier delivers.
    pub async fn is_shipped(&self, fulfilment: &str) {
        self.is_shipped_as(fulfilment, "CH1").await;
    }

    /// The same with a tracking number.
    pub async fn is_shipped_as(&self, fulfilment: &str, tracking: &str) {
        let dispatch = json!({"carrier": "post", "tracking": tracking});
        self.shop.post(&format!("{fulfilment}/ship"), &dispatch).await;
        self.shop.post(&format!("{fulfilment}/deliver"), &NOTHING).await;
    }

    /// All of it, once the fulfilment may be shipped.
    pub async fn is_delivered(&self) {
        let path = self.released().await;
        self.is_packed(&path).await;
        self.is_shipped(&path).await;
    }
}

/// A stack with a provider, policies and bank accounts, and where its engine is to listen.
pub async fn scene() -> (Stack, Provider, String) {
    let mut stack = Stack::start().await;
    let address = free_address();
    stack.variables.insert("ENGINE_URL".to_owned(), format!("http://{address}"));
    let provider = Provider::start(&mut stack, &address).await;
    let file = format!("{}/policies.toml", stack.variables["ORDERS_STATE"]);
    std::fs::write(&file, POLICIES).unwrap();
    stack.variables.insert("SAGA_POLICIES_FILE".to_owned(), file);
    let file = format!("{}/bank-accounts.toml", stack.variables["ORDERS_STATE"]);
    std::fs::write(&file, ACCOUNTS).unwrap();
    stack.variables.insert("BANK_ACCOUNTS_FILE".to_owned(), file);
    stack.variables.insert("KITCHEN_SIMULATED_STAFF_SPEED".to_owned(), "60".to_owned());
    (stack, provider, address)
}
