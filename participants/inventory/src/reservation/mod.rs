//! The commands of reservations, by HTTP and from messages alike.

mod answer;
mod expire;
mod fill;
mod lines;
mod release;
mod renew;
mod request;
mod reserve;
mod ship;
mod unit;
mod view;

use command_kit::http::form::Text;
use utoipa_axum::router::OpenApiRouter;

use crate::context::AppState;

pub use answer::{ReservationReceipt, ReservationStatus};
pub use expire::waker;
pub(crate) use fill::Filled;
pub use lines::{RequestedLineBody, ReservationLineView, ShortageView};
pub use request::{AskError, Asked, AskedBy};
pub use view::ReservationView;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    reserve::routes().merge(renew::routes()).merge(release::routes()).merge(ship::routes()).merge(view::routes())
}

/// The forms of all texts of requests.
pub(crate) fn texts() -> impl Iterator<Item = &'static Text> {
    [reserve::TEXTS, lines::TEXTS].into_iter().flatten()
}
