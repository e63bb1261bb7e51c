//! An order.

use std::collections::HashMap;

use async_graphql::{Error, ID};
use chrono::{DateTime, Utc};
use domain::contract::Position;
use domain::order::Outline;
use read_models::OrderView;
use read_models::query::FoundOrder;
use service_kit::auth::Scope;
use uuid::Uuid;

use super::address::Address;
use super::commands::{self, OrderCommand, PiecesLeft};
use super::connection::PageArguments;
use super::customer::Customer;
use super::id::NodeId;
use super::lines::LineConnection;
use super::loaded::{Extras, Opened};
use super::money::Money;
use super::progress::{
    FulfilmentStatus, HoldKind, OrderException, OrderFulfilment, OrderNote, OrderPayment, PaymentStatus, Rejection,
};
use super::reading::Reading;
use super::saga::Saga;
use super::scalars::Long;
use super::states::{OrderKind, OrderState};
use super::timeline::TimelineConnection;
use crate::consistency::ConsistencyToken;
use crate::error::internal;
use crate::output::object;

/// An order in its current state or in a past one.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    pub reading: &'a Reading,
    pub found: &'a FoundOrder,
    /// What was loaded for it beyond its row; `None` if nothing was needed.
    pub extras: Option<&'a Extras>,
    /// Whether this is a past state.
    pub past: bool,
}

/// A column of an order.
macro_rules! column_of {
    ($order:ident, $column:ident) => {
        read_models::order_column!($order.found.row, $column)
    };
}

object! {
    /// An order in its current state or, with `asOf`, in a past one.
    Order for Order<'_> as (order, field) implements "Node" from (OrderView, column_of) {
        /// The global id.
        id: ID [order_id] => NodeId::Order(order_id).global(),
        /// The id of the order that commands take, a UUID.
        orderId: Uuid [order_id] => order_id,
        /// The order number; null until the order is placed.
        number: Option<&str> [number] => number,
        /// The version of the order: the number of its events.
        version: Long [version] => Long(version),
        /// The state of the order.
        state: Option<OrderState> [state] => OrderState::of(state),
        /// Whether the order is a sale or a credit.
        kind: OrderKind [kind] => OrderKind::of(kind),
        /// Whether the order was imported from another system.
        imported: bool [imported] => imported,
        /// The system that the order was imported from; null if it was not imported.
        source: Option<&str> [source] => source,
        /// The id of the order in the system that it was imported from.
        reference: Option<&str> [reference] => reference,
        /// In an imported credit, the reference of the order that it takes back, where known.
        creditOf: Option<&str> [credit_of] => credit_of,
        /// The customer of the order, where known.
        customer: Option<Customer<'_>> [customer] => customer.map(|id| Customer {
            reading: order.reading,
            id,
            loaded: order.extras.and_then(|extras| extras.customer.as_deref()),
        }),
        /// The country that the order is shipped to, as an ISO 3166-1 alpha-2 code.
        country: Option<&str> [country] => country,
        /// The currency of the order, as an ISO 4217 code.
        currency: &str [currency] => currency.unwrap_or_default(),
        /// The sums of the order.
        totals: OrderTotals<'_> [total_minor, currency, line_count, quantity_total] => OrderTotals {
            total: Money::new(total_minor, currency.unwrap_or_default()),
            line_count,
            quantity: quantity_total,
        },
        /// The lines of the order, in their order.
        lines(PageArguments as page): LineConnection<'_> [order_id, lines, currency, line_count] => {
            LineConnection::new(order.reading, page, order_id, lines, currency.unwrap_or_default(), line_count)?
        },
        /// The address that the order is shipped to.
        shippingAddress: Option<Address<'_>> [shipping_address] => {
            shipping_address.map(|address| Address { reading: order.reading, stored: address, opened: order.opened() })
        },
        /// The billing address, if it differs from the shipping address.
        billingAddress: Option<Address<'_>> [billing_address] => {
            billing_address.map(|address| Address { reading: order.reading, stored: address, opened: order.opened() })
        },
        /// When and why the order was cancelled; null if it was not.
        cancellation: Option<Cancellation<'_>> [cancelled_at, cancel_reason, cancel_note] => {
            cancelled_at.map(|at| Cancellation { at, reason: cancel_reason, note: cancel_note })
        },
        /// When and why the order was rejected; null if it was not.
        rejection: Option<Rejection> [rejected_at, progress] => {
            let why = progress.and_then(|progress| progress.into_owned().rejection);
            rejected_at.zip(why).map(|(at, why)| Rejection { at, why })
        },
        /// What holds the order. Nothing of it may be sent meanwhile.
        holds: Vec<HoldKind> [holds] => HoldKind::of(holds),
        /// How far the order is paid; null before it is placed, for an imported one, and where nothing is to be paid.
        paymentStatus: Option<PaymentStatus> [payment_status] => PaymentStatus::of(payment_status),
        /// How far the order is sent; null before it is placed, for an imported one, and where nothing is to be sent.
        fulfilmentStatus: Option<FulfilmentStatus> [fulfilment_status] => FulfilmentStatus::of(fulfilment_status),
        /// The payments of the order.
        payments: Vec<OrderPayment<'_>> [progress, currency] => {
            let currency = currency.unwrap_or_default();
            let payments = progress.map(|progress| progress.into_owned().payments).unwrap_or_default();
            payments.into_iter().map(|payment| OrderPayment { payment, currency }).collect()
        },
        /// What locations have to send of the order, and have sent.
        fulfilments: Vec<OrderFulfilment> [progress] => {
            let fulfilments = progress.map(|progress| progress.into_owned().fulfilments).unwrap_or_default();
            fulfilments.into_iter().map(OrderFulfilment).collect()
        },
        /// The notes on the order, oldest first.
        notes: Vec<OrderNote> [progress] => {
            let notes = progress.map(|progress| progress.into_owned().notes).unwrap_or_default();
            notes.into_iter().map(OrderNote).collect()
        },
        /// What has happened and contradicts the order, oldest first. Of very many, only the last are shown.
        exceptions: Vec<OrderException> [progress] => {
            let exceptions = progress.map(|progress| progress.into_owned().exceptions).unwrap_or_default();
            exceptions.into_iter().map(OrderException).collect()
        },
        /// The events of the order, oldest first.
        timeline(PageArguments as page): TimelineConnection<'_> [order_id, version] => {
            let loaded = order.extras.and_then(|extras| extras.events.get(&field.id));
            let events = loaded.unwrap_or(&order.found.events);
            TimelineConnection::new(order.reading, page, order_id, version, events)?
        },
        /// What drives the order to its end; null where nothing does, and for a past state. Needs the scope `saga:operate`.
        saga: Result<Option<Saga<'_>>, Error> => {
            let loaded = order.extras.and_then(|extras| extras.saga.as_ref());
            let saga = loaded.map(|saga| Saga { reading: order.reading, row: &saga.row, events: &saga.events });
            order.reading.require(Scope::SAGA_OPERATE).map(|()| saga)
        },
        /// When the draft was begun; null for an imported order.
        draftedAt: Option<DateTime<Utc>> [drafted_at] => drafted_at,
        /// When the order was placed.
        placedAt: Option<DateTime<Utc>> [placed_at] => placed_at,
        /// When the merchant committed to the order.
        confirmedAt: Option<DateTime<Utc>> [confirmed_at] => confirmed_at,
        /// When everything that was not cancelled had been delivered.
        completedAt: Option<DateTime<Utc>> [completed_at] => completed_at,
        /// When the order was cancelled.
        cancelledAt: Option<DateTime<Utc>> [cancelled_at] => cancelled_at,
        /// When the order was imported.
        importedAt: Option<DateTime<Utc>> [imported_at] => imported_at,
        /// When the last event of the order was recorded.
        updatedAt: DateTime<Utc> [updated_at] => updated_at,
        /// The position of the last event in the event log, written `shard.position`.
        position: String [shard, position] => Position { shard, position }.to_string(),
        /// A token that makes a later query wait until it can show at least this version.
        consistencyToken: ConsistencyToken [order_id, version] => ConsistencyToken::order(order_id, version),
        /// The commands that the caller may now give, by the state of the order and the caller's scopes. Empty for a past
        /// state.
        allowedCommands: Vec<OrderCommand> [state, imported, line_count, shipping_address, holds, lines] => {
            let stage = commands::stage(state, imported).filter(|_| !order.past);
            let none = PiecesLeft::default();
            let left = lines.iter().try_fold(none, |left, line| line.map(|line| left.and(&line)));
            let left = left.map_err(|error| internal(&error))?;
            let outline = |stage| Outline {
                stage,
                has_lines: line_count > 0,
                has_shipping_address: shipping_address.is_some(),
                is_held: holds.is_some(),
                has_cancellable: left.has_cancellable(),
                has_shipped: left.has_shipped(),
            };
            let held: Vec<_> = HoldKind::of(holds).into_iter().map(Into::into).collect();
            stage.map(|stage| commands::allowed(outline(stage), &held, &order.reading.viewer)).unwrap_or_default()
        },
    }
}

/// The sums of an order.
struct OrderTotals<'a> {
    total: Money<'a>,
    line_count: i32,
    quantity: i64,
}

object! {
    /// The sums of an order.
    OrderTotals for OrderTotals<'_> as totals {
        /// The sum of the line totals, negative in a credit.
        total: Money<'_> => totals.total.clone(),
        /// The number of lines.
        lineCount: i32 => totals.line_count,
        /// The number of pieces of all lines, negative in a credit.
        quantity: Long => Long(totals.quantity),
    }
}

/// The cancellation of an order.
struct Cancellation<'a> {
    at: DateTime<Utc>,
    reason: Option<&'a str>,
    note: Option<&'a str>,
}

object! {
    /// When and why an order was cancelled.
    Cancellation for Cancellation<'_> as cancellation {
        /// When the order was cancelled.
        at: DateTime<Utc> => cancellation.at,
        /// The reason: `CUSTOMER`, `STAFF`, `DISCARDED`, `PAYMENT_FAILED`, `OUT_OF_STOCK` or `FULFILMENT_FAILED`.
        reason: Option<&str> => cancellation.reason,
        /// The reason in the words of the person who cancelled the order.
        note: Option<&str> => cancellation.note,
    }
}

impl<'a> Order<'a> {
    /// Personal data that was opened, by its sealed text.
    fn opened(&self) -> Option<&'a HashMap<String, Opened>> {
        self.extras.map(|extras| &extras.opened)
    }
}
