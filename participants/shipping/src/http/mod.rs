//! The endpoints of shipping: how locations ship, and shipments.

mod body;
mod get_shipping;
mod locations;
mod openapi;
mod path;
mod receipt;
mod retry;
mod set_shipping;
mod stop_shipping;
mod view;

use std::sync::Arc;

use axum::Router;
use command_kit::http::form::Text;
use command_kit::http::{CommandLimits, served};
use service_kit::auth::Verifier;
use service_kit::standard_webhooks::WebhookKey;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::context::{LocationState, ShipmentState, Shipments, ShippingLocations};
use crate::webhook;

pub use get_shipping::ShippingView;
pub use openapi::openapi;
pub use receipt::{ShipmentReceipt, ShippingReceipt};
pub use view::ShipmentView;

/// The service's dependencies.
pub struct Deps {
    pub shipments: Arc<Shipments>,
    pub locations: Arc<ShippingLocations>,
    /// Checks bearer tokens.
    pub verifier: Verifier,
    /// Signs carriers' webhooks; without it none is taken.
    pub webhook_key: Option<WebhookKey>,
    pub limits: CommandLimits,
}

/// The routes under `/v1/shipments`, `/v1/locations/{code}/shipping` and `/v1/webhooks/carriers`, and their description.
pub fn router(deps: Deps) -> (Router, OpenApi) {
    let Deps { shipments, locations, verifier, webhook_key, limits } = deps;
    let webhooks = webhook::routes(Arc::clone(&shipments), webhook_key);
    let (of_shipments, _) = shipment_routes().split_for_parts();
    let (of_locations, _) = location_routes().split_for_parts();
    let of_locations = served(of_locations, locations, verifier.clone(), &limits);
    (served(of_shipments, shipments, verifier, &limits).merge(of_locations).merge(webhooks), openapi())
}

fn shipment_routes() -> OpenApiRouter<ShipmentState> {
    view::routes().merge(retry::routes())
}

fn location_routes() -> OpenApiRouter<LocationState> {
    set_shipping::routes()
}

/// The forms of all texts of requests.
fn texts() -> impl Iterator<Item = &'static Text> {
    body::TEXTS.iter()
}
