//! The commands of payments, by HTTP and from messages alike, and what tells the provider of them.

mod body;
mod capture;
mod effects;
mod path;
mod pay;
mod refund;
mod request;
mod task;
mod transfer;
mod view;
mod void;
mod wake;

use command_kit::http::form::Text;
use utoipa_axum::router::OpenApiRouter;

use crate::context::AppState;

pub(crate) use body::amount;
pub use request::{AskError, Asked, AskedBy};
pub use transfer::BankTransferView;
pub use view::{PAYMENTS_MAX, PaymentList, PaymentStatus, PaymentView};
pub use wake::waker;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    pay::routes().merge(capture::routes()).merge(void::routes()).merge(refund::routes()).merge(view::routes())
}

/// The forms of all texts of requests.
pub(crate) fn texts() -> impl Iterator<Item = &'static Text> {
    [pay::TEXTS, refund::TEXTS, body::TEXTS].into_iter().flatten()
}
