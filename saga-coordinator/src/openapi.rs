//! The description of operators' commands: generated from the handlers, completed with what all commands share.

use std::sync::LazyLock;

use command_kit::http::describe;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::operate::{self, TEXTS};

#[derive(utoipa::OpenApi)]
#[openapi(tags((name = "sagas", description = "What drives orders to their end, and the tasks of people in it.")))]
struct Described;

/// The description of every route of [`super::router`], made once.
pub fn openapi() -> OpenApi {
    static MADE: LazyLock<OpenApi> = LazyLock::new(make);
    MADE.clone()
}

fn make() -> OpenApi {
    let described = describe::Described {
        noun: |_| "saga",
        ids: &[("id", "The order's id.")],
        looks_up: |_| false,
        has_versions: |_| true,
    };
    let routes = OpenApiRouter::with_openapi(Described::openapi().merge_from(describe::shared()));
    described.complete(routes.merge(operate::routes()).into_openapi(), TEXTS.iter())
}
