//! What a dry run answers.

use domain::contract::{Facts, PublicEvents};
use domain::order::OrderEvent;
use domain::order::contract::PublicEvent;
use domain::{OrderId, TenantId};
use serde::Serialize;
use utoipa::ToSchema;

/// What a command would do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// The id of the order.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// The version of the order that the answer is based on; 0 for an order that does not exist.
    pub version: i64,
    /// The events that would be stored; empty if the command would change nothing.
    pub events: Vec<PreviewEvent>,
}

/// An event that would be stored, as it would be published.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PreviewEvent {
    /// The name of the event, such as `LineAdded`.
    #[schema(example = "LineAdded")]
    pub r#type: &'static str,
    /// The public body of the event. Sealed data is left empty, and an order number is not given yet.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
}

impl Preview {
    pub(super) fn of(order_id: OrderId, tenant: &TenantId, version: i64, events: &[OrderEvent]) -> Self {
        let events = (version + 1..).zip(events).map(|(version, event)| {
            let event = PublicEvent::publish(&Facts { id: order_id, version, tenant: tenant.clone() }, event);
            let body = event.to_json().expect("public events are made of strings and numbers");
            PreviewEvent { r#type: event.name(), body }
        });
        Self { order_id, version, events: events.collect() }
    }
}
