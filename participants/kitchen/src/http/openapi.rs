//! The description of kitchens' commands: generated from the handlers, completed with what all commands share.

use std::sync::LazyLock;

use command_kit::http::describe;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::{routes, texts};

#[derive(utoipa::OpenApi)]
#[openapi(tags(
    (name = "kitchens", description = "Stations, staff, menu and tickets of locations that cook."),
))]
struct Described;

/// The description of every route of [`super::router`], made once.
pub fn openapi() -> OpenApi {
    static MADE: LazyLock<OpenApi> = LazyLock::new(make);
    MADE.clone()
}

fn make() -> OpenApi {
    let described = describe::Described {
        noun: |path| if path.ends_with("/tickets/{id}") { "ticket" } else { "kitchen" },
        ids: &[
            ("location", "The tenant's code of the location."),
            ("id", "The ticket's id, which is its fulfilment's."),
            ("item", "The item's place in the ticket, from 1."),
        ],
        looks_up: |_| false,
        has_versions: |_| true,
    };
    let router = OpenApiRouter::with_openapi(Described::openapi().merge_from(describe::shared()));
    described.complete(router.merge(routes()).into_openapi(), texts())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_operation_says_what_it_needs_and_every_text_has_a_form() {
        assert_eq!(command_kit::testing::assert_described(super::openapi(), &[]), 11);
    }
}
