//! Rows as JSON, column by column, to report how two of them differ.

use domain::contract::Position;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::query::TimelineEntry;
use crate::{CustomerFigures, CustomerKey, LineView, OrderView, SkuFigures, SkuKey};

pub(super) fn summary(view: &OrderView, line_count: i32) -> Value {
    let Position { shard, position } = view.position;
    json!({
        "order_id": view.order_id, "tenant": view.tenant, "version": view.version, "state": view.state.as_str(),
        "kind": view.kind.as_str(), "imported": view.imported, "source": view.source, "reference": view.reference,
        "credit_of": view.credit_of, "number": view.number, "customer": view.customer, "country": view.country,
        "currency": view.currency, "total_minor": view.total_minor, "line_count": line_count,
        "quantity_total": view.quantity_total, "drafted_at": view.drafted_at, "placed_at": view.placed_at,
        "cancelled_at": view.cancelled_at, "imported_at": view.imported_at, "updated_at": view.updated_at,
        "cancel_reason": view.cancel_reason, "cancel_note": view.cancel_note,
        "shipping_address": view.shipping_address, "billing_address": view.billing_address, "shard": shard,
        "position": position,
    })
}

pub(super) fn line(order_id: Uuid, line: &LineView) -> Value {
    json!({
        "order_id": order_id, "line_id": line.line_id, "ordinal": line.ordinal, "sku": line.sku,
        "description": line.description, "quantity": line.quantity, "unit_price": line.unit_price,
        "total_minor": line.total_minor,
    })
}

pub(super) fn entry(entry: &TimelineEntry) -> Value {
    let Position { shard, position } = entry.position;
    json!({
        "order_id": entry.order_id, "version": entry.version, "event_id": entry.event_id, "type": entry.event_type,
        "at": entry.at, "recorded_at": entry.recorded_at, "body": entry.body, "correlation_id": entry.correlation_id,
        "causation_id": entry.causation_id, "traceparent": entry.traceparent, "shard": shard, "position": position,
    })
}

pub(super) fn customer(key: &CustomerKey, figures: &CustomerFigures) -> Value {
    json!({
        "tenant": key.tenant, "customer": key.customer, "currency": key.currency, "orders": figures.orders,
        "credits": figures.credits, "cancelled": figures.cancelled, "revenue_minor": figures.revenue_minor.to_string(),
        "first_placed_at": figures.first_placed_at, "last_placed_at": figures.last_placed_at,
    })
}

pub(super) fn sku(key: &SkuKey, figures: &SkuFigures) -> Value {
    json!({
        "tenant": key.tenant, "sku": key.sku, "currency": key.currency, "month": key.month, "orders": figures.orders,
        "credits": figures.credits, "quantity": figures.quantity, "revenue_minor": figures.revenue_minor.to_string(),
    })
}
