//! The current state of an order, folded from its stream and therefore strongly consistent.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use command_kit::http::{MoneyView, Unkeyed};
use command_kit::{Caller, Refusal};
use domain::order::{
    CancelReason, Completed, Confirmed, Draft, Expired, FulfilmentStatus, HoldKind, Line, LineQuantities,
    OrderImported, OrderKind, OrderState, PaymentStatus, Rejected, RejectionReason,
};
use domain::{Address, Money, OrderId, Timestamp};
use serde::Serialize;
use service_kit::auth::{Principal, Scope};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::address::AddressDetails;
use super::answer::of_order;
use super::path::OrderPath;
use super::receipt::{OrderStatus, total_of};
use super::service::{is_visible, not_found};
use super::{AppState, Orders};

/// An order.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    /// The id of the order.
    #[schema(value_type = Uuid)]
    pub id: OrderId,
    /// The version of the order, which is also its ETag.
    pub version: i64,
    /// The state of the order.
    pub state: OrderStatus,
    /// The order number; absent until the order is placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The id of the customer, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The currency of the order, as an ISO 4217 code.
    #[schema(example = "EUR")]
    pub currency: String,
    /// The lines of the order, in the order in which they were added.
    pub lines: Vec<LineView>,
    /// The sum of the line totals. It is positive in a credit too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MoneyView>)]
    pub total: Option<Money>,
    /// The address that the order is shipped to; absent until it is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<AddressView>,
    /// The billing address; absent if it is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<AddressView>,
    /// When the draft was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub drafted_at: Option<Timestamp>,
    /// When the order was placed; for an imported order, in the system that it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub placed_at: Option<Timestamp>,
    /// When the order was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub cancelled_at: Option<Timestamp>,
    /// When the merchant committed to the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub confirmed_at: Option<Timestamp>,
    /// When everything that was not cancelled had been delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub completed_at: Option<Timestamp>,
    /// When the order was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub rejected_at: Option<Timestamp>,
    /// Why the order was rejected: `FRAUD`, `PAYMENT`, `STOCK` or `STAFF`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub reject_reason: Option<RejectionReason>,
    /// What holds the order, earliest first: `FRAUD`, `PAYMENT_ACTION`, `ADDRESS`, `STOCK`, `EDIT` or `MANUAL`. Nothing of it may be sent
    /// meanwhile.
    #[schema(value_type = Vec<String>)]
    pub holds: Vec<HoldKind>,
    /// How far the order is paid, such as `AUTHORIZED` or `CAPTURED`; absent before it is placed, for an imported order, and where
    /// nothing is to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "CAPTURED")]
    pub payment_status: Option<&'static str>,
    /// How far the order is sent, such as `UNFULFILLED` or `SHIPPED`; absent before it is placed, for an imported order, and where
    /// nothing is to be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "UNFULFILLED")]
    pub fulfilment_status: Option<&'static str>,
    /// Why the order was cancelled: `CUSTOMER`, `STAFF`, `DISCARDED`, `PAYMENT_FAILED`, `OUT_OF_STOCK` or `FULFILMENT_FAILED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub cancel_reason: Option<CancelReason>,
    /// The origin of an imported order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<ImportView>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineView {
    /// The id of the line.
    #[schema(value_type = Uuid)]
    pub id: domain::LineId,
    /// The SKU of the product.
    pub sku: String,
    /// The description of the product on the invoice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The number of pieces.
    pub quantity: u32,
    /// The price of one piece, a decimal number with up to four decimals.
    #[schema(example = "2.55")]
    pub unit_price: String,
    /// The quantity times the unit price, rounded once, half to even.
    #[schema(value_type = MoneyView)]
    pub total: Money,
    /// The pieces by what has become of them; absent before the order is placed, and in an imported order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantities: Option<QuantitiesView>,
}

/// The pieces of a line by what has become of them. They add up to the quantity of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuantitiesView {
    /// Nothing has been done for them.
    pub open: u64,
    /// Stock is set aside for them.
    pub reserved: u64,
    /// Their reservation has no stock for them yet.
    pub backordered: u64,
    /// A location has to send them.
    pub in_fulfilment: u64,
    /// They have left.
    pub shipped: u64,
    /// They have arrived.
    pub delivered: u64,
    /// They will not be sent.
    pub cancelled: u64,
}

/// An address.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddressView {
    /// The country, as an ISO 3166-1 alpha-2 code.
    #[schema(example = "DE")]
    pub country: String,
    /// The rest of the address; absent for callers who may not read it, and after it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<AddressDetails>,
    /// Whether the customer's data was erased, so that nobody can read it again; absent for callers who may not read
    /// it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased: Option<bool>,
}

/// The origin of an imported order.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportView {
    /// The system that the order comes from.
    pub source: String,
    /// The id of the order in that system.
    pub reference: String,
    /// `SALE`, or `CREDIT` for one that takes a sale back.
    #[schema(value_type = String)]
    pub kind: OrderKind,
    /// In a credit, the reference of the order that it takes back, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_of: Option<String>,
    /// The country that the order was shipped to, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// When the order was imported.
    #[schema(value_type = String, format = DateTime)]
    pub imported_at: Timestamp,
}

impl Orders {
    /// The current state of an order.
    ///
    /// # Errors
    /// A [`Refusal`]; an order that does not exist and one that is not the caller's are refused alike.
    #[tracing::instrument(name = "query.order.view", skip_all, fields(order.id = %order_id))]
    pub async fn view(&self, caller: &Caller, order_id: OrderId) -> Result<OrderView, Refusal> {
        let principal = &caller.principal;
        caller.require(Scope::ORDERS_READ)?;
        let loaded = self.load(order_id).await?;
        let status = OrderStatus::of(&loaded.state).filter(|_| is_visible(principal, &loaded.state));
        let status = status.ok_or_else(not_found)?;
        let mut view = match &*loaded.state {
            OrderState::Absent => return Err(not_found()),
            OrderState::Draft(draft) | OrderState::Expired(Expired { draft, .. }) => {
                self.of_draft(principal, draft).await?
            }
            OrderState::Placed(placed)
            | OrderState::Confirmed(Confirmed { placed, .. })
            | OrderState::Completed(Completed { placed, .. })
            | OrderState::Rejected(Rejected { placed, .. }) => {
                OrderView { placed_at: Some(placed.placed_at), ..self.of_draft(principal, &placed.draft).await? }
            }
            OrderState::Cancelled(cancelled) => OrderView {
                cancelled_at: Some(cancelled.cancelled_at),
                cancel_reason: Some(cancelled.reason),
                ..self.of_draft(principal, &cancelled.draft).await?
            },
            OrderState::Imported(imported) => of_import(&imported.order),
        };
        (view.id, view.version, view.state) = (order_id, loaded.version, status);
        view.number = loaded.state.number().map(ToString::to_string);
        view.total = total_of(&loaded.state);
        Ok(view.with_progress(&loaded.state))
    }

    async fn of_draft(&self, principal: &Principal, draft: &Draft) -> Result<OrderView, Refusal> {
        let opens = principal.scopes.contains(Scope::ORDERS_READ_PII)
            || (principal.customer.is_some() && principal.customer == draft.customer);
        let shipping_address = self.address(principal, draft.shipping_address.as_ref(), opens).await?;
        let billing_address = self.address(principal, draft.billing_address.as_ref(), opens).await?;
        Ok(OrderView {
            customer: draft.customer.as_ref().map(ToString::to_string),
            lines: draft.lines.iter().map(|line| LineView::of(line, draft.progress.lines.get(&line.id))).collect(),
            drafted_at: Some(draft.drafted_at),
            shipping_address,
            billing_address,
            ..OrderView::empty(draft.currency.code())
        })
    }

    async fn address(
        &self,
        principal: &Principal,
        address: Option<&Address>,
        opens: bool,
    ) -> Result<Option<AddressView>, Refusal> {
        let Some(address) = address else { return Ok(None) };
        let country = address.country.to_string();
        if !opens {
            return Ok(Some(AddressView { country, details: None, erased: None }));
        }
        let details = AddressDetails::open(&self.keys, &principal.tenant, address).await?;
        let erased = details.is_none().then_some(true);
        Ok(Some(AddressView { country, details, erased }))
    }
}

fn of_import(order: &OrderImported) -> OrderView {
    OrderView {
        customer: order.customer.as_ref().map(ToString::to_string),
        lines: order.lines.iter().map(|line| LineView::of(line, None)).collect(),
        placed_at: Some(order.placed_at),
        import: Some(ImportView {
            source: order.source.to_string(),
            reference: order.reference.to_string(),
            kind: order.kind,
            credit_of: order.credit_of.as_ref().map(ToString::to_string),
            country: order.country.map(|country| country.to_string()),
            imported_at: order.at,
        }),
        ..OrderView::empty(order.total.currency().code())
    }
}

impl OrderView {
    /// What has happened to the order since it was placed.
    fn with_progress(mut self, state: &OrderState) -> Self {
        self.holds = state.progress().map(|progress| progress.holds.clone()).unwrap_or_default();
        self.payment_status = state.payment_status().map(PaymentStatus::as_str);
        self.fulfilment_status = state.fulfilment_status().map(FulfilmentStatus::as_str);
        (self.confirmed_at, self.completed_at) = match state {
            OrderState::Confirmed(confirmed) => (Some(confirmed.confirmed_at), None),
            OrderState::Completed(completed) => (Some(completed.confirmed_at), Some(completed.completed_at)),
            OrderState::Absent
            | OrderState::Draft(_)
            | OrderState::Placed(_)
            | OrderState::Rejected(_)
            | OrderState::Cancelled(_)
            | OrderState::Expired(_)
            | OrderState::Imported(_) => (None, None),
        };
        if let OrderState::Rejected(rejected) = state {
            (self.rejected_at, self.reject_reason) = (Some(rejected.rejected_at), Some(rejected.reason));
        }
        self
    }

    /// A view whose id, version, state, number and total must still be set.
    fn empty(currency: &str) -> Self {
        Self {
            id: OrderId::new(Uuid::nil()),
            version: 0,
            state: OrderStatus::Draft,
            number: None,
            customer: None,
            currency: currency.to_owned(),
            lines: Vec::new(),
            total: None,
            shipping_address: None,
            billing_address: None,
            drafted_at: None,
            placed_at: None,
            cancelled_at: None,
            confirmed_at: None,
            completed_at: None,
            rejected_at: None,
            reject_reason: None,
            holds: Vec::new(),
            payment_status: None,
            fulfilment_status: None,
            cancel_reason: None,
            import: None,
        }
    }
}

impl LineView {
    fn of(line: &Line, quantities: Option<&LineQuantities>) -> Self {
        Self {
            id: line.id,
            sku: line.sku.to_string(),
            description: line.description.as_ref().map(ToString::to_string),
            quantity: line.quantity.get(),
            unit_price: line.unit_price.to_string(),
            total: line.total,
            quantities: quantities.map(QuantitiesView::of),
        }
    }
}

impl QuantitiesView {
    const fn of(pieces: &LineQuantities) -> Self {
        Self {
            open: pieces.open.get(),
            reserved: pieces.reserved.get(),
            backordered: pieces.backordered.get(),
            in_fulfilment: pieces.in_fulfilment.get(),
            shipped: pieces.shipped.get(),
            delivered: pieces.delivered.get(),
            cancelled: pieces.cancelled.get(),
        }
    }
}

/// An order as it stands. It may hold personal data, so nobody on the way keeps it.
struct Viewed(OrderView);

impl IntoResponse for Viewed {
    fn into_response(self) -> Response {
        let mut response = of_order(StatusCode::OK, &self.0, self.0.id, self.0.version, false);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        response
    }
}

/// The endpoint that reads one order.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_order))
}

/// Get the current state of an order
///
/// Strongly consistent: it shows every command that was answered before. The personal part of addresses is shown to the
/// customer herself and to holders of the scope `orders:read.pii`.
#[utoipa::path(get, path = "/v1/orders/{id}", tag = "orders", responses(
    (status = 200, description = "The order.", body = OrderView),
))]
async fn get_order(
    State(orders): State<Arc<Orders>>,
    Unkeyed(caller): Unkeyed,
    OrderPath(order): OrderPath,
) -> Result<Viewed, Refusal> {
    orders.view(&caller, order).await.map(Viewed)
}
