//! Fulfilment: what locations have to send of orders, and how far they have come.
//!
//! One file for each thing that a location's staff report, with its endpoint; [`requests`] has what other participants ask for in
//! messages, [`kitchens`] what kitchens report, [`shipments`] what carriers show, [`location`] the locations themselves. Each is decided on one stream.
//!
//! Guarantees: a request that is repeated, by HTTP or in a message, has one effect and one answer; nothing is reported as shipped
//! before it was released. Does not: choose locations, or move stock. Whoever asks does.

mod accept;
mod code;
mod deliver;
mod fulfilments;
pub mod kitchens;
pub mod location;
mod lose;
mod openapi;
mod pack;
mod path;
mod pick;
mod receipt;
mod reject;
pub mod requests;
mod ship;
pub mod shipments;
mod view;

use std::sync::Arc;

use axum::Router;
use command_kit::http::form::Text;
use command_kit::http::{CommandLimits, ServiceState, served};
use service_kit::auth::Verifier;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

pub use fulfilments::{AskError, AskedBy, Fulfilments};
pub use location::Locations;
pub use openapi::openapi;
pub use receipt::{FulfilmentReceipt, FulfilmentStatus};
pub use view::{FulfilmentLineView, FulfilmentView};

/// The service's dependencies.
pub struct Deps {
    pub fulfilments: Arc<Fulfilments>,
    pub locations: Arc<Locations>,
    /// Checks bearer tokens.
    pub verifier: Verifier,
    pub limits: CommandLimits,
}

/// The routes under `/v1/fulfilments` and `/v1/locations`, and their description.
pub fn router(deps: Deps) -> (Router, OpenApi) {
    let Deps { fulfilments, locations, verifier, limits } = deps;
    let (of_fulfilments, _) = routes().split_for_parts();
    let (of_locations, _) = location::routes().split_for_parts();
    let of_locations = served(of_locations, locations, verifier.clone(), &limits);
    (served(of_fulfilments, fulfilments, verifier, &limits).merge(of_locations), openapi())
}

/// What handlers share.
type AppState = ServiceState<Fulfilments>;

fn routes() -> OpenApiRouter<AppState> {
    let at_location = [accept::routes, reject::routes, pick::routes, pack::routes];
    let under_way = [ship::routes, deliver::routes, lose::routes];
    at_location.iter().chain(&under_way).fold(view::routes(), |routes, report| routes.merge(report()))
}

/// The forms of all texts of requests.
fn texts() -> impl Iterator<Item = &'static Text> {
    reject::TEXTS.iter().chain(ship::TEXTS).chain(location::texts())
}
