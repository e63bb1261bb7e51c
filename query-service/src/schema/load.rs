//! Loading: what a query selects is read before any of it is written, with one statement for each kind of thing that the selection
//! needs, whatever the number of orders.
//!
//! The orders' own statement reads the columns that are selected, with the lines, which stand in the order's row, and with the
//! events of a first page of the timeline. What is left ([`Extras`]) is read for all orders of a list together: pages of the
//! timeline from a cursor, personal data, and what is known of the orders' customers.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::pin::Pin;
use std::sync::Arc;

use async_graphql::Result;
use domain::{Sealed, SubjectId};
use read_models::query::{FoundOrder, Page, Parts, Window};
use read_models::{EventColumns, OrderColumns, order_column};
use service_kit::auth::Scope;
use service_kit::keyring::OpenError;
use uuid::Uuid;

use super::connection::PageArguments;
use super::customer::CustomerOrders;
use super::loaded::{Extras, LoadedCustomer, LoadedPage, Opened};
use super::order_list::OrderList;
use super::reading::Reading;
use super::{sagas, timeline};
use crate::config::COUNT_MAX;
use crate::error::{ReadFailed, internal, read_failed};
use crate::output::{Arguments, Selected, SelectedField};

/// What is selected of orders: the sets of one level of a query, such as `nodes` and `edges { node }`.
pub type Sets<'a> = [&'a Selected];

/// Recursion through a customer's orders needs a box.
type Loading<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// The parts of orders that their own statement reads.
pub fn parts(sets: &Sets<'_>) -> Parts {
    let columns = sets.iter().fold(OrderColumns::NONE, |all, set| all.and(set.columns()));
    let parts = Parts::columns(columns);
    match first_page(sets) {
        Some((field, page)) => parts.with_events(event_columns(field), page.first_window()),
        None => parts,
    }
}

/// The selection of the timeline, if there is only one and it begins at the beginning or the end.
fn first_page<'a>(sets: &Sets<'a>) -> Option<(&'a SelectedField, PageArguments)> {
    let mut fields = sets.iter().flat_map(|set| set.named("timeline"));
    let (field, None) = (fields.next()?, fields.next()) else { return None };
    let page = PageArguments::of(field).ok()?;
    (page.after.is_none() && page.before.is_none()).then_some((field, page))
}

fn event_columns(timeline: &SelectedField) -> EventColumns {
    item_sets(timeline.below()).iter().fold(EventColumns::NONE, |all, set| all.and(set.columns()))
}

/// Reads what some orders show beyond their rows. A past state has no events with it.
pub fn extras<'a>(
    reading: &'a Reading,
    orders: &'a [&'a FoundOrder],
    sets: &'a Sets<'a>,
    past: bool,
) -> Loading<'a, Vec<Extras>> {
    Box::pin(async move {
        let timelines = past || first_page(sets).is_none();
        let timelines = sets.iter().flat_map(|set| set.named("timeline")).filter(|_| timelines).collect::<Vec<_>>();
        let addresses: Vec<_> = ["shippingAddress", "billingAddress"]
            .into_iter()
            .filter(|name| sets.iter().flat_map(|set| set.named(name)).any(|field| needs_key(field.below())))
            .collect();
        let customers: Vec<&Selected> =
            sets.iter().flat_map(|set| set.named("customer")).map(SelectedField::below).collect();
        let of_customers = customers.iter().any(|set| set.has("totals") || set.has("orders"));
        let sagas: Vec<&Selected> = sets.iter().flat_map(|set| set.named("saga")).map(SelectedField::below).collect();
        let of_sagas = !sagas.is_empty() && !past && reading.viewer.may(Scope::SAGA_OPERATE);
        if orders.is_empty() || (timelines.is_empty() && addresses.is_empty() && !of_customers && !of_sagas) {
            return Ok(Vec::new());
        }
        let mut extras: Vec<Extras> = orders.iter().map(|_| Extras::default()).collect();
        for field in timelines {
            read_events(reading, orders, field, &mut extras).await?;
        }
        if !addresses.is_empty() && reading.viewer.reads_personal_data() {
            open_addresses(reading, orders, &addresses, &mut extras).await?;
        }
        if of_customers {
            let ids = orders.iter().map(|order| order_column!(order.row, customer).map_err(|error| internal(&error)));
            let ids = ids.map(|id| id.map(|id| id.map(str::to_owned))).collect::<Result<Vec<_>>>()?;
            let distinct: BTreeSet<String> = ids.iter().flatten().cloned().collect();
            let found = customers_of(reading, distinct.into_iter().collect(), &customers).await?;
            for (extras, id) in extras.iter_mut().zip(ids) {
                extras.customer = id.and_then(|id| found.get(&id).map(Arc::clone));
            }
        }
        if of_sagas {
            read_sagas(reading, orders, &sagas, &mut extras).await?;
        }
        Ok(extras)
    })
}

/// Reads the saga of each order.
async fn read_sagas(reading: &Reading, orders: &[&FoundOrder], sets: &Sets<'_>, extras: &mut [Extras]) -> Result<()> {
    let ids = orders.iter().map(|order| order_column!(order.row, order_id).map_err(|error| internal(&error)));
    let ids = ids.collect::<Result<Vec<_>>>()?;
    let mut found = sagas::of_orders(reading, &ids, sets).await?;
    for (extras, id) in extras.iter_mut().zip(ids) {
        extras.saga = found.remove(&id);
    }
    Ok(())
}

/// Reads the page of the timeline that a field selects, of each order.
async fn read_events(
    reading: &Reading,
    orders: &[&FoundOrder],
    field: &SelectedField,
    extras: &mut [Extras],
) -> Result<()> {
    // Wrong arguments are told when the field is written.
    let Ok(page) = PageArguments::of(field) else { return Ok(()) };
    let mut windows: HashMap<Window, Vec<(usize, Uuid)>> = HashMap::new();
    for (index, order) in orders.iter().enumerate() {
        let row = |error| internal(&error);
        let (order_id, version) =
            (order_column!(order.row, order_id).map_err(row)?, order_column!(order.row, version).map_err(row)?);
        // A cursor of another order is told when the field is written.
        let Ok(window) = page.window(&reading.cursors, &timeline::list(order_id)) else { continue };
        let window = Window { before: window.before.min(version.saturating_add(1)), ..window };
        windows.entry(window).or_default().push((index, order_id));
    }
    for (window, wanted) in windows {
        let ids: Vec<Uuid> = wanted.iter().map(|(_, id)| *id).collect();
        let mut found =
            reading.read.timeline(&ids, window).await.map_err(|error| read_failed(ReadFailed::log(&error)))?;
        for (index, id) in wanted {
            extras[index].events.insert(field.id, found.remove(&id).unwrap_or_default());
        }
    }
    Ok(())
}

/// Whether a selection of an address shows what is sealed.
fn needs_key(address: &Selected) -> bool {
    address.has("details") || address.has("erased")
}

/// Opens the personal parts of the orders' addresses.
async fn open_addresses(
    reading: &Reading,
    orders: &[&FoundOrder],
    addresses: &[&str],
    extras: &mut [Extras],
) -> Result<()> {
    let mut wanted: Vec<(usize, Sealed)> = Vec::new();
    for (index, order) in orders.iter().enumerate() {
        let of_order = addresses.iter().map(|address| match *address {
            "shippingAddress" => order_column!(order.row, shipping_address),
            _ => order_column!(order.row, billing_address),
        });
        for address in of_order {
            let Some(address) = address.map_err(|error| internal(&error))? else { continue };
            for sealed in std::iter::once(&address.details).chain(&address.contact) {
                let subject = SubjectId::try_new(&sealed.subject).map_err(|error| internal(&error))?;
                wanted.push((index, Sealed::new(subject, sealed.data.clone())));
            }
        }
    }
    let sealed: Vec<Sealed> = wanted.iter().map(|(_, sealed)| sealed.clone()).collect();
    let opened = reading.keys.open_many(&reading.visible.tenant, &sealed).await.map_err(|error| internal(&error))?;
    for ((index, sealed), opened) in wanted.into_iter().zip(opened) {
        let opened = match opened {
            Ok(text) => Opened::Text(text),
            Err(OpenError::Destroyed { .. }) => Opened::Erased,
            Err(error) => return Err(internal(&error)),
        };
        extras[index].opened.insert(sealed.data().to_owned(), opened);
    }
    Ok(())
}

/// What is selected of some customers.
pub async fn customers_of(
    reading: &Reading,
    ids: Vec<String>,
    sets: &Sets<'_>,
) -> Result<HashMap<String, Arc<LoadedCustomer>>> {
    let mut found: BTreeMap<String, LoadedCustomer> =
        ids.iter().map(|id| (id.clone(), LoadedCustomer::default())).collect();
    if sets.iter().any(|set| set.has("totals")) {
        read_rows(reading, &ids, &mut found).await?;
    }
    for field in sets.iter().flat_map(|set| set.named("orders")) {
        read_pages(reading, &ids, field, &mut found).await?;
    }
    Ok(found.into_iter().map(|(id, customer)| (id, Arc::new(customer))).collect())
}

/// Those among some customers whom the viewer may see and of whom something is known, with what is selected of them.
pub async fn known_customers(
    reading: &Reading,
    ids: Vec<String>,
    sets: &Sets<'_>,
) -> Result<HashMap<String, Arc<LoadedCustomer>>> {
    let ids: BTreeSet<String> = ids.into_iter().filter(|id| reading.viewer.sees_customer(id)).collect();
    let mut found = customers_of(reading, ids.into_iter().collect(), sets).await?;
    let is_shown = |customer: &LoadedCustomer| {
        !customer.rows.is_empty() || customer.pages.values().any(|page| !page.page.orders.is_empty())
    };
    let doubtful = |(id, customer): (&String, &Arc<LoadedCustomer>)| {
        (!reading.viewer.is_customer(id) && !is_shown(customer)).then(|| id.clone())
    };
    let mut doubtful: Vec<String> = found.iter().filter_map(doubtful).collect();
    if doubtful.is_empty() {
        return Ok(found);
    }
    let failed = |error| read_failed(ReadFailed::log(&error));
    let rows = reading.read.customers(&reading.visible.tenant, &doubtful).await.map_err(failed)?;
    doubtful.retain(|id| rows.iter().all(|row| row.customer != *id));
    if !doubtful.is_empty() {
        // Drafts are in no sum, but make a customer exist.
        let counts = reading.read.order_counts(&reading.visible, &doubtful, 1).await.map_err(failed)?;
        doubtful.retain(|id| counts.get(id).is_none_or(|count| *count == 0));
    }
    doubtful.iter().for_each(|id| drop(found.remove(id)));
    Ok(found)
}

async fn read_rows(reading: &Reading, ids: &[String], found: &mut BTreeMap<String, LoadedCustomer>) -> Result<()> {
    let rows = reading.read.customers(&reading.visible.tenant, ids).await;
    for row in rows.map_err(|error| read_failed(ReadFailed::log(&error)))? {
        if let Some(customer) = found.get_mut(&row.customer) {
            customer.rows.push(row);
        }
    }
    Ok(())
}

/// Reads the page of the orders of each customer that a field selects.
async fn read_pages(
    reading: &Reading,
    ids: &[String],
    field: &SelectedField,
    found: &mut BTreeMap<String, LoadedCustomer>,
) -> Result<()> {
    let failed = |error| read_failed(ReadFailed::log(&error));
    // Wrong arguments are told when the field is written.
    let Ok(arguments) = CustomerOrders::of(field) else { return Ok(()) };
    let sets = item_sets(field.below());
    // Cursors belong to one customer's list, so that pages with cursors are read one by one.
    let has_cursor = arguments.page.after.is_some() || arguments.page.before.is_some();
    let groups: Vec<&[String]> = if has_cursor { ids.chunks(1).collect() } else { vec![ids] };
    let mut lists = Vec::new();
    for group in groups {
        // A cursor of another list is told when the field is written.
        let Some(Ok(list)) = group.first().map(|id| arguments.list(reading, id)) else { continue };
        let mut pages = if shows_orders(field.below()) {
            reading.read.order_pages(&reading.visible, group, &list.request, &parts(&sets)).await.map_err(failed)?
        } else {
            HashMap::new()
        };
        let counts = if shows_count(field.below()) {
            reading.read.order_counts(&reading.visible, group, COUNT_MAX).await.map_err(failed)?
        } else {
            HashMap::new()
        };
        for id in group {
            let page = pages.remove(id).unwrap_or_default();
            let count = shows_count(field.below()).then(|| counts.get(id).copied().unwrap_or_default());
            lists.push((id, arguments.list(reading, id)?, page, count));
        }
    }
    let orders: Vec<&FoundOrder> = lists.iter().flat_map(|(_, _, page, _)| &page.orders).collect();
    let mut loaded = extras(reading, &orders, &sets, false).await?.into_iter();
    for (id, list, page, count) in lists {
        let extras = loaded.by_ref().take(page.orders.len()).collect();
        let page = LoadedPage { list, page, extras, count };
        found.entry(id.clone()).or_default().pages.insert(field.id, page);
    }
    Ok(())
}

/// Reads the page of a list that a connection selects, and counts the list where that is selected.
pub async fn page(reading: &Reading, list: OrderList, connection: &Selected) -> Result<LoadedPage> {
    let failed = |error| read_failed(ReadFailed::log(&error));
    let sets = item_sets(connection);
    let page = if shows_orders(connection) {
        reading.read.order_page(&reading.visible, &list.request, &parts(&sets)).await.map_err(failed)?
    } else {
        Page::default()
    };
    let count = if shows_count(connection) {
        let counted = reading.read.order_count(&reading.visible, &list.request.condition, COUNT_MAX).await;
        Some(counted.map_err(failed)?)
    } else {
        None
    };
    let orders: Vec<&FoundOrder> = page.orders.iter().collect();
    let extras = extras(reading, &orders, &sets, false).await?;
    Ok(LoadedPage { list, page, extras, count })
}

/// What a connection selects of its items.
fn item_sets(connection: &Selected) -> Vec<&Selected> {
    let nodes = connection.named("nodes");
    let in_edges = connection.named("edges").flat_map(|edges| edges.below().named("node"));
    nodes.chain(in_edges).map(SelectedField::below).collect()
}

fn shows_orders(connection: &Selected) -> bool {
    connection.has("nodes") || connection.has("edges") || connection.has("pageInfo")
}

fn shows_count(connection: &Selected) -> bool {
    connection.has("totalCount") || connection.has("totalCountCapped")
}
