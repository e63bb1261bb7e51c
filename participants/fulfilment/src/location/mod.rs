//! Locations: the places of a tenant that send goods.

mod body;
mod change;
mod locations;
mod path;
mod pause;
mod receipt;
mod register;
mod resume;
mod view;

use command_kit::http::ServiceState;
use command_kit::http::form::Text;
use utoipa_axum::router::OpenApiRouter;

pub use locations::Locations;
pub use receipt::{LocationReceipt, LocationStatus};
pub use view::{LocationPage, LocationView};

/// What handlers share.
type AppState = ServiceState<Locations>;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    let commands = [change::routes, pause::routes, resume::routes];
    commands.iter().fold(view::routes(), |routes, command| routes.merge(command()))
}

/// The forms of all texts of requests.
pub(crate) fn texts() -> impl Iterator<Item = &'static Text> {
    [register::TEXTS, body::TEXTS, pause::TEXTS].into_iter().flatten()
}
