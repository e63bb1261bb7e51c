//! The event that every contender stores: an order of two lines, about 300 bytes of JSON.

use domain::{Decider, EventType, StoredEvent, Unfoldable, upcast::Upcaster};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub sku: String,
    pub qty: i64,
    pub price_minor: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShipTo {
    pub name: String,
    pub street: String,
    pub city: String,
    pub zip: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SampleEvent {
    OrderPlaced {
        order_id: String,
        customer_id: String,
        currency: String,
        lines: Vec<Line>,
        ship_to: ShipTo,
        placed_at: String,
    },
}

pub fn placed(id: &str) -> SampleEvent {
    SampleEvent::OrderPlaced {
        order_id: id.to_owned(),
        customer_id: "customer-000042".to_owned(),
        currency: "EUR".to_owned(),
        lines: vec![
            Line { sku: "SKU-0001".to_owned(), qty: 2, price_minor: 1_999 },
            Line { sku: "SKU-0002".to_owned(), qty: 1, price_minor: 4_950 },
        ],
        ship_to: ShipTo {
            name: "A. Customer".to_owned(),
            street: "1 Long Street".to_owned(),
            city: "Zurich".to_owned(),
            zip: "8001".to_owned(),
        },
        placed_at: "2026-11-20T23:00:00Z".to_owned(),
    }
}

impl StoredEvent for SampleEvent {
    const UPCASTERS: &'static [Upcaster] = &[];

    const TYPES: &'static [EventType] = &[EventType { name: "OrderPlaced", version: "1.0" }];

    fn index(&self) -> usize {
        0
    }
}

/// An order that can only be placed.
#[derive(Debug, Clone, Copy)]
pub struct SampleOrder;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the order exists")]
pub struct Exists;

impl Decider for SampleOrder {
    const KIND: &'static str = "order";
    const FOLD_VERSION: i32 = 1;
    type State = Option<String>;
    type Command = String;
    type Event = SampleEvent;
    type Rejection = Exists;

    fn initial() -> Self::State {
        None
    }

    fn decide(state: &Self::State, id: String) -> Result<Vec<SampleEvent>, Exists> {
        if state.is_some() { Err(Exists) } else { Ok(vec![placed(&id)]) }
    }

    fn evolve(_: Self::State, event: &SampleEvent) -> Result<Self::State, Unfoldable> {
        let SampleEvent::OrderPlaced { order_id, .. } = event;
        Ok(Some(order_id.clone()))
    }
}
