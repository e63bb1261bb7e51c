//! What the descriptions of all commands share: security, keys, versions, problems.

use service_kit::problem::{FieldError, Problem};
use utoipa::OpenApi as _;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, Header, HeaderBuilder, OpenApi, PathItem, Ref, RefOr, Required, Response, ResponseBuilder,
    SecurityRequirement,
};

use super::form::{self, Text};

const BEARER: &str = "bearer";

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(Problem, FieldError)))]
struct Shared;

/// The schemas of problems and the bearer token, into which a service's own description is merged.
pub fn shared() -> OpenApi {
    let mut openapi = Shared::openapi();
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("A JWT signed with EdDSA or RS256, with the claims iss, aud, exp, sub, tenant and scope."))
        .build();
    let components = openapi.components.get_or_insert_default();
    components.security_schemes.insert(BEARER.to_owned(), SecurityScheme::Http(scheme).into());
    openapi
}

/// How the description of a service's routes is completed.
pub struct Described {
    /// What answers call the aggregate of a path.
    pub noun: fn(&str) -> &'static str,
    /// The parameters of paths that are UUIDs, with what they are. Others are described by their handlers.
    pub ids: &'static [(&'static str, &'static str)],
    /// Whether a route without an id may still find nothing, or break a rule when it reads.
    pub looks_up: fn(&str) -> bool,
    /// Whether what a path leads to has versions.
    pub has_versions: fn(&str) -> bool,
}

impl Described {
    /// Adds what every route has in addition to what its handler says: parameters, headers, refusals, and the forms of texts.
    pub fn complete<'a>(&self, mut openapi: OpenApi, texts: impl Iterator<Item = &'a Text>) -> OpenApi {
        form::complete(&mut openapi, texts);
        for (path, item) in &mut openapi.paths.paths {
            for (method, operation) in operations(item) {
                self.complete_operation(path, &method, operation);
            }
        }
        openapi
    }

    fn complete_operation(&self, path: &str, method: &HttpMethod, operation: &mut Operation) {
        let (noun, looks_up) = ((self.noun)(path), (self.looks_up)(path));
        let has_versions = (self.has_versions)(path);
        let changes = *method != HttpMethod::Get;
        secure(operation);
        let ids = self.ids.iter().filter(|(name, _)| path.contains(&format!("{{{name}}}")));
        let mut added: Vec<_> = ids
            .map(|(name, is)| parameter(name, ParameterIn::Path, true, is, text(Some(KnownFormat::Uuid), None)))
            .collect();
        let has_id = !added.is_empty() || names_one(operation);
        if changes {
            added.push(key_parameter(true));
        }
        if changes && has_id && has_versions {
            added.push(version_parameter(noun, false));
        }
        operation.parameters.get_or_insert_default().extend(added.into_iter().map(RefOr::T));
        for response in operation.responses.responses.values_mut() {
            let RefOr::T(response) = response else { continue };
            if has_versions {
                add_headers(response, noun, changes);
            } else {
                add_budget_headers(response);
            }
        }
        for (status, description) in problems(noun) {
            let applies = match status {
                "404" => has_id || looks_up,
                "412" => changes && has_id && has_versions,
                "409" => changes,
                "422" => changes || looks_up,
                "408" | "413" | "415" => operation.request_body.is_some(),
                "428" => false,
                _ => true,
            };
            if applies {
                add_problem(operation, status, &description);
            }
        }
    }
}

/// Whether a handler describes a parameter of its path itself, such as a code.
fn names_one(operation: &Operation) -> bool {
    let is_in_path = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Path);
    operation.parameters.iter().flatten().any(is_in_path)
}

/// The operations of a path.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Delete, &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

/// Says that an operation needs a token.
pub fn secure(operation: &mut Operation) {
    operation.security = Some(vec![SecurityRequirement::new(BEARER, Vec::<String>::new())]);
}

/// The refusals that commands have, by status, in the words of an aggregate.
pub fn problems(noun: &str) -> [(&'static str, String); 13] {
    [
        ("400", "The request cannot be read, or lacks its Idempotency-Key.".to_owned()),
        ("401", "No token, or one that is not taken.".to_owned()),
        ("403", "The token does not allow this.".to_owned()),
        ("404", "Absent, or somebody else's.".to_owned()),
        ("408", "The body took too long.".to_owned()),
        ("409", format!("The state forbids it, the same key is still at work, or others kept changing the {noun}.")),
        ("412", format!("The {noun} is at another version than If-Match expects.")),
        ("413", "The body is too large.".to_owned()),
        ("415", "The body is of another content type.".to_owned()),
        ("422", "Values break a rule, or the Idempotency-Key belongs to another request.".to_owned()),
        ("428", "If-Match is required.".to_owned()),
        ("429", "The token's subject, or its tenant, has had its share. See Retry-After.".to_owned()),
        ("503", "Too much is going on, or the store does not answer. See Retry-After.".to_owned()),
    ]
}

/// Adds a problem as the answer of a status.
pub fn add_problem(operation: &mut Operation, status: &str, description: &str) {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new().description(description).content("application/problem+json", content).build();
    operation.responses.responses.insert(status.to_owned(), RefOr::T(response));
}

/// A text; `pattern` is a regular expression of ECMA-262.
pub fn text(format: Option<KnownFormat>, pattern: Option<&str>) -> ObjectBuilder {
    let object = ObjectBuilder::new().schema_type(Type::String).format(format.map(SchemaFormat::KnownFormat));
    object.pattern(pattern)
}

/// A header of an answer.
pub fn header(description: &str) -> RefOr<Header> {
    RefOr::T(HeaderBuilder::new().schema(Some(Schema::from(text(None, None)))).description(Some(description)).build())
}

/// Adds the headers of an answer with a version, but for those of its aggregate.
pub fn add_headers(response: &mut Response, noun: &str, changes: bool) {
    let tag = format!("The {noun}'s version, such as \"17\"; send it back as If-Match.");
    response.headers.insert("ETag".to_owned(), header(&tag));
    add_budget_headers(response);
    if changes {
        let replayed = "true where the same Idempotency-Key was answered so before.";
        response.headers.insert("Idempotent-Replayed".to_owned(), header(replayed));
    }
}

/// Adds the headers that every answer has.
fn add_budget_headers(response: &mut Response) {
    let headers = &mut response.headers;
    let policy =
        "The budget of the token's subject, as draft-ietf-httpapi-ratelimit-headers writes it; absent without one.";
    headers.insert("RateLimit-Policy".to_owned(), header(policy));
    headers.insert("RateLimit".to_owned(), header("What is left of it."));
}

/// The header with a request's key.
pub fn key_parameter(required: bool) -> Parameter {
    let description = "Your own name for this request, 1 to 255 printable ASCII characters. A repeat with the same key \
        and body has no second effect and gets the first answer.";
    let schema = text(None, Some("^[!-~]([ -~]*[!-~])?$")).min_length(Some(1)).max_length(Some(255));
    parameter("Idempotency-Key", ParameterIn::Header, required, description, schema)
}

/// The header with the version that a command expects.
pub fn version_parameter(noun: &str, required: bool) -> Parameter {
    let description =
        format!("The ETag of the {noun} as you know it. The command is refused if the {noun} is at another version.");
    let schema = text(None, Some("^(\\*|\"[1-9][0-9]{0,17}\")$"));
    parameter("If-Match", ParameterIn::Header, required, &description, schema)
}

/// A parameter.
pub fn parameter(
    name: &str,
    location: ParameterIn,
    required: bool,
    description: &str,
    schema: ObjectBuilder,
) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(location)
        .required(if required { Required::True } else { Required::False })
        .description(Some(description))
        .schema(Some(Schema::from(schema)))
        .build()
}
