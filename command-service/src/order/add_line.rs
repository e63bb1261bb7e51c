use std::sync::Arc;

use axum::extract::{Request, State};
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed, optional_text};
use command_kit::{Caller, Fields, Refusal, quantity};
use domain::order::AddLine;
use domain::{Description, LineId, OrderId, Quantity, Sku, UnitPrice};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::{OrderPath, line_id};
use super::receipt::Receipt;
use super::{Command, Link, Orders, Outcome, Trying, body};

pub(super) const COMMAND: Command = Command {
    name: "add-line",
    routes: || OpenApiRouter::default().routes(routes!(add_line)),
    dry_run,
    link: Some(Link::OfOrder("add_line")),
    texts: &[
        Text::new("NewOrderLine", "lineId", Form::Uuid, 36),
        Text::new("NewOrderLine", "sku", Form::Identifier, 64),
        Text::new("NewOrderLine", "description", Form::Line, 500),
        Text::new("NewOrderLine", "unitPrice", Form::Price, 17),
    ],
};

/// Add a line.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"sku": "85123A", "description": "T-light holder", "quantity": 6, "unitPrice": "2.55"}))]
struct NewOrderLine {
    /// Your own id for the line, any UUID.
    #[schema(value_type = Option<Uuid>)]
    #[serde(default, deserialize_with = "optional_text")]
    line_id: Option<String>,
    /// The SKU of the product.
    #[schema(example = "85123A", max_length = 64)]
    sku: String,
    /// The description of the product on the invoice.
    #[schema(max_length = 500)]
    #[serde(default, deserialize_with = "optional_text")]
    description: Option<String>,
    /// The number of pieces.
    #[schema(value_type = u32, minimum = 1, maximum = 1_000_000, example = 6)]
    quantity: Number,
    /// The price of one piece: a decimal number with up to four decimals. Needs the scope `orders:price`.
    #[schema(example = "2.55")]
    unit_price: String,
}

/// A line to add. It is no [`AddLine`], since its id may be left out: a repeat without an id is the same request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewLine {
    /// The client's own id; one is made where it gives none.
    pub line_id: Option<LineId>,
    pub sku: Sku,
    pub description: Option<Description>,
    pub quantity: Quantity,
    pub unit_price: UnitPrice,
}

impl NewOrderLine {
    fn check(self) -> Result<NewLine, Refusal> {
        let mut fields = Fields::default();
        let line_id = fields.check_optional("/lineId", self.line_id, |id| line_id(&id));
        let sku = fields.check("/sku", Sku::try_new(self.sku));
        let description = fields.check_optional("/description", self.description, Description::try_new);
        let quantity = fields.check("/quantity", quantity(&self.quantity));
        let unit_price = fields.check("/unitPrice", UnitPrice::try_new(&self.unit_price));
        fields.finish(|| {
            Some(NewLine {
                line_id: line_id?,
                sku: sku?,
                description: description?,
                quantity: quantity?,
                unit_price: unit_price?,
            })
        })
    }
}

impl Orders {
    /// Adds a line to a draft, at a price that the caller must be allowed to set.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.add_line", skip_all, fields(order.id = %order_id))]
    pub async fn add_line(&self, caller: &Caller, order_id: OrderId, input: &NewLine) -> Result<Outcome, Refusal> {
        let command = AddLine {
            line_id: input.line_id.unwrap_or_else(|| self.new_line_id()),
            sku: input.sku.clone(),
            description: input.description.clone(),
            quantity: input.quantity,
            unit_price: input.unit_price,
            at: self.now(),
        };
        self.run(caller, order_id, "order.add_line", input, command).await
    }
}

/// Add a line to a draft
///
/// A line has its price with it, so this needs the scope `orders:price` in addition to `orders:draft`.
#[utoipa::path(post, path = "/v1/orders/{id}/lines", tag = "drafts", request_body = NewOrderLine, responses(
    (status = 200, description = "The line is on the draft; `lineId` names it.", body = Receipt),
))]
async fn add_line(
    State(orders): State<Arc<Orders>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<NewOrderLine>,
) -> Result<Outcome, Refusal> {
    orders.add_line(&caller, order, &body.check()?).await
}

fn dry_run(orders: Arc<Orders>, caller: Caller, order: OrderId, request: Request) -> Trying {
    Box::pin(async move {
        let input = body::<NewOrderLine>(request).await?.check()?;
        orders.add_line(&caller, order, &input).await
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_form_is_what_kept_keys_are_compared_with() {
        // Changing this makes a repeat across releases another request.
        let line = NewOrderLine {
            line_id: None,
            sku: "85123A".to_owned(),
            description: None,
            quantity: Number::from(3),
            unit_price: "2.550".to_owned(),
        };
        let form = serde_json::to_string(&line.check().unwrap()).unwrap();
        let expected = r#"{"line_id":null,"sku":"85123A","description":null,"quantity":3,"unit_price":"2.5500"}"#;
        assert_eq!(form, expected);
    }
}
