//! Loaders: the rows that many objects of one answer need are read together, with one statement for each kind and
//! window.

use std::collections::{BTreeSet, HashMap};

use async_graphql::dataloader::{DataLoader, Loader};
use domain::{Sealed, SubjectId};
use read_models::query::{CustomerRow, Page, PageRequest, Visibility, Window};
use read_models::{LineView, OrderView, ReadDb, TimelineEntry};
use service_kit::keyring::{KeyRing, OpenError};
use tracing::Instrument;
use uuid::Uuid;

use crate::config::COUNT_MAX;
use crate::error::{ReadFailed, internal};

/// Reads for one request.
pub struct Reading {
    pub read: ReadDb,
    pub keys: KeyRing,
    pub visible: Visibility,
    /// The page requests that [`PageKey`] refers to by index.
    pub pages: std::sync::Mutex<Vec<PageRequest>>,
}

/// The loaders of one request.
pub type Loaders = DataLoader<Reading>;

/// Loaders for one request. They cache nothing beyond it.
pub fn loaders(read: ReadDb, keys: KeyRing, visible: Visibility) -> Loaders {
    let reading = Reading { read, keys, visible, pages: std::sync::Mutex::default() };
    // In the request's span, so that a failure is logged with its trace.
    DataLoader::new(reading, |task| tokio::spawn(task.in_current_span()))
}

/// An order by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrderKey(pub Uuid);

impl Loader<OrderKey> for Reading {
    type Value = OrderView;
    type Error = ReadFailed;

    async fn load(&self, keys: &[OrderKey]) -> Result<HashMap<OrderKey, OrderView>, ReadFailed> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let orders = self.read.orders(&self.visible, &ids).await.map_err(|error| ReadFailed::log(&error))?;
        Ok(orders.into_iter().map(|order| (OrderKey(order.order_id), order)).collect())
    }
}

/// Lines of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinesKey(pub Uuid, pub Window);

impl Loader<LinesKey> for Reading {
    type Value = Vec<LineView>;
    type Error = ReadFailed;

    async fn load(&self, keys: &[LinesKey]) -> Result<HashMap<LinesKey, Vec<LineView>>, ReadFailed> {
        let mut found = HashMap::new();
        for (window, ids) in by_window(keys.iter().map(|key| (key.1, key.0))) {
            let lines = self.read.lines(&ids, window).await.map_err(|error| ReadFailed::log(&error))?;
            found.extend(lines.into_iter().map(|(id, lines)| (LinesKey(id, window), lines)));
        }
        Ok(found)
    }
}

/// Events of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimelineKey(pub Uuid, pub Window);

impl Loader<TimelineKey> for Reading {
    type Value = Vec<TimelineEntry>;
    type Error = ReadFailed;

    async fn load(&self, keys: &[TimelineKey]) -> Result<HashMap<TimelineKey, Vec<TimelineEntry>>, ReadFailed> {
        let mut found = HashMap::new();
        for (window, ids) in by_window(keys.iter().map(|key| (key.1, key.0))) {
            let entries = self.read.timeline(&ids, window).await.map_err(|error| ReadFailed::log(&error))?;
            found.extend(entries.into_iter().map(|(id, entries)| (TimelineKey(id, window), entries)));
        }
        Ok(found)
    }
}

fn by_window(keys: impl Iterator<Item = (Window, Uuid)>) -> HashMap<Window, Vec<Uuid>> {
    let mut groups: HashMap<Window, Vec<Uuid>> = HashMap::new();
    for (window, id) in keys {
        groups.entry(window).or_default().push(id);
    }
    groups
}

/// Sums of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CustomerKey(pub String);

impl Loader<CustomerKey> for Reading {
    type Value = Vec<CustomerRow>;
    type Error = ReadFailed;

    async fn load(&self, keys: &[CustomerKey]) -> Result<HashMap<CustomerKey, Vec<CustomerRow>>, ReadFailed> {
        let names: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        let rows = self.read.customers(&self.visible.tenant, &names).await.map_err(|error| ReadFailed::log(&error))?;
        let mut found: HashMap<CustomerKey, Vec<CustomerRow>> = HashMap::new();
        for row in rows {
            found.entry(CustomerKey(row.customer.clone())).or_default().push(row);
        }
        Ok(found)
    }
}

/// A page of a customer's orders; `page` is an index of [`Reading::pages`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageKey {
    customer: String,
    page: usize,
}

impl Reading {
    /// The key of a customer's page. Equal pages of many customers share a number and are read together.
    pub fn page_key(&self, customer: &str, request: &PageRequest) -> PageKey {
        let mut pages = self.pages.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let page = pages.iter().position(|known| known == request).unwrap_or_else(|| {
            pages.push(request.clone());
            pages.len() - 1
        });
        PageKey { customer: customer.to_owned(), page }
    }

    fn page(&self, number: usize) -> PageRequest {
        self.pages.lock().unwrap_or_else(std::sync::PoisonError::into_inner)[number].clone()
    }
}

impl Loader<PageKey> for Reading {
    type Value = Page;
    type Error = ReadFailed;

    async fn load(&self, keys: &[PageKey]) -> Result<HashMap<PageKey, Page>, ReadFailed> {
        let mut found = HashMap::new();
        for number in keys.iter().map(|key| key.page).collect::<BTreeSet<_>>() {
            let customers: Vec<String> =
                keys.iter().filter(|key| key.page == number).map(|key| key.customer.clone()).collect();
            let request = self.page(number);
            let pages = self.read.order_pages(&self.visible, &customers, &request).await;
            let pages = pages.map_err(|error| ReadFailed::log(&error))?;
            found.extend(pages.into_iter().map(|(customer, page)| (PageKey { customer, page: number }, page)));
        }
        Ok(found)
    }
}

/// The number of a customer's orders.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CountKey(pub String);

impl Loader<CountKey> for Reading {
    type Value = i64;
    type Error = ReadFailed;

    async fn load(&self, keys: &[CountKey]) -> Result<HashMap<CountKey, i64>, ReadFailed> {
        let customers: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        let counts = self.read.order_counts(&self.visible, &customers, COUNT_MAX).await;
        let counts = counts.map_err(|error| ReadFailed::log(&error))?;
        Ok(counts.into_iter().map(|(customer, count)| (CountKey(customer), count)).collect())
    }
}

/// A sealed text: the subject of its key, and the ciphertext.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SealedKey {
    pub subject: String,
    pub data: String,
}

/// The outcome of opening a sealed text.
#[derive(Clone)]
pub enum Opened {
    /// The plaintext.
    Text(Vec<u8>),
    /// The key was destroyed, so the text cannot be read any more.
    Erased,
}

impl Loader<SealedKey> for Reading {
    type Value = Opened;
    type Error = ReadFailed;

    async fn load(&self, keys: &[SealedKey]) -> Result<HashMap<SealedKey, Opened>, ReadFailed> {
        let sealed = keys
            .iter()
            .map(|key| Ok(Sealed::new(SubjectId::try_new(&key.subject)?, key.data.clone())))
            .collect::<Result<Vec<_>, domain::InvalidText>>()
            .map_err(|error| failed(&error))?;
        let opened = self.keys.open_many(&self.visible.tenant, &sealed).await.map_err(|error| failed(&error))?;
        keys.iter()
            .zip(opened)
            .map(|(key, opened)| match opened {
                Ok(text) => Ok((key.clone(), Opened::Text(text))),
                Err(OpenError::Destroyed { .. }) => Ok((key.clone(), Opened::Erased)),
                Err(error) => Err(failed(&error)),
            })
            .collect()
    }
}

fn failed(error: &(dyn std::error::Error + 'static)) -> ReadFailed {
    let _ = internal(error);
    ReadFailed
}
