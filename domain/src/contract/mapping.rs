//! Maps stored events to public ones.

use crate::order::{self, OrderEvent};
use crate::{Address, Money, OrderId, Sealed, TenantId, Timestamp, UnitPrice};

use super::{
    AddressChanged, AddressRole, CancelReason, ContractAddress, ContractLine, ContractMoney, ContractSealed,
    ContractUnitPrice, ForeignEvent, LineAdded, LineQuantityChanged, LineRemoved, OrderCancelled, OrderDrafted,
    OrderImportCorrected, OrderImported, OrderKind, OrderPlaced, PublicEvent, SubjectErased,
};

/// The columns of a stored event's row that its public event repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub order_id: OrderId,
    /// Position in the stream, from 1.
    pub version: i64,
    pub tenant: TenantId,
}

/// The public event of a stored one.
#[expect(clippy::too_many_lines, reason = "one arm an event; splitting would hide that none is missing")]
pub fn publish(facts: &Facts, event: &OrderEvent) -> PublicEvent {
    let order_id = facts.order_id.to_string();
    let tenant = facts.tenant.to_string();
    let version = facts.version;
    let at = event.at().micros();
    match event {
        OrderEvent::OrderDrafted(event) => PublicEvent::OrderDrafted(OrderDrafted {
            order_id,
            version,
            tenant,
            at,
            customer: event.customer.as_ref().map(ToString::to_string),
            currency: event.currency.to_string(),
        }),
        OrderEvent::LineAdded(event) => {
            PublicEvent::LineAdded(LineAdded { order_id, version, tenant, at, line: line(&event.line) })
        }
        OrderEvent::LineQuantityChanged(event) => PublicEvent::LineQuantityChanged(LineQuantityChanged {
            order_id,
            version,
            tenant,
            at,
            line_id: event.line_id.to_string(),
            quantity: event.quantity.get().into(),
            total: money(event.total),
        }),
        OrderEvent::LineRemoved(event) => {
            PublicEvent::LineRemoved(LineRemoved { order_id, version, tenant, at, line_id: event.line_id.to_string() })
        }
        OrderEvent::AddressChanged(event) => PublicEvent::AddressChanged(AddressChanged {
            order_id,
            version,
            tenant,
            at,
            role: match event.kind {
                order::AddressKind::Shipping => AddressRole::Shipping,
                order::AddressKind::Billing => AddressRole::Billing,
            },
            address: address(&event.address),
        }),
        OrderEvent::OrderPlaced(event) => PublicEvent::OrderPlaced(OrderPlaced {
            order_id,
            version,
            tenant,
            at,
            number: event.number.to_string(),
            lines: event.lines.iter().map(line).collect(),
            total: money(event.total),
            shipping_address: address(&event.shipping_address),
            billing_address: event.billing_address.as_ref().map(address),
        }),
        OrderEvent::OrderCancelled(event) => PublicEvent::OrderCancelled(OrderCancelled {
            order_id,
            version,
            tenant,
            at,
            reason: match event.reason {
                order::CancelReason::Customer => CancelReason::Customer,
                order::CancelReason::Staff => CancelReason::Staff,
                order::CancelReason::Discarded => CancelReason::Discarded,
            },
            note: event.note.as_ref().map(ToString::to_string),
        }),
        OrderEvent::OrderImported(event) => PublicEvent::OrderImported(OrderImported {
            order_id,
            version,
            tenant,
            at,
            source: event.source.to_string(),
            reference: event.reference.to_string(),
            number: event.number.to_string(),
            kind: kind(event.kind),
            credit_of: event.credit_of.as_ref().map(ToString::to_string),
            customer: event.customer.as_ref().map(ToString::to_string),
            country: event.country.map(|country| country.to_string()),
            lines: event.lines.iter().map(line).collect(),
            total: money(event.total),
            placed_at: event.placed_at.micros(),
            imported_at: event.at.micros(),
        }),
        OrderEvent::OrderImportCorrected(event) => {
            PublicEvent::OrderImportCorrected(corrected(order_id, version, tenant, at, &event.order))
        }
        OrderEvent::SubjectErased(event) => PublicEvent::SubjectErased(SubjectErased {
            order_id,
            version,
            tenant,
            at,
            subject: event.subject.to_string(),
        }),
    }
}

/// A row that another program wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignRow {
    pub aggregate_type: String,
    /// Also the record's key.
    pub aggregate_id: String,
    pub version: i64,
    pub tenant: TenantId,
    pub recorded_at: Timestamp,
    pub event_type: String,
    pub event_version: String,
    /// JSON. `None` where it is too large to publish; consumers must then ask the store's owner.
    pub body: Option<String>,
}

/// The public event of a row that another program wrote.
pub fn publish_foreign(row: ForeignRow) -> PublicEvent {
    PublicEvent::ForeignEvent(ForeignEvent {
        order_id: row.aggregate_id,
        version: row.version,
        tenant: row.tenant.to_string(),
        // The program may have stored any time, and a consumer that cannot read it would stop.
        at: row.recorded_at.nearest_given().micros(),
        aggregate_type: row.aggregate_type,
        event_type: row.event_type,
        event_version: row.event_version,
        body: row.body,
    })
}

fn corrected(
    order_id: String,
    version: i64,
    tenant: String,
    at: i64,
    order: &order::OrderImported,
) -> OrderImportCorrected {
    OrderImportCorrected {
        order_id,
        version,
        tenant,
        at,
        source: order.source.to_string(),
        reference: order.reference.to_string(),
        number: order.number.to_string(),
        kind: kind(order.kind),
        credit_of: order.credit_of.as_ref().map(ToString::to_string),
        customer: order.customer.as_ref().map(ToString::to_string),
        country: order.country.map(|country| country.to_string()),
        lines: order.lines.iter().map(line).collect(),
        total: money(order.total),
        placed_at: order.placed_at.micros(),
        imported_at: order.at.micros(),
    }
}

const fn kind(kind: order::OrderKind) -> OrderKind {
    match kind {
        order::OrderKind::Sale => OrderKind::Sale,
        order::OrderKind::Credit => OrderKind::Credit,
    }
}

fn line(line: &order::Line) -> ContractLine {
    ContractLine {
        line_id: line.id.to_string(),
        sku: line.sku.to_string(),
        description: line.description.as_ref().map(ToString::to_string),
        quantity: line.quantity.get().into(),
        unit_price: unit_price(line.unit_price, line.total),
        total: money(line.total),
    }
}

fn money(amount: Money) -> ContractMoney {
    ContractMoney { minor: amount.minor(), currency: amount.currency().to_string() }
}

fn unit_price(price: UnitPrice, total: Money) -> ContractUnitPrice {
    ContractUnitPrice { ten_thousandths: price.ten_thousandths(), currency: total.currency().to_string() }
}

fn address(address: &Address) -> ContractAddress {
    ContractAddress {
        country: address.country.to_string(),
        details: sealed(&address.details),
        contact: address.contact.as_ref().map(sealed),
    }
}

fn sealed(sealed: &Sealed) -> ContractSealed {
    ContractSealed { subject: sealed.subject().to_string(), data: sealed.data().to_owned() }
}
