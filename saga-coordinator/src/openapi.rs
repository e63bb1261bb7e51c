//! The description of operators' commands: generated from the handlers, completed with what all commands share.

use std::sync::LazyLock;

use command_kit::http::describe::{self, operations, parameter, text};
use command_kit::http::form;
use utoipa::OpenApi as _;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterIn};
use utoipa::openapi::schema::KnownFormat;
use utoipa::openapi::{OpenApi, RefOr};
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
    let described = Described::openapi().merge_from(describe::shared());
    let mut openapi = OpenApiRouter::with_openapi(described).merge(operate::routes()).into_openapi();
    form::complete(&mut openapi, TEXTS.iter());
    for item in openapi.paths.paths.values_mut() {
        for (method, operation) in operations(item) {
            complete(&method, operation);
        }
    }
    openapi
}

/// Adds the parameters and answers that a route has in addition to those of its handler.
fn complete(method: &HttpMethod, operation: &mut Operation) {
    let noun = "saga";
    let changes = *method != HttpMethod::Get;
    describe::secure(operation);
    let parameters = operation.parameters.get_or_insert_default();
    let schema = text(Some(KnownFormat::Uuid), None);
    parameters.push(RefOr::T(parameter("id", ParameterIn::Path, true, "The order's id.", schema)));
    if changes {
        parameters.push(RefOr::T(describe::key_parameter(true)));
        parameters.push(RefOr::T(describe::version_parameter(noun, false)));
    }
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        describe::add_headers(response, noun, changes);
    }
    for (status, description) in describe::problems(noun) {
        let applies = match status {
            "412" | "409" | "422" => changes,
            "408" | "413" | "415" => operation.request_body.is_some(),
            "428" => false,
            _ => true,
        };
        if applies {
            describe::add_problem(operation, status, &description);
        }
    }
}
