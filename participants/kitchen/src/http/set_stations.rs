use std::sync::Arc;

use axum::extract::State;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Answer, Caller, Fields, Refusal};
use domain::kitchen::{KitchenStation, SetStations};
use domain::{LocationId, StationName};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::KitchenPath;
use super::receipt::{KitchenReceipt, Reply};
use super::run::KitchenAsk;
use crate::context::{AppState, Kitchens};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(set_stations))
}

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[Text::new("KitchenStationBody", "name", Form::Identifier, 32)];

/// The stations of a kitchen.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"stations": [{"name": "grill", "capacity": 3}]}))]
struct KitchenStationsBody {
    /// All of them.
    #[schema(min_items = 1, max_items = 50)]
    stations: Vec<KitchenStationBody>,
}

/// A place where some of the menu is prepared.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KitchenStationBody {
    /// The kitchen's name of it.
    name: String,
    /// Items that it has in hand at once.
    #[schema(minimum = 1, maximum = 100)]
    capacity: u32,
}

impl KitchenStationsBody {
    fn check(self) -> Result<Vec<KitchenStation>, Refusal> {
        let mut fields = Fields::default();
        let stations: Vec<_> = (0_usize..)
            .zip(self.stations)
            .map(|(index, station)| {
                let name = fields.check(&format!("/stations/{index}/name"), StationName::try_new(station.name));
                name.map(|name| KitchenStation { name, capacity: station.capacity })
            })
            .collect();
        fields.finish(|| stations.into_iter().collect())
    }
}

impl Kitchens {
    /// Says which stations a kitchen has. The first time makes the location one.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.kitchen.set_stations", skip_all, fields(location = %location))]
    pub async fn set_stations(
        &self,
        caller: &Caller,
        location: LocationId,
        stations: Vec<KitchenStation>,
    ) -> Result<Answer<KitchenReceipt>, Refusal> {
        let ask = KitchenAsk {
            operation: "kitchen.set_stations",
            location: location.clone(),
            input: &stations,
            command: &|tenant, at| {
                let (location, stations) = (location.clone(), stations.clone());
                SetStations { tenant, location, stations, at }.into()
            },
        };
        self.run(caller, ask).await
    }
}

/// Say which stations a kitchen has
#[utoipa::path(post, path = "/v1/kitchens/{location}/stations", tag = "kitchens", request_body = KitchenStationsBody, responses(
    (status = 200, description = "The location has a kitchen of these stations.", body = KitchenReceipt),
))]
async fn set_stations(
    State(kitchens): State<Arc<Kitchens>>,
    Keyed(caller): Keyed,
    KitchenPath(location): KitchenPath,
    JsonBody(body): JsonBody<KitchenStationsBody>,
) -> Result<Reply, Refusal> {
    kitchens.set_stations(&caller, location, body.check()?).await.map(Reply)
}
