//! A kitchen with its open tickets, folded from its stream and therefore strongly consistent.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use command_kit::http::{Unkeyed, versioned};
use command_kit::{Caller, Refusal};
use domain::kitchen::{Dish, Kitchen, KitchenDetails, OpenItem, OpenTicket, Stage};
use domain::{FulfilmentId, KitchenId, LocationId, OrderId, Sku, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::path::KitchenPath;
use super::receipt::ModeView;
use super::run::OF_STAFF;
use crate::code;
use crate::context::{AppState, Kitchens};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(get_kitchen))
}

/// A kitchen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KitchenView {
    /// The id of the kitchen, which follows from tenant and location.
    #[schema(value_type = Uuid)]
    pub id: KitchenId,
    /// The code of the location, such as `zrh-1`.
    pub location: String,
    /// The version of the kitchen, which is also its ETag.
    pub version: i64,
    /// How it works.
    pub mode: ModeView,
    /// How many people are on shift.
    pub on_shift: u32,
    /// Whether the engine cooks for them.
    pub simulated: bool,
    /// Its stations.
    pub stations: Vec<StationView>,
    /// What it can make.
    pub menu: Vec<DishView>,
    /// The tickets with something left to do, in the order in which they are worked on.
    pub tickets: Vec<OpenTicketView>,
}

/// A station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StationView {
    /// The kitchen's name of it.
    pub name: String,
    /// Items that it has in hand at once.
    pub capacity: u32,
    /// Items that it has in hand.
    pub in_hand: u64,
}

/// What a kitchen can make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DishView {
    /// The SKU.
    pub sku: String,
    /// The station that it is made at.
    pub station: String,
    /// Items of a course are begun when all of the earlier courses are done.
    pub course: u32,
    /// How many seconds one piece takes.
    pub preparation_s: u32,
    /// Whether there is none left.
    pub sold_out: bool,
}

/// A ticket with something left to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenTicketView {
    /// The id of the ticket, which is its fulfilment's.
    #[schema(value_type = Uuid)]
    pub id: FulfilmentId,
    /// The id of the order that it is for.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// When it was promised first.
    #[schema(value_type = String, format = DateTime)]
    pub promised_at: Timestamp,
    /// Whether no further item may be begun.
    pub held: bool,
    /// Its items.
    pub items: Vec<OpenItemView>,
}

/// An item of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenItemView {
    /// The SKU.
    pub sku: String,
    /// Pieces.
    pub quantity: u32,
    /// The station that it is made at.
    pub station: String,
    /// Its course.
    pub course: u32,
    /// How many seconds all pieces together take.
    pub preparation_s: u32,
    /// How far it has come.
    pub stage: ItemStageView,
    /// When it is to be done; absent unless somebody has it in hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

/// How far an item has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ItemStageView {
    /// Nobody has it in hand.
    Waiting,
    /// Somebody has it in hand.
    Cooking,
    /// It is done.
    Cooked,
}

impl KitchenView {
    fn of(kitchen: &KitchenDetails, version: i64) -> Self {
        let mut tickets: Vec<_> = kitchen.tickets.iter().collect();
        tickets.sort_by_key(|(_, open)| (open.promised_at, open.place));
        let stations = kitchen.stations.iter().map(|(name, capacity)| StationView {
            name: name.to_string(),
            capacity: *capacity,
            in_hand: u64::try_from(kitchen.in_hand_at(name)).unwrap_or(u64::MAX),
        });
        Self {
            id: KitchenId::of(&kitchen.tenant, &kitchen.location),
            location: kitchen.location.to_string(),
            version,
            mode: ModeView::of(kitchen.mode),
            on_shift: kitchen.staff.on_shift,
            simulated: kitchen.staff.simulated,
            stations: stations.collect(),
            menu: kitchen.menu.iter().map(|(sku, dish)| DishView::of(sku, dish)).collect(),
            tickets: tickets.into_iter().map(|(id, open)| OpenTicketView::of(*id, open)).collect(),
        }
    }
}

impl DishView {
    fn of(sku: &Sku, dish: &Dish) -> Self {
        let Dish { station, course, preparation_s, sold_out } = dish;
        Self {
            sku: sku.to_string(),
            station: station.to_string(),
            course: *course,
            preparation_s: *preparation_s,
            sold_out: *sold_out,
        }
    }
}

impl OpenTicketView {
    fn of(id: FulfilmentId, open: &OpenTicket) -> Self {
        Self {
            id,
            order_id: open.order,
            promised_at: open.promised_at,
            held: open.held,
            items: open.items.iter().map(OpenItemView::of).collect(),
        }
    }
}

impl OpenItemView {
    fn of(open: &OpenItem) -> Self {
        let (stage, until) = match open.stage {
            Stage::Waiting => (ItemStageView::Waiting, None),
            Stage::Cooking(cooking) => (ItemStageView::Cooking, Some(cooking.until)),
            Stage::Cooked => (ItemStageView::Cooked, None),
        };
        Self {
            sku: open.item.sku.to_string(),
            quantity: open.item.quantity.get(),
            station: open.item.station.to_string(),
            course: open.item.course,
            preparation_s: open.item.preparation_s,
            stage,
            until,
        }
    }
}

impl Kitchens {
    /// A kitchen as of now.
    ///
    /// # Errors
    /// A [`Refusal`].
    pub async fn kitchen(&self, caller: &Caller, location: &LocationId) -> Result<KitchenView, Refusal> {
        OF_STAFF.iter().try_for_each(|scope| caller.require(*scope))?;
        let id = KitchenId::of(&caller.principal.tenant, location);
        let loaded = self.runner.units().load::<Kitchen>(&id.to_string()).await;
        let loaded = loaded.map_err(|error| Refusal::of_bus(&error, &code::WORDS))?;
        let kitchen = loaded.state.kitchen().ok_or_else(code::not_found)?;
        Ok(KitchenView::of(kitchen, loaded.version))
    }
}

/// Read a kitchen with its open tickets
#[utoipa::path(get, path = "/v1/kitchens/{location}", tag = "kitchens", responses(
    (status = 200, description = "The kitchen as of now.", body = KitchenView),
))]
async fn get_kitchen(
    State(kitchens): State<Arc<Kitchens>>,
    Unkeyed(caller): Unkeyed,
    KitchenPath(location): KitchenPath,
) -> Result<Response, Refusal> {
    let view = kitchens.kitchen(&caller, &location).await?;
    Ok(versioned(StatusCode::OK, &view, view.version, false))
}
