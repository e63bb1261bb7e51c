//! The description of payments' commands: generated from the handlers, completed with what all commands share.

use std::sync::LazyLock;

use command_kit::http::describe;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{bank, payment};

#[derive(utoipa::OpenApi)]
#[openapi(tags(
    (name = "payments", description = "Paying for orders."),
    (name = "bank transfers", description = "What statements show, and what is to be transferred."),
))]
struct Described;

/// The description of every route of [`super::router`], webhooks apart, made once.
pub fn openapi() -> OpenApi {
    static MADE: LazyLock<OpenApi> = LazyLock::new(make);
    MADE.clone()
}

fn make() -> OpenApi {
    let described = describe::Described {
        noun: |path| if path.starts_with("/v1/outgoing-transfers") { "transfer" } else { "payment" },
        ids: &[("id", "The order's id."), ("pid", "The payment's id."), ("transfer", "The transfer's id.")],
        looks_up: |path| path == "/v1/bank-entries",
        // Entries and transfers are rows.
        has_versions: |path| path.starts_with("/v1/orders"),
    };
    let routes = OpenApiRouter::with_openapi(Described::openapi().merge_from(describe::shared()));
    let routes = routes.merge(payment::routes()).merge(bank::routes());
    described.complete(routes.into_openapi(), payment::texts().chain(bank::texts()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_says_what_it_needs_and_every_text_has_a_form() {
        assert_eq!(command_kit::testing::assert_described(super::openapi(), &[]), 11);
    }
}
