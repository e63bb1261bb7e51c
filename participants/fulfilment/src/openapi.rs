//! The description of fulfilment's commands: generated from the handlers, completed with what all commands share.

use std::sync::LazyLock;

use command_kit::http::describe;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{location, routes, texts};

#[derive(utoipa::OpenApi)]
#[openapi(tags(
    (name = "fulfilments", description = "What locations have to send of orders."),
    (name = "locations", description = "The places that send goods."),
))]
struct Described;

/// The description of every route of [`super::router`], made once.
pub fn openapi() -> OpenApi {
    static MADE: LazyLock<OpenApi> = LazyLock::new(make);
    MADE.clone()
}

fn make() -> OpenApi {
    let described = describe::Described {
        noun: |path| if path.starts_with("/v1/locations") { "location" } else { "fulfilment" },
        ids: &[("id", "The fulfilment's id.")],
        looks_up: |_| false,
        has_versions: |_| true,
    };
    let router = OpenApiRouter::with_openapi(Described::openapi().merge_from(describe::shared()));
    let merged = router.merge(routes()).into_openapi().merge_from(location::routes().into_openapi());
    described.complete(merged, texts())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_says_what_it_needs_and_every_text_has_a_form() {
        assert_eq!(command_kit::testing::assert_described(super::openapi(), &[]), 14);
    }
}
