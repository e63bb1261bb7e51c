//! An order.

#![expect(clippy::unused_async, reason = "the library takes a field that can fail only as a future")]

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use read_models::{OrderView, ViewKind, ViewState};

use super::address::Address;
use super::commands::{self, OrderCommand};
use super::connection::PageArguments;
use super::customer::Customer;
use super::id::NodeId;
use super::lines::{self, LineConnection};
use super::money::Money;
use super::scalars::Long;
use super::timeline::{self, TimelineConnection};
use crate::access::Viewer;
use crate::consistency::ConsistencyToken;

/// The state of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum OrderState {
    /// The order is being put together and can still change.
    Draft,
    /// The customer has committed to the order.
    Placed,
    /// The order was cancelled.
    Cancelled,
    /// The order is finished. An imported order is completed from the start.
    Completed,
}

/// Whether an order is a sale or a credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum OrderKind {
    /// Goods are sold for money.
    Sale,
    /// Money is paid back, so the sums are negative.
    Credit,
}

/// An order in its current state or in a past one.
#[derive(Debug, Clone)]
pub struct Order {
    view: OrderView,
    /// Whether this is a past state; then the view has its lines.
    past: bool,
}

/// The sums of an order.
#[derive(Debug, Clone, SimpleObject)]
pub struct OrderTotals {
    /// The sum of the line totals, negative in a credit.
    total: Money,
    /// The number of lines.
    line_count: i32,
    /// The number of pieces of all lines, negative in a credit.
    quantity: Long,
}

/// When and why an order was cancelled.
#[derive(Debug, Clone, SimpleObject)]
pub struct Cancellation {
    /// When the order was cancelled.
    at: DateTime<Utc>,
    /// The reason: `CUSTOMER`, `STAFF` or `DISCARDED`.
    reason: Option<String>,
    /// The reason in the words of the person who cancelled the order.
    note: Option<String>,
}

impl Order {
    /// An order in its current state.
    pub const fn present(view: OrderView) -> Self {
        Self { view, past: false }
    }

    /// An order in a past state.
    pub const fn past(view: OrderView) -> Self {
        Self { view, past: true }
    }
}

/// An order in its current state or, with `asOf`, in a past one.
#[Object]
impl Order {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeId::Order(self.view.order_id).global()
    }

    /// The id of the order that commands take, a UUID.
    async fn order_id(&self) -> String {
        self.view.order_id.to_string()
    }

    /// The order number; null until the order is placed.
    async fn number(&self) -> Option<&str> {
        self.view.number.as_deref()
    }

    /// The version of the order: the number of its events.
    async fn version(&self) -> Long {
        Long(self.view.version)
    }

    /// The state of the order.
    async fn state(&self) -> Option<OrderState> {
        OrderState::of(self.view.state)
    }

    /// Whether the order is a sale or a credit.
    async fn kind(&self) -> OrderKind {
        match self.view.kind {
            ViewKind::Sale => OrderKind::Sale,
            ViewKind::Credit => OrderKind::Credit,
        }
    }

    /// Whether the order was imported from another system.
    async fn imported(&self) -> bool {
        self.view.imported
    }

    /// The system that the order was imported from; null if it was not imported.
    async fn source(&self) -> Option<&str> {
        self.view.source.as_deref()
    }

    /// The id of the order in the system that it was imported from.
    async fn reference(&self) -> Option<&str> {
        self.view.reference.as_deref()
    }

    /// In an imported credit, the reference of the order that it takes back, where known.
    async fn credit_of(&self) -> Option<&str> {
        self.view.credit_of.as_deref()
    }

    /// The customer of the order, where known.
    async fn customer(&self) -> Option<Customer> {
        self.view.customer.clone().map(Customer::new)
    }

    /// The country that the order is shipped to, as an ISO 3166-1 alpha-2 code.
    async fn country(&self) -> Option<&str> {
        self.view.country.as_deref()
    }

    /// The currency of the order, as an ISO 4217 code.
    async fn currency(&self) -> &str {
        self.view.currency.as_deref().unwrap_or_default()
    }

    /// The sums of the order.
    async fn totals(&self) -> OrderTotals {
        OrderTotals {
            total: Money::new(self.view.total_minor, self.view.currency.as_deref().unwrap_or_default()),
            line_count: self.view.line_count,
            quantity: Long(self.view.quantity_total),
        }
    }

    /// The lines of the order, in their order.
    async fn lines(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "The number of items from the beginning, at most 100; 20 if neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "The page begins after this cursor.")] after: Option<String>,
        #[graphql(desc = "The number of items from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The page ends before this cursor.")] before: Option<String>,
    ) -> Result<LineConnection> {
        let page = PageArguments::new(first, after, last, before)?;
        lines::connection(context, &page, &self.view, self.past).await
    }

    /// The address that the order is shipped to.
    async fn shipping_address(&self) -> Option<Address> {
        self.view.shipping_address.clone().map(Address::new)
    }

    /// The billing address, if it differs from the shipping address.
    async fn billing_address(&self) -> Option<Address> {
        self.view.billing_address.clone().map(Address::new)
    }

    /// When and why the order was cancelled; null if it was not.
    async fn cancellation(&self) -> Option<Cancellation> {
        let view = &self.view;
        let at = view.cancelled_at?;
        Some(Cancellation { at, reason: view.cancel_reason.clone(), note: view.cancel_note.clone() })
    }

    /// The events of the order, oldest first.
    async fn timeline(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "The number of items from the beginning, at most 100; 20 if neither `first` nor `last` is given."
        )]
        first: Option<i32>,
        #[graphql(desc = "The page begins after this cursor.")] after: Option<String>,
        #[graphql(desc = "The number of items from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "The page ends before this cursor.")] before: Option<String>,
    ) -> Result<TimelineConnection> {
        let page = PageArguments::new(first, after, last, before)?;
        timeline::connection(context, &page, self.view.order_id, self.view.version).await
    }

    /// When the draft was begun; null for an imported order.
    async fn drafted_at(&self) -> Option<DateTime<Utc>> {
        self.view.drafted_at
    }

    /// When the order was placed.
    async fn placed_at(&self) -> Option<DateTime<Utc>> {
        self.view.placed_at
    }

    /// When the order was cancelled.
    async fn cancelled_at(&self) -> Option<DateTime<Utc>> {
        self.view.cancelled_at
    }

    /// When the order was imported.
    async fn imported_at(&self) -> Option<DateTime<Utc>> {
        self.view.imported_at
    }

    /// When the last event of the order was recorded.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.view.updated_at
    }

    /// The position of the last event in the event log, written `shard.position`.
    async fn position(&self) -> String {
        self.view.log_position().to_string()
    }

    /// A token that makes a later query wait until it can show at least this version.
    async fn consistency_token(&self) -> ConsistencyToken {
        ConsistencyToken { order_id: self.view.order_id, version: self.view.version }
    }

    /// The commands that the caller may now give, by the state of the order and the caller's scopes. Empty for a past
    /// state.
    async fn allowed_commands(&self, context: &Context<'_>) -> Result<Vec<OrderCommand>> {
        if self.past {
            return Ok(Vec::new());
        }
        let viewer = context.data::<Viewer>()?;
        Ok(commands::allowed(&self.view, viewer))
    }
}

impl OrderState {
    fn of(state: ViewState) -> Option<Self> {
        match state {
            ViewState::Draft => Some(Self::Draft),
            ViewState::Placed => Some(Self::Placed),
            ViewState::Cancelled => Some(Self::Cancelled),
            ViewState::Completed => Some(Self::Completed),
            ViewState::Foreign => None,
        }
    }

    /// The value of the read models.
    pub const fn view(self) -> ViewState {
        match self {
            Self::Draft => ViewState::Draft,
            Self::Placed => ViewState::Placed,
            Self::Cancelled => ViewState::Cancelled,
            Self::Completed => ViewState::Completed,
        }
    }
}

impl OrderKind {
    /// The value of the read models.
    pub const fn view(self) -> ViewKind {
        match self {
            Self::Sale => ViewKind::Sale,
            Self::Credit => ViewKind::Credit,
        }
    }
}
