//! The description of the commands: generated from the handlers, completed with what all of them share.

use std::sync::LazyLock;

use axum::Router;
use command_kit::http::describe::{self, header, operations, parameter, text};
use command_kit::http::form;
use utoipa::OpenApi as _;
use utoipa::openapi::link::Link;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::KnownFormat;
use utoipa::openapi::{OpenApi, RefOr, Required, Response, Server};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::order;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Order engine: commands",
        description = "Commands of orders. Queries beyond a single order use GraphQL, at `/graphql`.",
    ),
    tags(
        (name = "drafts", description = "Putting an order together."),
        (name = "orders", description = "Placing, cancelling and reading orders."),
        (name = "imports", description = "Importing orders of other systems as history."),
        (name = "privacy", description = "Erasing personal data."),
    ),
)]
struct Described;

/// The description of every route of [`super::router`], made once.
pub fn openapi() -> OpenApi {
    static MADE: LazyLock<OpenApi> = LazyLock::new(make);
    MADE.clone()
}

fn make() -> OpenApi {
    let routes = OpenApiRouter::with_openapi(Described::openapi().merge_from(describe::shared()))
        .merge(order::command_routes())
        .merge(order::import_routes());
    let mut openapi = routes.into_openapi();
    // The engine is at the address that the document was fetched from.
    openapi.servers = Some(vec![Server::new("/")]);
    form::complete(&mut openapi, order::texts());
    order::lines_bound(&mut openapi);
    for (path, item) in &mut openapi.paths.paths {
        for (method, operation) in operations(item) {
            complete(path, &method, operation);
        }
    }
    openapi
}

/// The description as JSON, the same bytes for the same code.
pub fn openapi_json() -> String {
    let mut json = openapi().to_pretty_json().expect("a description has a JSON form");
    json.push('\n');
    json
}

/// `/openapi.json`, and a page at `/docs` that reads it.
pub fn docs_router(openapi: OpenApi) -> Router {
    SwaggerUi::new("/docs").url("/openapi.json", openapi).into()
}

/// Adds the parameters and answers that a route has in addition to those of its handler.
fn complete(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let is_import = path == "/v1/imports";
    let is_dry_run = path.contains("/validate/");
    let is_privacy = path.starts_with("/v1/privacy/");
    let changes = !is_import && !is_dry_run && !is_privacy && *method != HttpMethod::Get;
    describe::secure(operation);
    if is_import
        && let Some(RefOr::T(body)) = &mut operation.request_body
        && let Some(RefOr::T(content)) = body.content.get_mut("application/x-ndjson")
    {
        content.example = Some(IMPORT_EXAMPLE.into());
    }
    if is_dry_run {
        name_commands(operation);
    }
    let parameters = operation.parameters.get_or_insert_default();
    parameters.extend(path_parameters(path).map(RefOr::T));
    if changes {
        parameters.push(RefOr::T(describe::key_parameter(*method == HttpMethod::Post)));
    }
    if path.contains("{id}") && *method != HttpMethod::Get {
        parameters.push(RefOr::T(describe::version_parameter(NOUN, path.ends_with("/cancel"))));
    }
    if path.ends_with("/place")
        && let Some(RefOr::T(body)) = &mut operation.request_body
    {
        body.required = Some(Required::False);
    }
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        if is_import || is_privacy {
            continue;
        }
        add_headers(changes, response);
        add_links(path, method, response);
        if path == "/v1/orders" {
            response.headers.insert("Location".to_owned(), header("The order's path."));
        }
    }
    for (status, description) in describe::problems(NOUN) {
        let applies = match status {
            "404" => path.contains("{id}") || is_privacy,
            "409" | "412" | "422" => !is_import && !is_privacy && *method != HttpMethod::Get,
            "428" => path.ends_with("/cancel"),
            "408" | "413" => operation.request_body.is_some() && !is_import,
            "415" => operation.request_body.is_some(),
            _ => true,
        };
        if applies {
            describe::add_problem(operation, status, &description);
        }
    }
}

/// One row; pages that show the description would break it into lines, and a line is a row.
const IMPORT_EXAMPLE: &str = r#"{"source":"online-retail","reference":"536365","number":"536365","kind":"SALE","currency":"GBP","placedAt":"2010-12-01T08:26:00Z","lines":[{"sku":"85123A","quantity":6,"unitPrice":"2.55"}]}"#;

/// What descriptions call an order.
const NOUN: &str = "order";

fn add_headers(changes: bool, response: &mut Response) {
    describe::add_headers(response, NOUN, changes);
    let token = "What a read has to have seen, such as order:{id}@17; send it to GraphQL to read your own writes.";
    response.headers.insert("Order-Consistency-Token".to_owned(), header(token));
}

/// Adds links from an answer to the operations that can follow, for readers of the description and their tools.
fn add_links(path: &str, method: &HttpMethod, response: &mut Response) {
    let is_new_order = path == "/v1/orders" && *method == HttpMethod::Post;
    let is_new_line = path.ends_with("/lines") && *method == HttpMethod::Post;
    let mut linked = Vec::new();
    if is_new_order {
        linked.push(order::Link::OfOrder("get_order"));
    }
    linked.extend(order::COMMANDS.iter().filter_map(|command| command.link));
    for link in linked {
        let (operation, link) = match link {
            order::Link::OfOrder(operation) if is_new_order => {
                (operation, Link::builder().parameter("id", "$response.body#/orderId"))
            }
            order::Link::OfLine(operation) if is_new_line => {
                let link = Link::builder().parameter("id", "$request.path.id");
                (operation, link.parameter("line_id", "$response.body#/lineId"))
            }
            order::Link::OfOrder(_) | order::Link::OfLine(_) => continue,
        };
        response.links.insert(operation.to_owned(), RefOr::T(link.operation_id(operation).build()));
    }
}

/// Names the commands that have a dry run.
fn name_commands(operation: &mut Operation) {
    let names = order::COMMANDS.map(|command| format!("`{}`", command.name));
    let (last, others) = names.split_last().expect("there are commands");
    let sentence = format!(" `command` is one of {} and {last}.", others.join(", "));
    operation.description.get_or_insert_default().push_str(&sentence);
    let of_lines = order::COMMANDS.iter().filter(|command| matches!(command.link, Some(order::Link::OfLine(_))));
    let of_lines: Vec<String> = of_lines.map(|command| format!("`{}`", command.name)).collect();
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        let which = of_lines.join(" and ");
        let said = format!("The body of the command; {which} take `lineId` in it. `place` and `discard` need none.");
        body.description = Some(said);
    }
}

fn path_parameters(path: &str) -> impl Iterator<Item = Parameter> {
    let uuid = || text(Some(KnownFormat::Uuid), None);
    let subject = text(None, Some("^(customer:[!-~]{1,64}|order:[0-9A-Fa-f-]{36})$"));
    let commands = text(None, None).enum_values(Some(order::COMMANDS.map(|command| command.name)));
    let named = [
        ("id", "The order's id.", uuid()),
        ("line_id", "The line's id.", uuid()),
        ("subject", "customer: and the customer's id, or order: and the order's id.", subject),
        ("command", "The command to dry-run.", commands),
    ];
    let taken = named.into_iter().filter(move |(name, ..)| path.contains(&format!("{{{name}}}")));
    taken.map(|(name, description, schema)| parameter(name, ParameterIn::Path, true, description, schema))
}
