//! The timeline: the events of an order.

#![expect(clippy::unused_async, reason = "the library takes a field that can fail only as a future")]

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::UnitPrice;
use domain::contract::{ContractLine, ContractMoney, OrderKind, PublicEvent};
use read_models::TimelineEntry;
use read_models::query::Window;
use serde_json::Value;
use uuid::Uuid;

use super::connection::{PageArguments, PageInfo};
use super::money::Money;
use super::scalars::{Json, Long};
use crate::cursor::Cursors;
use crate::error::{internal, read_failed};
use crate::loaders::{Loaders, TimelineKey};

/// A page of the events of an order, oldest first.
#[derive(SimpleObject)]
pub struct TimelineConnection {
    /// The events of the page with their cursors.
    edges: Vec<TimelineEdge>,
    /// The events of the page.
    nodes: Vec<TimelineEvent>,
    /// The position of the page within the timeline.
    page_info: PageInfo,
    /// The number of all events of the order.
    total_count: Long,
}

/// An event with its cursor.
#[derive(SimpleObject)]
pub struct TimelineEdge {
    /// The position of the event in the timeline.
    cursor: String,
    /// The event.
    node: TimelineEvent,
}

/// One event of an order.
#[derive(Debug, Clone)]
pub struct TimelineEvent(TimelineEntry);

impl TimelineEvent {
    /// The event of a timeline row.
    pub const fn new(entry: TimelineEntry) -> Self {
        Self(entry)
    }
}

/// The name of the list that cursors to events of an order belong to.
pub fn list(order_id: Uuid) -> String {
    format!("timeline of {order_id}")
}

/// A page of the events of an order up to a version.
pub async fn connection(
    context: &Context<'_>,
    page: &PageArguments,
    order_id: Uuid,
    version: i64,
) -> Result<TimelineConnection> {
    let list = list(order_id);
    let window = page.window(context, &list)?;
    let window = Window { before: window.before.min(version.saturating_add(1)), ..window };
    let entries = context.data::<Loaders>()?.load_one(TimelineKey(order_id, window)).await.map_err(read_failed)?;
    let (entries, more) = page.cut(entries.unwrap_or_default());
    let cursors = context.data::<Arc<Cursors>>()?;
    let cursors: Vec<String> = entries.iter().map(|entry| cursors.seal(&list, &entry.version)).collect();
    let nodes: Vec<TimelineEvent> = entries.into_iter().map(TimelineEvent::new).collect();
    let edge = |(cursor, node): (&String, &TimelineEvent)| TimelineEdge { cursor: cursor.clone(), node: node.clone() };
    Ok(TimelineConnection {
        edges: cursors.iter().zip(&nodes).map(edge).collect(),
        nodes,
        page_info: page.info(&cursors, more),
        total_count: Long(version),
    })
}

/// One event of an order.
#[Object]
impl TimelineEvent {
    /// The version of the order after this event: its number within the order, from 1.
    async fn version(&self) -> Long {
        Long(self.0.version)
    }

    /// The name of the event in the public contract.
    async fn r#type(&self) -> &str {
        &self.0.event_type
    }

    /// The id of the event.
    async fn event_id(&self) -> String {
        self.0.event_id.to_string()
    }

    /// When the event happened.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// When the event was recorded.
    async fn recorded_at(&self) -> DateTime<Utc> {
        self.0.recorded_at
    }

    /// A description of the event in words.
    async fn description(&self) -> Result<String> {
        let published = self.0.published().map_err(|error| internal(&error))?;
        Ok(describe(&published.event))
    }

    /// The body of the public event, without sealed personal data.
    async fn body(&self) -> Json {
        let mut body = self.0.body.clone();
        hide_sealed(&mut body);
        Json(body)
    }

    /// An id that all events of one request share.
    async fn correlation_id(&self) -> Option<&str> {
        self.0.correlation_id.as_deref()
    }

    /// The id of the cause of the event.
    async fn causation_id(&self) -> Option<&str> {
        self.0.causation_id.as_deref()
    }

    /// The W3C trace context (`traceparent`) of the event.
    async fn traceparent(&self) -> Option<&str> {
        self.0.traceparent.as_deref()
    }

    /// The id of the trace that the event belongs to.
    async fn trace_id(&self) -> Option<&str> {
        self.0.traceparent.as_deref().and_then(|parent| parent.split('-').nth(1))
    }

    /// The position of the event in the event log, written `shard.position`.
    async fn position(&self) -> String {
        self.0.log_position().to_string()
    }
}

/// Removes ciphertexts: no client can read them, and addresses have fields of their own.
fn hide_sealed(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if matches!(&**name, "details" | "contact") && value.get("data").is_some() {
                    *value = serde_json::json!({"sealed": true});
                } else {
                    hide_sealed(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_sealed),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn describe(event: &PublicEvent) -> String {
    match event {
        PublicEvent::OrderDrafted(event) => format!("Draft begun in {}", event.currency),
        PublicEvent::LineAdded(event) => format!("Added {}", line(&event.line)),
        PublicEvent::LineQuantityChanged(event) => {
            format!("Line {} changed to {} pieces for {}", event.line_id, event.quantity, money(&event.total))
        }
        PublicEvent::LineRemoved(event) => format!("Line {} removed", event.line_id),
        PublicEvent::AddressChanged(event) => {
            format!("{} address set, country {}", symbol(event.role), event.address.country)
        }
        PublicEvent::OrderPlaced(event) => {
            format!("Placed as {} with {} lines for {}", event.number, event.lines.len(), money(&event.total))
        }
        PublicEvent::OrderCancelled(event) => {
            let note = event.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            format!("Cancelled, reason {}{note}", symbol(event.reason).to_lowercase())
        }
        PublicEvent::OrderImported(event) => {
            let (source, kind) = (&event.source, kind(event.kind));
            let (number, total) = (&event.number, money(&event.total));
            format!("Imported from {source} as {kind} {number} with {} lines for {total}", event.lines.len())
        }
        PublicEvent::OrderImportCorrected(event) => {
            let (source, kind) = (&event.source, kind(event.kind));
            let (number, total) = (&event.number, money(&event.total));
            format!("Import from {source} corrected to {kind} {number} with {} lines for {total}", event.lines.len())
        }
        PublicEvent::SubjectErased(_) => "Personal data erased: its key was destroyed".to_owned(),
        PublicEvent::ForeignEvent(event) => format!("{} by another program", event.event_type),
    }
}

const fn kind(kind: OrderKind) -> &'static str {
    match kind {
        OrderKind::Sale => "sale",
        OrderKind::Credit => "credit",
        OrderKind::Unknown => "order",
    }
}

fn line(line: &ContractLine) -> String {
    let price = UnitPrice::from_ten_thousandths(line.unit_price.ten_thousandths)
        .map_or_else(String::new, |price| format!(" at {price} {}", line.unit_price.currency));
    format!("{} × {}{price}", line.quantity, line.sku)
}

fn money(amount: &ContractMoney) -> String {
    Money::new(amount.minor, amount.currency.clone()).to_string()
}

/// A symbol of the contract as a word.
fn symbol(symbol: impl std::fmt::Debug) -> String {
    format!("{symbol:?}")
}
