//! An order.

#![expect(clippy::unused_async, reason = "the library takes a field that can fail only as a future")]

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use read_models::query::OrderRow;
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

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum OrderState {
    /// Being put together.
    Draft,
    /// Committed to by the customer.
    Placed,
    /// Called off.
    Cancelled,
    /// Over and done; an imported order is from the start.
    Completed,
}

/// Whether an order sells or takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum OrderKind {
    /// Goods for money.
    Sale,
    /// Money back.
    Credit,
}

/// An order, as it is or as it was.
#[derive(Debug, Clone)]
pub struct Order {
    row: OrderRow,
    /// A state of the past, with its lines.
    past: bool,
}

/// The order's sums.
#[derive(Debug, Clone, SimpleObject)]
pub struct OrderTotals {
    /// The sum of the line totals, negative in a credit.
    total: Money,
    /// Lines.
    line_count: i32,
    /// Pieces of all lines, negative in a credit.
    quantity: Long,
}

/// Why and how an order was called off.
#[derive(Debug, Clone, SimpleObject)]
pub struct Cancellation {
    /// When.
    at: DateTime<Utc>,
    /// On what ground: `CUSTOMER`, `STAFF` or `DISCARDED`.
    reason: Option<String>,
    /// In the words of whoever did it.
    note: Option<String>,
}

impl Order {
    /// An order as it is.
    pub const fn present(row: OrderRow) -> Self {
        Self { row, past: false }
    }

    /// An order as it was.
    pub fn past(view: OrderView) -> Self {
        let line_count = i32::try_from(view.lines.len()).unwrap_or(i32::MAX);
        Self { row: OrderRow { view, line_count }, past: true }
    }

    const fn view(&self) -> &OrderView {
        &self.row.view
    }
}

/// An order, as it is or, with `asOf`, as it was.
#[Object]
impl Order {
    /// The global id.
    pub async fn id(&self) -> ID {
        NodeId::Order(self.view().order_id).global()
    }

    /// The order's own id, as commands take it.
    async fn order_id(&self) -> String {
        self.view().order_id.to_string()
    }

    /// The number people know it by, once placed.
    async fn number(&self) -> Option<&str> {
        self.view().number.as_deref()
    }

    /// How many events it has had.
    async fn version(&self) -> Long {
        Long(self.view().version)
    }

    /// Where it stands.
    async fn state(&self) -> Option<OrderState> {
        OrderState::of(self.view().state)
    }

    /// A sale or a credit.
    async fn kind(&self) -> OrderKind {
        match self.view().kind {
            ViewKind::Sale => OrderKind::Sale,
            ViewKind::Credit => OrderKind::Credit,
        }
    }

    /// Whether it was taken in from another system.
    async fn imported(&self) -> bool {
        self.view().imported
    }

    /// That system.
    async fn source(&self) -> Option<&str> {
        self.view().source.as_deref()
    }

    /// What it is called there.
    async fn reference(&self) -> Option<&str> {
        self.view().reference.as_deref()
    }

    /// What a credit takes back, by the other system's reference.
    async fn credit_of(&self) -> Option<&str> {
        self.view().credit_of.as_deref()
    }

    /// For whom, where known.
    async fn customer(&self) -> Option<Customer> {
        self.view().customer.clone().map(Customer::new)
    }

    /// Where it goes: ISO 3166-1 alpha-2 code.
    async fn country(&self) -> Option<&str> {
        self.view().country.as_deref()
    }

    /// ISO 4217 code of its one currency.
    async fn currency(&self) -> &str {
        self.view().currency.as_deref().unwrap_or_default()
    }

    /// Its sums.
    async fn totals(&self) -> OrderTotals {
        OrderTotals {
            total: Money::new(self.view().total_minor, self.view().currency.as_deref().unwrap_or_default()),
            line_count: self.row.line_count,
            quantity: Long(self.view().quantity_total),
        }
    }

    /// Its lines, in their order.
    async fn lines(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the beginning, at most 100; 20 where neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Begins after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Ends before this cursor.")] before: Option<String>,
    ) -> Result<LineConnection> {
        let page = PageArguments::new(first, after, last, before)?;
        lines::connection(context, &page, &self.row, self.past).await
    }

    /// Where to.
    async fn shipping_address(&self) -> Option<Address> {
        self.view().shipping_address.clone().map(Address::new)
    }

    /// Whom to bill, where that is another address.
    async fn billing_address(&self) -> Option<Address> {
        self.view().billing_address.clone().map(Address::new)
    }

    /// Why and how it was called off.
    async fn cancellation(&self) -> Option<Cancellation> {
        let view = self.view();
        let at = view.cancelled_at?;
        Some(Cancellation { at, reason: view.cancel_reason.clone(), note: view.cancel_note.clone() })
    }

    /// What happened to it, oldest first.
    async fn timeline(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many from the beginning, at most 100; 20 where neither `first` nor `last` is given.")]
        first: Option<i32>,
        #[graphql(desc = "Begins after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, at most 100.")] last: Option<i32>,
        #[graphql(desc = "Ends before this cursor.")] before: Option<String>,
    ) -> Result<TimelineConnection> {
        let page = PageArguments::new(first, after, last, before)?;
        timeline::connection(context, &page, self.view().order_id, self.view().version).await
    }

    /// When the draft was begun.
    async fn drafted_at(&self) -> Option<DateTime<Utc>> {
        self.view().drafted_at
    }

    /// When it was placed.
    async fn placed_at(&self) -> Option<DateTime<Utc>> {
        self.view().placed_at
    }

    /// When it was called off.
    async fn cancelled_at(&self) -> Option<DateTime<Utc>> {
        self.view().cancelled_at
    }

    /// When it was imported.
    async fn imported_at(&self) -> Option<DateTime<Utc>> {
        self.view().imported_at
    }

    /// When its last event was recorded.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.view().updated_at
    }

    /// Its last event's place in the log, written `shard.position`.
    async fn position(&self) -> String {
        self.view().position.to_string()
    }

    /// To see at least this version in a later query.
    async fn consistency_token(&self) -> ConsistencyToken {
        ConsistencyToken { order_id: self.view().order_id, version: self.view().version }
    }

    /// What the one who asks could now ask of it, judged by where it stands and by their scopes. Nothing of the past.
    async fn allowed_commands(&self, context: &Context<'_>) -> Result<Vec<OrderCommand>> {
        if self.past {
            return Ok(Vec::new());
        }
        let viewer = context.data::<Viewer>()?;
        Ok(commands::allowed(&self.row, viewer))
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

    /// As the read models name it.
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
    /// As the read models name it.
    pub const fn view(self) -> ViewKind {
        match self {
            Self::Sale => ViewKind::Sale,
            Self::Credit => ViewKind::Credit,
        }
    }
}
