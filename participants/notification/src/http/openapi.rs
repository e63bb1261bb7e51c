//! The description of notification's endpoints: generated from the handlers, completed with what all commands share.

use std::sync::LazyLock;

use command_kit::http::describe;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::{routes, texts};

#[derive(utoipa::OpenApi)]
#[openapi(tags(
    (name = "notifications", description = "What customers are told of orders."),
    (name = "webhooks", description = "What a merchant's systems are told of orders."),
))]
struct Described;

/// The description of every route of [`super::router`], links to unsubscribe apart, made once.
pub fn openapi() -> OpenApi {
    static MADE: LazyLock<OpenApi> = LazyLock::new(make);
    MADE.clone()
}

fn make() -> OpenApi {
    let described = describe::Described {
        noun: |path| {
            let is_of_notifications = path.starts_with("/v1/notifications") || path.ends_with("/notifications");
            if is_of_notifications { "notification" } else { "endpoint" }
        },
        ids: &[("id", "The id of the notification, the endpoint or the order.")],
        looks_up: |path| path == "/v1/notification-preferences",
        // Endpoints and preferences are rows.
        has_versions: |path| path.starts_with("/v1/notifications"),
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
