//! Event histories of orders as they would come from the topic, built step by step.

use domain::contract::Position;
use domain::order::contract::{
    AddressChanged, AddressRole, CancelReason, ContractAddress, ContractLine, ContractMoney, ContractSealed,
    ContractUnitPrice, ForeignEvent, LineAdded, LineQuantityChanged, LineRemoved, OrderCancelled, OrderConfirmed,
    OrderDrafted, OrderImportCorrected, OrderImported, OrderKind, OrderPlaced, PublicEvent, Published, SubjectErased,
};
use domain::{EventId, Timestamp};
use uuid::Uuid;

use crate::{OrderView, fold};

/// 2026-01-01T00:00:00Z, when all histories begin. Each event is a second after the one before.
pub const BEGINNING_MICROS: i64 = 1_767_225_600_000_000;
const SECOND_MICROS: i64 = 1_000_000;

/// The events of one order, one after another.
#[derive(Debug, Clone)]
pub struct EventHistory {
    order_id: Uuid,
    tenant: String,
    customer: Option<String>,
    first_position: i64,
    view: Option<OrderView>,
    records: Vec<Published>,
}

/// A line of an order.
pub fn line(number: u32, sku: &str, quantity: i64, price_minor: i64) -> ContractLine {
    ContractLine {
        line_id: line_id(number),
        sku: sku.to_owned(),
        description: Some(format!("the {sku}")),
        quantity,
        unit_price: ContractUnitPrice { ten_thousandths: price_minor * 100, currency: "GBP".to_owned() },
        total: pounds(quantity * price_minor),
    }
}

/// An address whose details are no real ciphertext.
pub fn address(country: &str, subject: &str, data: &str) -> ContractAddress {
    let details = ContractSealed { subject: subject.to_owned(), data: data.to_owned() };
    ContractAddress { country: country.to_owned(), details, contact: None }
}

fn pounds(minor: i64) -> ContractMoney {
    ContractMoney { minor, currency: "GBP".to_owned() }
}

fn line_id(number: u32) -> String {
    Uuid::from_u128(u128::from(number) + 1).to_string()
}

impl EventHistory {
    /// A history without events.
    pub fn of(order_id: Uuid, tenant: &str, customer: Option<&str>) -> Self {
        let (tenant, customer) = (tenant.to_owned(), customer.map(str::to_owned));
        Self { order_id, tenant, customer, first_position: 1, view: None, records: Vec::new() }
    }

    /// Sets the log position of the first event.
    #[must_use]
    pub const fn from_position(mut self, position: i64) -> Self {
        self.first_position = position;
        self
    }

    /// A draft is begun.
    #[must_use]
    pub fn drafted(self) -> Self {
        let customer = self.customer.clone();
        self.then(|order_id, version, tenant, at| {
            PublicEvent::OrderDrafted(OrderDrafted {
                order_id,
                version,
                tenant,
                at,
                customer,
                currency: "GBP".to_owned(),
            })
        })
    }

    /// A line is added.
    #[must_use]
    pub fn line(self, number: u32, sku: &str, quantity: i64, price_minor: i64) -> Self {
        let line = line(number, sku, quantity, price_minor);
        self.then(|order_id, version, tenant, at| {
            PublicEvent::LineAdded(LineAdded { order_id, version, tenant, at, line })
        })
    }

    /// A line's quantity changes; the total is given.
    #[must_use]
    pub fn quantity(self, number: u32, quantity: i64, total_minor: i64) -> Self {
        self.then(|order_id, version, tenant, at| {
            let (line_id, total) = (line_id(number), pounds(total_minor));
            PublicEvent::LineQuantityChanged(LineQuantityChanged {
                order_id,
                version,
                tenant,
                at,
                line_id,
                quantity,
                total,
            })
        })
    }

    /// A line is removed.
    #[must_use]
    pub fn removed(self, number: u32) -> Self {
        self.then(|order_id, version, tenant, at| {
            PublicEvent::LineRemoved(LineRemoved { order_id, version, tenant, at, line_id: line_id(number) })
        })
    }

    /// An address is set.
    #[must_use]
    pub fn addressed(self, role: AddressRole, address: ContractAddress) -> Self {
        self.then(|order_id, version, tenant, at| {
            PublicEvent::AddressChanged(AddressChanged { order_id, version, tenant, at, role, address })
        })
    }

    /// The order is placed with the lines and shipping address that it has; an address is made up where none is set.
    #[must_use]
    pub fn placed(self, number: &str) -> Self {
        let (lines, total, shipping_address) = self.placement();
        let number = number.to_owned();
        self.then(|order_id, version, tenant, at| {
            let billing_address = None;
            PublicEvent::OrderPlaced(OrderPlaced {
                order_id,
                version,
                tenant,
                at,
                number,
                lines,
                total,
                shipping_address,
                billing_address,
            })
        })
    }

    /// The order is cancelled.
    #[must_use]
    pub fn cancelled(self) -> Self {
        self.then(|order_id, version, tenant, at| {
            let (reason, note) = (CancelReason::Customer, Some("changed my mind".to_owned()));
            PublicEvent::OrderCancelled(OrderCancelled { order_id, version, tenant, at, reason, note })
        })
    }

    /// The placed order is confirmed.
    #[must_use]
    pub fn confirmed(self) -> Self {
        self.then(|order_id, version, tenant, at| {
            PublicEvent::OrderConfirmed(OrderConfirmed { order_id, version, tenant, at })
        })
    }

    /// The order is imported, under its number as reference.
    #[must_use]
    pub fn imported(self, number: &str, kind: OrderKind, placed_at: i64, lines: Vec<ContractLine>) -> Self {
        let customer = self.customer.clone();
        let total = pounds(lines.iter().map(|line| line.total.minor).sum());
        self.then(|order_id, version, tenant, at| {
            PublicEvent::OrderImported(OrderImported {
                order_id,
                version,
                tenant,
                at: placed_at,
                source: "online-retail".to_owned(),
                reference: number.to_owned(),
                number: number.to_owned(),
                kind,
                credit_of: None,
                customer,
                country: Some("GB".to_owned()),
                lines,
                total,
                placed_at,
                imported_at: at,
            })
        })
    }

    /// The imported order is corrected; its reference stays.
    #[must_use]
    pub fn corrected(
        self,
        number: &str,
        kind: OrderKind,
        customer: Option<&str>,
        placed_at: i64,
        lines: Vec<ContractLine>,
    ) -> Self {
        let (reference, imported_at) = self.view.as_ref().map_or((None, None), |view| {
            (view.reference.clone(), view.imported_at.map(|moment| moment.timestamp_micros()))
        });
        let total = pounds(lines.iter().map(|line| line.total.minor).sum());
        self.then(|order_id, version, tenant, at| {
            PublicEvent::OrderImportCorrected(OrderImportCorrected {
                order_id,
                version,
                tenant,
                at,
                source: "online-retail".to_owned(),
                reference: reference.unwrap_or_default(),
                number: number.to_owned(),
                kind,
                credit_of: None,
                customer: customer.map(str::to_owned),
                country: Some("FR".to_owned()),
                lines,
                total,
                placed_at,
                imported_at: imported_at.unwrap_or(at),
            })
        })
    }

    /// The key of its customer is destroyed.
    #[must_use]
    pub fn erased(self) -> Self {
        let subject = format!("customer:{}", self.customer.as_deref().unwrap_or_default());
        self.then(|order_id, version, tenant, at| {
            PublicEvent::SubjectErased(SubjectErased { order_id, version, tenant, at, subject })
        })
    }

    /// Another program writes a row.
    #[must_use]
    pub fn foreign(self) -> Self {
        self.then(|order_id, version, tenant, at| {
            PublicEvent::ForeignEvent(ForeignEvent {
                order_id,
                version,
                tenant,
                at,
                aggregate_type: "order".to_owned(),
                event_type: "Noted".to_owned(),
                event_version: "1.0".to_owned(),
                body: Some("{}".to_owned()),
            })
        })
    }

    /// Any event, from order id, version, tenant and moment. It need not fold.
    #[must_use]
    pub fn then(mut self, event: impl FnOnce(String, i64, String, i64) -> PublicEvent) -> Self {
        let version = i64::try_from(self.records.len()).expect("histories are short") + 1;
        let at = BEGINNING_MICROS + (version - 1) * SECOND_MICROS;
        let event = event(self.order_id.to_string(), version, self.tenant.clone(), at);
        let record = Published {
            event,
            event_id: EventId::new(Uuid::from_u64_pair(self.order_id.as_u64_pair().1, version.unsigned_abs())),
            position: Position { shard: 0, position: self.first_position + version - 1 },
            recorded_at: Timestamp::try_from_micros(at + 123_456).expect("histories begin in 2026"),
            correlation_id: Some(format!("history of {}", self.order_id)),
            causation_id: None,
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        };
        if let Ok(view) = fold(self.view.clone(), &record) {
            self.view = Some(view);
        }
        self.records.push(record);
        self
    }

    /// The events so far.
    pub fn records(&self) -> Vec<Published> {
        self.records.clone()
    }

    /// The order as far as its events fold.
    pub fn view(&self) -> Option<&OrderView> {
        self.view.as_ref()
    }

    fn placement(&self) -> (Vec<ContractLine>, ContractMoney, ContractAddress) {
        let view = self.view.as_ref();
        let lines = view.map_or(&[][..], |view| &view.lines);
        let lines: Vec<ContractLine> = lines
            .iter()
            .map(|line| ContractLine {
                line_id: line.line_id.to_string(),
                sku: line.sku.clone(),
                description: line.description.clone(),
                quantity: line.quantity,
                unit_price: ContractUnitPrice { ten_thousandths: line.unit_price, currency: "GBP".to_owned() },
                total: pounds(line.total_minor),
            })
            .collect();
        let total = pounds(lines.iter().map(|line| line.total.minor).sum());
        let shipping = view.and_then(|view| view.shipping_address.clone());
        (lines, total, shipping.unwrap_or_else(|| address("DE", "customer:c1", "AAAA")))
    }
}
