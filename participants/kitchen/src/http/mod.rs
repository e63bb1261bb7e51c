//! The endpoints of kitchens: one file for each command, and what they share.

mod cook;
mod openapi;
mod path;
mod receipt;
mod run;
mod set_menu_item;
mod set_mode;
mod set_sold_out;
mod set_staff;
mod set_stations;
mod ticket_view;
mod view;

use std::sync::Arc;

use axum::Router;
use command_kit::http::form::Text;
use command_kit::http::{CommandLimits, served};
use service_kit::auth::Verifier;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::context::{AppState, Kitchens};

pub use openapi::openapi;
pub use receipt::KitchenReceipt;
pub use ticket_view::TicketView;
pub use view::KitchenView;

/// The service's dependencies.
pub struct Deps {
    pub kitchens: Arc<Kitchens>,
    /// Checks bearer tokens.
    pub verifier: Verifier,
    pub limits: CommandLimits,
}

/// The routes under `/v1/kitchens`, and their description.
pub fn router(deps: Deps) -> (Router, OpenApi) {
    let Deps { kitchens, verifier, limits } = deps;
    let (routes, _) = routes().split_for_parts();
    (served(routes, kitchens, verifier, &limits), openapi())
}

fn routes() -> OpenApiRouter<AppState> {
    let commands = [
        set_stations::routes,
        set_menu_item::routes,
        set_sold_out::routes,
        set_staff::routes,
        set_mode::routes,
        cook::routes,
        ticket_view::routes,
    ];
    commands.iter().fold(view::routes(), |routes, command| routes.merge(command()))
}

/// The forms of all texts of requests.
fn texts() -> impl Iterator<Item = &'static Text> {
    [set_stations::TEXTS, set_menu_item::TEXTS, set_sold_out::TEXTS].into_iter().flatten()
}
