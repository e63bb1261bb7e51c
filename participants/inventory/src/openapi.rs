//! The description of inventory's commands: generated from the handlers, completed with what all commands share.

use std::sync::LazyLock;

use command_kit::http::describe;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{reservation, stock};

#[derive(utoipa::OpenApi)]
#[openapi(tags(
    (name = "stock", description = "What locations have of SKUs."),
    (name = "reservations", description = "Reserving stock for orders."),
))]
struct Described;

/// The description of every route of [`super::router`], made once.
pub fn openapi() -> OpenApi {
    static MADE: LazyLock<OpenApi> = LazyLock::new(make);
    MADE.clone()
}

fn make() -> OpenApi {
    let described = describe::Described {
        noun: |path| if path.starts_with("/v1/reservations") { "reservation" } else { "stock" },
        ids: &[("id", "The reservation's id.")],
        looks_up: |path| !path.starts_with("/v1/reservations"),
        has_versions: |_| true,
    };
    let routes = OpenApiRouter::with_openapi(Described::openapi().merge_from(describe::shared()));
    described.complete(
        routes.merge(stock::routes()).merge(reservation::routes()).into_openapi(),
        stock::texts().chain(reservation::texts()),
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_says_what_it_needs_and_every_text_has_a_form() {
        assert_eq!(command_kit::testing::assert_described(super::openapi(), &["OpeningStockRow"]), 11);
    }
}
