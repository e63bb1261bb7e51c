use std::sync::Arc;

use axum::extract::State;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Caller, Fields, Refusal};
use domain::kitchen::{MenuItem, SetMenuItem};
use domain::{LocationId, Sku, StationName};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::KitchenPath;
use super::receipt::{KitchenReceipt, Reply};
use super::run::KitchenAsk;
use crate::context::{AppState, Kitchens};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(set_menu_item))
}

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[
    Text::new("MenuItemBody", "sku", Form::Identifier, 64),
    Text::new("MenuItemBody", "station", Form::Identifier, 32),
];

/// How a SKU is made.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"sku": "burger", "station": "grill", "course": 1, "preparationS": 480}))]
struct MenuItemBody {
    /// The SKU.
    sku: String,
    /// The station that it is made at.
    station: String,
    /// Items of a course are begun when all of the earlier courses are done.
    #[schema(minimum = 1, maximum = 20)]
    course: u32,
    /// How many seconds one piece takes.
    #[schema(minimum = 1, maximum = 14_400)]
    preparation_s: u32,
}

impl MenuItemBody {
    fn check(self) -> Result<MenuItem, Refusal> {
        let mut fields = Fields::default();
        let sku = fields.check("/sku", Sku::try_new(self.sku));
        let station = fields.check("/station", StationName::try_new(self.station));
        let (course, preparation_s) = (self.course, self.preparation_s);
        fields.finish(|| Some(MenuItem { sku: sku?, station: station?, course, preparation_s }))
    }
}

impl Kitchens {
    /// Puts a SKU on the menu, or changes how it is made.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.kitchen.set_menu_item", skip_all, fields(location = %location, sku = %item.sku))]
    pub async fn set_menu_item(
        &self,
        caller: &Caller,
        location: LocationId,
        item: MenuItem,
    ) -> Result<Answer<KitchenReceipt>, Refusal> {
        let ask = KitchenAsk {
            operation: "kitchen.set_menu_item",
            location,
            input: &item,
            command: &|tenant, at| SetMenuItem { tenant, item: item.clone(), at }.into(),
        };
        self.run(caller, ask).await
    }
}

/// Put a SKU on the menu, or change how it is made
#[utoipa::path(post, path = "/v1/kitchens/{location}/menu", tag = "kitchens", request_body = MenuItemBody, responses(
    (status = 200, description = "The menu has the SKU.", body = KitchenReceipt),
))]
async fn set_menu_item(
    State(kitchens): State<Arc<Kitchens>>,
    Keyed(caller): Keyed,
    KitchenPath(location): KitchenPath,
    JsonBody(body): JsonBody<MenuItemBody>,
) -> Result<Reply, Refusal> {
    kitchens.set_menu_item(&caller, location, body.check()?).await.map(Reply)
}
