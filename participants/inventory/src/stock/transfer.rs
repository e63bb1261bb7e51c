use std::sync::Arc;

use axum::extract::State;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Caller, Fields, Refusal, UnitTask, quantity};
use domain::stock::{Stock, TransferStockIn, TransferStockOut};
use domain::{LocationId, Pieces, Quantity, Scope, Sku, TransferId};
use event_store::{Expectation, Members};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::receipt::{Decided, Done, TransferReceipt};
use super::{Place, decide};
use crate::context::{AppState, Inventory};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(transfer_stock))
}

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[
    Text::new("TransferBody", "origin", Form::Identifier, 32),
    Text::new("TransferBody", "destination", Form::Identifier, 32),
    Text::new("TransferBody", "sku", Form::Identifier, 64),
];

/// Pieces that move from one location to another.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"origin": "zrh-1", "destination": "gva-1", "sku": "85123A", "quantity": 5}))]
struct TransferBody {
    /// The location that the pieces leave.
    origin: String,
    /// The location that the pieces come to.
    destination: String,
    /// The SKU.
    sku: String,
    /// The number of pieces.
    #[schema(value_type = u32, minimum = 1, maximum = 1_000_000)]
    quantity: Number,
}

/// Move pieces from one location to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transfer {
    pub origin: LocationId,
    pub destination: LocationId,
    pub sku: Sku,
    pub quantity: Quantity,
}

impl TransferBody {
    fn check(self) -> Result<Transfer, Refusal> {
        let mut fields = Fields::default();
        let origin = fields.check("/origin", LocationId::try_new(self.origin));
        let destination = fields.check("/destination", LocationId::try_new(self.destination));
        let sku = fields.check("/sku", Sku::try_new(self.sku));
        let quantity = fields.check("/quantity", quantity(&self.quantity));
        fields.finish(|| Some(Transfer { origin: origin?, destination: destination?, sku: sku?, quantity: quantity? }))
    }
}

impl Inventory {
    /// Moves pieces from one location to another, which both record together.
    ///
    /// # Errors
    /// A [`Refusal`]; also where the pieces are not available at the origin.
    #[tracing::instrument(name = "command.stock.transfer", skip_all, fields(sku = %input.sku))]
    pub async fn transfer_stock(&self, caller: &Caller, input: Transfer) -> Result<Answer<TransferReceipt>, Refusal> {
        let tenant = caller.principal.tenant.clone();
        let Transfer { origin, destination, sku, quantity } = input.clone();
        let from = Place { tenant: tenant.clone(), location: origin.clone(), sku: sku.clone() };
        let to = Place { tenant: tenant.clone(), location: destination.clone(), sku };
        let mut members = Members::default();
        let out = members.add::<Stock>(&from.id().to_string(), Expectation::Existing);
        let into = members.add::<Stock>(&to.id().to_string(), Expectation::Existing);
        let at = self.now();
        let transfer = TransferId::new(self.ids.ordered());
        let quantity = Pieces::from(quantity);
        let task = UnitTask {
            operation: "stock.transfer",
            scopes: &[Scope::INVENTORY_WRITE],
            named: None,
            input: &input,
            members: &members,
            decide: &|work| {
                let tenant = tenant.clone();
                let destination = destination.clone();
                decide(work, out, TransferStockOut { tenant, transfer, destination, quantity, at })?;
                to.keep(work, into, at)?;
                let (tenant, origin) = (to.tenant.clone(), origin.clone());
                decide(work, into, TransferStockIn { tenant, transfer, origin, quantity, at })?;
                Ok((transfer, Decided::of(work, out, &from), Decided::of(work, into, &to)))
            },
            receipt: &|(transfer_id, origin, destination): &(TransferId, Decided, Decided), effects| TransferReceipt {
                transfer_id: *transfer_id,
                origin: origin.receipt(effects),
                destination: destination.part(),
            },
        };
        self.stock.run(caller, task).await
    }
}

/// Move pieces from one location to another
#[utoipa::path(post, path = "/v1/stock/transfers", tag = "stock", request_body = TransferBody, responses(
    (status = 200, description = "Both locations have recorded the transfer.", body = TransferReceipt),
))]
async fn transfer_stock(
    State(inventory): State<Arc<Inventory>>,
    Keyed(caller): Keyed,
    JsonBody(body): JsonBody<TransferBody>,
) -> Result<Done<TransferReceipt>, Refusal> {
    inventory.transfer_stock(&caller, body.check()?).await.map(Done)
}
