//! The description of shipping's commands: generated from the handlers, completed with what all commands share.

use std::sync::LazyLock;

use command_kit::http::describe;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::{location_routes, shipment_routes, texts};

#[derive(utoipa::OpenApi)]
#[openapi(tags((name = "shipping", description = "How locations ship with carriers, and the parcels of fulfilments.")))]
struct Described;

/// The description of every route of [`super::router`], webhooks apart, made once.
pub fn openapi() -> OpenApi {
    static MADE: LazyLock<OpenApi> = LazyLock::new(make);
    MADE.clone()
}

fn make() -> OpenApi {
    let described = describe::Described {
        noun: |path| if path.starts_with("/v1/locations") { "shipping of the location" } else { "shipment" },
        ids: &[("id", "The shipment's id, which is its fulfilment's.")],
        looks_up: |_| false,
        has_versions: |_| true,
    };
    let router = OpenApiRouter::with_openapi(Described::openapi().merge_from(describe::shared()));
    let merged = router.merge(shipment_routes()).into_openapi().merge_from(location_routes().into_openapi());
    described.complete(merged, texts())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_says_what_it_needs_and_every_text_has_a_form() {
        assert_eq!(command_kit::testing::assert_described(super::openapi(), &[]), 5);
    }
}
