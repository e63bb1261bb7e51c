//! The description of the commands: generated from the handlers, completed with what all of them share.

use std::sync::LazyLock;

use axum::Router;
use service_kit::problem::{FieldError, Problem};
use utoipa::openapi::link::Link;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, Header, HeaderBuilder, OpenApi, PathItem, Ref, RefOr, Required, Response, ResponseBuilder,
    SecurityRequirement, Server,
};
use utoipa::{Modify, OpenApi as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use command_kit::http::form;

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
    components(schemas(Problem, FieldError)),
    modifiers(&Bearer),
)]
struct Described;

struct Bearer;

const BEARER: &str = "bearer";

impl Modify for Bearer {
    fn modify(&self, openapi: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "A JWT signed with EdDSA or RS256, with the claims iss, aud, exp, sub, tenant and scope.",
            ))
            .build();
        let components = openapi.components.get_or_insert_default();
        components.security_schemes.insert(BEARER.to_owned(), SecurityScheme::Http(scheme).into());
    }
}

/// The description of every route of [`super::router`], made once.
pub fn openapi() -> OpenApi {
    static MADE: LazyLock<OpenApi> = LazyLock::new(make);
    MADE.clone()
}

fn make() -> OpenApi {
    let routes =
        OpenApiRouter::with_openapi(Described::openapi()).merge(order::command_routes()).merge(order::import_routes());
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

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Delete, &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

/// Adds the parameters and answers that a route has in addition to those of its handler.
fn complete(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let is_import = path == "/v1/imports";
    let is_dry_run = path.contains("/validate/");
    let is_privacy = path.starts_with("/v1/privacy/");
    let changes = !is_import && !is_dry_run && !is_privacy && *method != HttpMethod::Get;
    operation.security = Some(vec![SecurityRequirement::new(BEARER, Vec::<String>::new())]);
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
        parameters.push(RefOr::T(key_parameter(*method == HttpMethod::Post)));
    }
    if path.contains("{id}") && *method != HttpMethod::Get {
        parameters.push(RefOr::T(version_parameter(path.ends_with("/cancel"))));
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
    for (status, description) in PROBLEMS {
        let applies = match *status {
            "404" => path.contains("{id}") || is_privacy,
            "409" | "412" | "422" => !is_import && !is_privacy && *method != HttpMethod::Get,
            "428" => path.ends_with("/cancel"),
            "408" | "413" => operation.request_body.is_some() && !is_import,
            "415" => operation.request_body.is_some(),
            _ => true,
        };
        if applies {
            operation.responses.responses.insert((*status).to_owned(), RefOr::T(problem_response(description)));
        }
    }
}

/// One row; pages that show the description would break it into lines, and a line is a row.
const IMPORT_EXAMPLE: &str = r#"{"source":"online-retail","reference":"536365","number":"536365","kind":"SALE","currency":"GBP","placedAt":"2010-12-01T08:26:00Z","lines":[{"sku":"85123A","quantity":6,"unitPrice":"2.55"}]}"#;

const PROBLEMS: &[(&str, &str)] = &[
    ("400", "The request cannot be read, or lacks its Idempotency-Key."),
    ("401", "No token, or one that is not taken."),
    ("403", "The token does not allow this."),
    ("404", "Absent, or somebody else's."),
    ("408", "The body took too long."),
    ("409", "The state forbids it, the same key is still at work, or others kept changing the order."),
    ("412", "The order is at another version than If-Match expects."),
    ("413", "The body is too large."),
    ("415", "The body is of another content type."),
    ("422", "Values break a rule, or the Idempotency-Key belongs to another request."),
    ("428", "If-Match is required."),
    ("429", "The token's subject, or its tenant, has had its share. See Retry-After."),
    ("503", "Too much is going on, or the store does not answer. See Retry-After."),
];

fn problem_response(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}

/// A text; `pattern` is a regular expression of ECMA-262.
fn text(format: Option<KnownFormat>, pattern: Option<&str>) -> ObjectBuilder {
    let object = ObjectBuilder::new().schema_type(Type::String).format(format.map(SchemaFormat::KnownFormat));
    object.pattern(pattern)
}

fn header(description: &str) -> RefOr<Header> {
    RefOr::T(HeaderBuilder::new().schema(Some(Schema::from(text(None, None)))).description(Some(description)).build())
}

fn add_headers(changes: bool, response: &mut Response) {
    let headers = &mut response.headers;
    headers.insert("ETag".to_owned(), header("The order's version, such as \"17\"; send it back as If-Match."));
    let token = "What a read has to have seen, such as order:{id}@17; send it to GraphQL to read your own writes.";
    headers.insert("Order-Consistency-Token".to_owned(), header(token));
    let policy =
        "The budget of the token's subject, as draft-ietf-httpapi-ratelimit-headers writes it; absent without one.";
    headers.insert("RateLimit-Policy".to_owned(), header(policy));
    headers.insert("RateLimit".to_owned(), header("What is left of it."));
    if changes {
        let replayed = "true where the same Idempotency-Key was answered so before.";
        headers.insert("Idempotent-Replayed".to_owned(), header(replayed));
    }
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

fn key_parameter(required: bool) -> Parameter {
    let description = "Your own name for this request, 1 to 255 printable ASCII characters. A repeat with the same key \
        and body has no second effect and gets the first answer.";
    let schema = text(None, Some("^[!-~]([ -~]*[!-~])?$")).min_length(Some(1)).max_length(Some(255));
    parameter("Idempotency-Key", ParameterIn::Header, required, description, schema)
}

fn version_parameter(required: bool) -> Parameter {
    let description =
        "The ETag of the order as you know it. The command is refused if the order is at another version.";
    let schema = text(None, Some("^(\\*|\"[1-9][0-9]{0,17}\")$"));
    parameter("If-Match", ParameterIn::Header, required, description, schema)
}

fn parameter(name: &str, location: ParameterIn, required: bool, description: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(location)
        .required(if required { Required::True } else { Required::False })
        .description(Some(description))
        .schema(Some(Schema::from(schema)))
        .build()
}
