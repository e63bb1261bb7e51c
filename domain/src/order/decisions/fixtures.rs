//! Fixtures of the decisions' tests.

use uuid::Uuid;

use crate::order::{
    AddLine, AddressChanged, AddressKind, CancelOrder, CancelReason, ChangeLineQuantity, CreateDraft, EraseSubject,
    ImportLine, ImportOrder, Line, LineAdded, LineQuantityChanged, LineRemoved, OrderCancelled, OrderCommand,
    OrderDrafted, OrderEvent, OrderKind, OrderPlaced, OrderRejection, PlaceOrder, RemoveLine, SetAddress,
    SubjectErased,
};
use crate::{
    Address, CountryCode, Currency, CustomerId, ExternalReference, ImportSource, LineId, Money, OrderId, OrderNumber,
    Quantity, Sealed, Sku, SubjectId, TenantId, Timestamp, UnitPrice, fold,
};

pub(in crate::order) use super::progress_fixtures::*;

pub(in crate::order) fn at(second: i64) -> Timestamp {
    Timestamp::try_from_micros(1_600_000_000_000_000 + second * 1_000_000).unwrap()
}

pub(in crate::order) fn order_id() -> OrderId {
    OrderId::new(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001))
}

pub(in crate::order) fn line_id(n: u32) -> LineId {
    LineId::new(Uuid::from_u128(u128::from(n)))
}

pub(in crate::order) fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

pub(in crate::order) fn not_allowed(state: &'static str, command: &'static str) -> OrderRejection {
    OrderRejection::NotAllowed { state, command }
}

pub(in crate::order) fn create_draft_for(customer: &str) -> OrderCommand {
    let customer = Some(CustomerId::try_new(customer).unwrap());
    OrderCommand::CreateDraft(CreateDraft { tenant: tenant(), customer, currency: Currency::EUR, at: at(0) })
}

pub(in crate::order) fn create_draft() -> OrderCommand {
    create_draft_for("c-1")
}

pub(in crate::order) fn drafted() -> OrderEvent {
    let customer = Some(CustomerId::try_new("c-1").unwrap());
    OrderEvent::OrderDrafted(OrderDrafted { tenant: tenant(), customer, currency: Currency::EUR, at: at(0) })
}

pub(in crate::order) fn erase(subject: &str) -> OrderCommand {
    OrderCommand::EraseSubject(EraseSubject { subject: SubjectId::try_new(subject).unwrap(), at: at(9) })
}

pub(in crate::order) fn erased(subject: &str) -> OrderEvent {
    OrderEvent::SubjectErased(SubjectErased { subject: SubjectId::try_new(subject).unwrap(), at: at(9) })
}

pub(in crate::order) fn add_line(n: u32, quantity: u32, price: &str) -> OrderCommand {
    OrderCommand::AddLine(AddLine {
        line_id: line_id(n),
        sku: Sku::try_new("85123A").unwrap(),
        description: None,
        quantity: Quantity::try_new(quantity).unwrap(),
        unit_price: UnitPrice::try_new(price).unwrap(),
        at: at(1),
    })
}

pub(in crate::order) fn line(n: u32, quantity: u32, price: &str, total: i64) -> Line {
    Line {
        id: line_id(n),
        sku: Sku::try_new("85123A").unwrap(),
        description: None,
        quantity: Quantity::try_new(quantity).unwrap(),
        unit_price: UnitPrice::try_new(price).unwrap(),
        total: Money::new(total, Currency::EUR),
    }
}

pub(in crate::order) fn line_added(n: u32, quantity: u32, price: &str, total: i64) -> OrderEvent {
    OrderEvent::LineAdded(LineAdded { line: line(n, quantity, price, total), at: at(1) })
}

pub(in crate::order) fn change_quantity(n: u32, quantity: u32) -> OrderCommand {
    let quantity = Quantity::try_new(quantity).unwrap();
    OrderCommand::ChangeLineQuantity(ChangeLineQuantity { line_id: line_id(n), quantity, at: at(2) })
}

pub(in crate::order) fn quantity_changed(n: u32, quantity: u32, total: i64) -> OrderEvent {
    OrderEvent::LineQuantityChanged(LineQuantityChanged {
        line_id: line_id(n),
        quantity: Quantity::try_new(quantity).unwrap(),
        total: Money::new(total, Currency::EUR),
        at: at(2),
    })
}

pub(in crate::order) fn remove_line(n: u32) -> OrderCommand {
    OrderCommand::RemoveLine(RemoveLine { line_id: line_id(n), at: at(3) })
}

pub(in crate::order) fn line_removed(n: u32) -> OrderEvent {
    OrderEvent::LineRemoved(LineRemoved { line_id: line_id(n), at: at(3) })
}

fn address(country: &str) -> Address {
    let subject = SubjectId::try_new("customer:c-1").unwrap();
    let sealed = |data: &str| Sealed::new(subject.clone(), data.to_owned());
    let country = CountryCode::try_new(country).unwrap();
    Address { country, details: sealed("c2VhbGVk"), contact: Some(sealed("Y29udGFjdA==")), area: None }
}

pub(in crate::order) fn set_address(kind: AddressKind, country: &str) -> OrderCommand {
    OrderCommand::SetAddress(SetAddress { kind, address: address(country), at: at(4) })
}

pub(in crate::order) fn address_changed(country: &str) -> OrderEvent {
    OrderEvent::AddressChanged(AddressChanged { role: AddressKind::Shipping, address: address(country), at: at(4) })
}

pub(in crate::order) fn place_as(number: &str, expected_total: Option<Money>) -> OrderCommand {
    let number = OrderNumber::try_new(number).unwrap();
    OrderCommand::PlaceOrder(PlaceOrder { number, expected_total, at: at(5) })
}

pub(in crate::order) fn place(expected_total: Option<Money>) -> OrderCommand {
    place_as("1001", expected_total)
}

pub(in crate::order) fn order_placed() -> OrderEvent {
    OrderEvent::OrderPlaced(OrderPlaced {
        number: OrderNumber::try_new("1001").unwrap(),
        lines: vec![line(1, 3, "2.55", 765)],
        total: Money::new(765, Currency::EUR),
        shipping_address: address("DE"),
        billing_address: None,
        at: at(5),
    })
}

pub(in crate::order) fn ready_history() -> Vec<OrderEvent> {
    vec![drafted(), line_added(1, 3, "2.55", 765), address_changed("DE")]
}

pub(in crate::order) fn placed_history() -> Vec<OrderEvent> {
    let mut history = ready_history();
    history.push(order_placed());
    history
}

pub(in crate::order) fn cancel(reason: CancelReason) -> OrderCommand {
    OrderCommand::CancelOrder(CancelOrder { reason, note: None, at: at(6) })
}

pub(in crate::order) fn cancelled() -> OrderEvent {
    OrderEvent::OrderCancelled(OrderCancelled { reason: CancelReason::Customer, note: None, at: at(6) })
}

pub(in crate::order) fn import_order(prices: &[&str]) -> ImportOrder {
    let lines = prices.iter().map(|price| ImportLine {
        sku: Sku::try_new("85123A").unwrap(),
        description: None,
        quantity: Quantity::try_new(6).unwrap(),
        unit_price: UnitPrice::try_new(price).unwrap(),
    });
    ImportOrder {
        order_id: order_id(),
        tenant: tenant(),
        source: ImportSource::try_new("online-retail").unwrap(),
        reference: ExternalReference::try_new("536365").unwrap(),
        number: OrderNumber::try_new("536365").unwrap(),
        kind: OrderKind::Sale,
        credit_of: None,
        customer: Some(CustomerId::try_new("17850").unwrap()),
        country: Some(CountryCode::try_new("GB").unwrap()),
        currency: Currency::GBP,
        lines: lines.collect(),
        placed_at: at(-100),
        is_update: false,
        at: at(7),
    }
}

pub(in crate::order) fn import(prices: &[&str]) -> OrderCommand {
    OrderCommand::ImportOrder(import_order(prices))
}

pub(in crate::order) fn imported() -> OrderEvent {
    use crate::Decider;
    let events = crate::order::Order::decide(&fold::<crate::order::Order>([]).unwrap(), import(&["2.55"])).unwrap();
    let OrderEvent::OrderImported(event) = &events[0] else { panic!("an import leads to OrderImported") };
    assert_eq!(event.total, Money::new(1530, Currency::GBP));
    events[0].clone()
}
