//! An order as it stands now, folded from its stream: strongly consistent.

use domain::order::{CancelReason, Draft, Line, OrderImported, OrderKind, OrderState};
use domain::{Address, Money, OrderId, Timestamp};
use serde::Serialize;
use service_kit::auth::{Principal, Scope};
use utoipa::ToSchema;
use uuid::Uuid;

use super::receipt::{number_of, total_of};
use super::run::{is_visible, require};
use super::{AddressDetails, Caller, Commands, MoneyView, OrderStatus, Refusal};

/// An order.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: OrderId,
    /// Its version; also the ETag.
    pub version: i64,
    /// Where it stands.
    pub state: OrderStatus,
    /// Its number, once it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// For whom, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Its one currency.
    #[schema(example = "EUR")]
    pub currency: String,
    /// Its lines, in the order of their addition.
    pub lines: Vec<LineView>,
    /// The sum of the line totals; positive in a credit too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MoneyView>)]
    pub total: Option<Money>,
    /// Where to, once set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<AddressView>,
    /// Whom to bill, once set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<AddressView>,
    /// When the draft was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub drafted_at: Option<Timestamp>,
    /// When it was placed, at its source for an imported one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub placed_at: Option<Timestamp>,
    /// When it was called off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub cancelled_at: Option<Timestamp>,
    /// On what ground it was called off: `CUSTOMER`, `STAFF` or `DISCARDED`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub cancel_reason: Option<CancelReason>,
    /// Where it came from, for an imported one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<ImportView>,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineView {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: domain::LineId,
    /// What.
    pub sku: String,
    /// What it is called on the invoice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How many.
    pub quantity: u32,
    /// What one costs, with up to four decimals.
    #[schema(example = "2.55")]
    pub unit_price: String,
    /// Quantity times unit price, rounded once, half to even.
    #[schema(value_type = MoneyView)]
    pub total: Money,
}

/// An address.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddressView {
    /// ISO 3166-1 alpha-2 code.
    #[schema(example = "DE")]
    pub country: String,
    /// All else, for those who may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<AddressDetails>,
    /// Whether the customer's data was erased, so that nobody can read it again. Told to those who might read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased: Option<bool>,
}

/// Where an imported order came from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportView {
    /// The system.
    pub source: String,
    /// What the order is called there.
    pub reference: String,
    /// `SALE`, or `CREDIT` for one that takes a sale back.
    #[schema(value_type = String)]
    pub kind: OrderKind,
    /// What a credit takes back, where the source tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_of: Option<String>,
    /// Where to, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// When it was taken in.
    #[schema(value_type = String, format = DateTime)]
    pub imported_at: Timestamp,
}

impl Commands {
    /// An order as of now.
    ///
    /// # Errors
    /// A [`Refusal`]; an absent order and somebody else's are refused alike.
    #[tracing::instrument(name = "query.order.view", skip_all, fields(order.id = %order_id))]
    pub async fn view(&self, caller: &Caller, order_id: OrderId) -> Result<OrderView, Refusal> {
        let principal = &caller.principal;
        require(principal, Scope::ORDERS_READ)?;
        let loaded = self.bus.load(&order_id.to_string()).await?;
        let status = OrderStatus::of(&loaded.state).filter(|_| is_visible(principal, &loaded.state));
        let status = status.ok_or_else(Refusal::order_not_found)?;
        let mut view = match &*loaded.state {
            OrderState::Absent => return Err(Refusal::order_not_found()),
            OrderState::Draft(draft) => self.of_draft(principal, draft).await?,
            OrderState::Placed(placed) => {
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
        view.number = number_of(&loaded.state).map(ToString::to_string);
        view.total = total_of(&loaded.state);
        Ok(view)
    }

    async fn of_draft(&self, principal: &Principal, draft: &Draft) -> Result<OrderView, Refusal> {
        let opens = principal.scopes.contains(Scope::ORDERS_READ_PII)
            || (principal.customer.is_some() && principal.customer == draft.customer);
        let shipping_address = self.address(principal, draft.shipping_address.as_ref(), opens).await?;
        let billing_address = self.address(principal, draft.billing_address.as_ref(), opens).await?;
        Ok(OrderView {
            customer: draft.customer.as_ref().map(ToString::to_string),
            lines: draft.lines.iter().map(LineView::of).collect(),
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
        lines: order.lines.iter().map(LineView::of).collect(),
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
    /// A view whose id, version, state, number and total are yet to be set.
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
            cancel_reason: None,
            import: None,
        }
    }
}

impl LineView {
    fn of(line: &Line) -> Self {
        Self {
            id: line.id,
            sku: line.sku.to_string(),
            description: line.description.as_ref().map(ToString::to_string),
            quantity: line.quantity.get(),
            unit_price: line.unit_price.to_string(),
            total: line.total,
        }
    }
}
