//! What was loaded for a query, from which its answer is written.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Error, Result};
use domain::order_saga::KnownSaga;
use read_models::query::{CustomerRow, Page};
use read_models::{SagaEvent, SagaView, TimelineEntry};
use uuid::Uuid;

use super::order_list::OrderList;
use crate::error::internal;

/// What an order shows beyond its row and the events that were read with it.
#[derive(Default)]
pub struct Extras {
    /// Events by the field that selects them.
    pub events: HashMap<usize, Vec<TimelineEntry>>,
    /// Personal data by its sealed text.
    pub opened: HashMap<String, Opened>,
    pub customer: Option<Arc<LoadedCustomer>>,
    pub saga: Option<LoadedSaga>,
}

/// What was read of sagas beside their rows.
#[derive(Default)]
pub struct SagaEvents {
    /// Events, by the field that selects them and the order.
    pub timelines: HashMap<(usize, Uuid), Vec<SagaEvent>>,
    /// What all events of a saga tell, by the order, where it is selected; or why it is not known.
    pub known: HashMap<Uuid, Result<KnownSaga>>,
}

/// The saga of an order, with the events that are selected of the sagas that were read with it.
pub struct LoadedSaga {
    pub row: SagaView,
    pub events: Arc<SagaEvents>,
}

/// A page of a list of orders.
pub struct LoadedPage {
    pub list: OrderList,
    pub page: Page,
    /// One for each order, or none if none of them needs any.
    pub extras: Vec<Extras>,
    /// The number of orders in the list, counted up to [`COUNT_MAX`], where it is selected.
    pub count: Option<i64>,
}

/// What is selected of a customer.
#[derive(Default)]
pub struct LoadedCustomer {
    pub rows: Vec<CustomerRow>,
    /// Pages by the field that selects them.
    pub pages: HashMap<usize, LoadedPage>,
}

/// The outcome of opening a sealed text.
#[derive(Clone)]
pub enum Opened {
    /// The plaintext.
    Text(Vec<u8>),
    /// The key was destroyed, so the text cannot be read any more.
    Erased,
}

/// What was to be loaded for a field and was not, which is a fault of ours.
pub fn unloaded() -> Error {
    internal(&Unloaded)
}

#[derive(Debug, thiserror::Error)]
#[error("a field is written whose data was not loaded")]
struct Unloaded;
