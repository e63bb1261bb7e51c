use std::sync::Arc;

use axum::extract::{Request, State};
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Caller, Fields, Refusal};
use domain::order::AddNote;
use domain::{OrderId, Reason};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::OrderPath;
use super::receipt::Receipt;
use super::{Command, Link, Orders, Outcome, Trying, body};

pub(super) const COMMAND: Command = Command {
    name: "add-note",
    routes: || OpenApiRouter::default().routes(routes!(add_note)),
    dry_run,
    link: Some(Link::OfOrder("add_note")),
    texts: &[Text::new("NoteBody", "note", Form::Line, 500)],
};

/// Add a note to an order.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"note": "wants it wrapped"}))]
struct NoteBody {
    /// What it says. It is published with the event, and whoever sees the order sees it, so it must not hold personal data.
    #[schema(max_length = 500)]
    note: String,
}

impl NoteBody {
    fn check(self, orders: &Orders) -> Result<AddNote, Refusal> {
        let mut fields = Fields::default();
        let note = fields.check("/note", Reason::try_new(self.note));
        fields.finish(|| Some(AddNote { note: note?, at: orders.now() }))
    }
}

impl Orders {
    /// Adds a note to an order, in whatever state it is.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.add_note", skip_all, fields(order.id = %order_id))]
    pub async fn add_note(&self, caller: &Caller, order_id: OrderId, input: AddNote) -> Result<Outcome, Refusal> {
        self.run(caller, order_id, "order.add_note", &input, input.clone()).await
    }
}

/// Add a note to an order
///
/// In every state, also after its end. An order has at most 200 notes.
#[utoipa::path(post, path = "/v1/orders/{id}/notes", tag = "orders", request_body = NoteBody, responses(
    (status = 200, description = "The note is added.", body = Receipt),
))]
async fn add_note(
    State(orders): State<Arc<Orders>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<NoteBody>,
) -> Result<Outcome, Refusal> {
    orders.add_note(&caller, order, body.check(&orders)?).await
}

fn dry_run(orders: Arc<Orders>, caller: Caller, order: OrderId, request: Request) -> Trying {
    Box::pin(async move {
        let input = body::<NoteBody>(request).await?.check(&orders)?;
        orders.add_note(&caller, order, input).await
    })
}
