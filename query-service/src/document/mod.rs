//! Parses the text of a query, checks it against the schema, and caches it.
//!
//! Guarantees: what passes is valid as the GraphQL specification says (section 5), and its variables are of their types
//! (section 6.1.2), before anything of it runs; errors have lines and columns from 1, or none. The check is
//! apollo-compiler's; the library that executes checks less. Does not: know costs or callers.

mod inputs;
mod persisted;
mod shape;
mod unique;
mod variables;

use std::sync::{Arc, OnceLock};

use apollo_compiler::schema::{Component, ExtendedType, FieldDefinition};
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument as Checked, Schema, ast, name, ty};
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{Error, Name, Pos, Positioned, ServerError, Value, Variables};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::config::{DOCUMENTS_BYTES_MAX, DOCUMENTS_COUNT};
use crate::cost::{self, CostRefusal, Measured};
use crate::error::Code;
use crate::output::{ObjectInfo, Selected, SelectedOnce};

use shape::Shape;

pub use persisted::{Persisted, PersistedQueries};

/// Tokens of a query at most. The text's own bound leaves room for no more than a few times as many.
const TOKENS_MAX: usize = 20_000;
/// Levels that the checking parser follows. The text's brackets are bounded before.
const RECURSION_MAX: usize = 200;
/// Most errors reported for one query.
const ERRORS_MAX: usize = 20;

/// Parses queries and caches the valid ones.
pub struct Documents {
    schema: Valid<Schema>,
    known: Cache<Arc<str>, Arc<Document>, ByLength>,
}

/// A text that the executing library has parsed; not yet checked.
pub struct Parsed {
    document: ExecutableDocument,
    /// Whether the text was rewritten because the library could not parse the client's own text.
    reworded: bool,
}

/// A valid query.
pub struct Document {
    parsed: Parsed,
    /// The document to execute, if it is not the parsed one.
    marked: Option<ExecutableDocument>,
    operations: Vec<Operation>,
    checked: Valid<Checked>,
}

/// What is the same for all requests that run an operation.
struct Operation {
    name: Option<Name>,
    shape: Shape,
    /// `None` where it depends on variables.
    cost: Option<Measured>,
    /// The same; compiled for the first request.
    selected: OnceLock<Option<SelectedOnce>>,
    /// Why it may not run, if introspection nests too deep in it.
    too_deep: Option<String>,
}

/// Weighs a document by its text: what is parsed of it grows with it.
#[derive(Clone)]
struct ByLength;

impl Weighter<Arc<str>, Arc<Document>> for ByLength {
    fn weight(&self, text: &Arc<str>, _document: &Arc<Document>) -> u64 {
        text.len() as u64
    }
}

impl Documents {
    /// For a schema in GraphQL's own language.
    ///
    /// # Panics
    /// When that is no valid schema, which a test excludes.
    pub fn new(sdl: &str) -> Self {
        let schema = read_schema(sdl);
        Self { schema, known: Cache::with_weighter(DOCUMENTS_COUNT, DOCUMENTS_BYTES_MAX, ByLength) }
    }

    /// A cached valid query.
    pub fn known(&self, text: &str) -> Option<Arc<Document>> {
        self.known.get(text)
    }

    /// Checks a parsed text against the schema and caches it.
    ///
    /// # Errors
    /// All validation errors, at most [`ERRORS_MAX`].
    pub fn check(&self, text: &str, parsed: Parsed) -> Result<Arc<Document>, Vec<ServerError>> {
        let syntax = syntax_of(text)?;
        let checked = syntax.to_executable_validate(&self.schema).map_err(|found| server_errors(&found.errors))?;
        inputs::check(&self.schema, &checked).map_err(|wrong| {
            let at = wrong.location.and_then(|location| location.line_column(&syntax.sources));
            vec![syntax_error(&wrong.message, at.map(|at| Pos { line: at.line, column: at.column }))]
        })?;
        if let Some((name, span)) = unique::doubled(&syntax) {
            let at = span.and_then(|span| span.line_column(&syntax.sources));
            let position = at.map(|at| Pos { line: at.line, column: at.column });
            return Err(vec![syntax_error(&format!("There can be only one input field named \"{name}\"."), position)]);
        }
        let operations = parsed.document.operations.iter();
        let operations =
            operations.map(|(name, operation)| Operation::of(&parsed, &checked, name, operation)).collect();
        let marked = shape::marked(&parsed.document);
        let document = Arc::new(Document { parsed, marked, operations, checked });
        self.known.insert(text.into(), Arc::clone(&document));
        Ok(document)
    }

    /// The variables of an operation, each of its type, with defaults for absent ones.
    ///
    /// # Errors
    /// The request error of the specification, which names the variable.
    pub fn variables(
        &self,
        document: &Document,
        operation: Option<&str>,
        given: serde_json::Map<String, serde_json::Value>,
    ) -> Result<Variables, Error> {
        let found = document.checked.operations.get(operation);
        let definition = found.map_err(|error| Code::BadUserInput.error(error.message().to_string()))?;
        if let Some(reason) = document.operation(operation).and_then(|operation| operation.too_deep.as_ref()) {
            return Err(Code::CostExceeded.error(reason));
        }
        variables::coerce(&self.schema, definition, given)
    }
}

/// The schema, with the parts of introspection that the checking library does not know yet.
fn read_schema(sdl: &str) -> Valid<Schema> {
    let mut schema = Schema::parse(sdl, "schema.graphql").expect("the schema of this crate can be read");
    if let Some(ExtendedType::Object(object)) = schema.types.get_mut("__Type") {
        let one_of = FieldDefinition {
            description: None,
            name: name!("isOneOf"),
            arguments: Vec::new(),
            ty: ty!(Boolean),
            directives: ast::DirectiveList::default(),
        };
        object.make_mut().fields.entry(name!("isOneOf")).or_insert_with(|| Component::new(one_of));
    }
    schema.validate().expect("the schema of this crate is valid")
}

/// Parses a text for the library that executes it.
///
/// # Errors
/// The syntax errors.
pub fn parse(text: &str) -> Result<Parsed, Vec<ServerError>> {
    match parse_query(text) {
        Ok(document) => Ok(Parsed { document, reworded: false }),
        Err(refused) => {
            // The library does not know the newer escapes (`\u{1F600}`, surrogate pairs), so the text is printed
            // without them.
            let syntax = syntax_of(text)?;
            let document = parse_query(syntax.serialize().to_string()).map_err(|_| {
                let position = refused.positions().next().filter(|position| position.line > 0);
                vec![syntax_error("the query cannot be read", position)]
            })?;
            Ok(Parsed { document, reworded: true })
        }
    }
}

fn syntax_of(text: &str) -> Result<ast::Document, Vec<ServerError>> {
    let mut parser = apollo_compiler::parser::Parser::new().recursion_limit(RECURSION_MAX).token_limit(TOKENS_MAX);
    parser.parse_ast(text, "query.graphql").map_err(|found| server_errors(&found.errors))
}

/// Errors as they are sent.
fn server_errors(found: &DiagnosticList) -> Vec<ServerError> {
    let errors = found.iter().take(ERRORS_MAX).map(|diagnostic| {
        let error = diagnostic.unstable_to_json_compat();
        let position = error.locations.first().map(|at| Pos { line: at.line, column: at.column });
        syntax_error(&error.message, position)
    });
    errors.collect()
}

fn syntax_error(message: &str, position: Option<Pos>) -> ServerError {
    let mut error = Code::BadUserInput.error(message).into_server_error(Pos::default());
    error.locations = position.into_iter().collect();
    error
}

impl Parsed {
    /// The parsed document, to measure its cost.
    pub const fn document(&self) -> &ExecutableDocument {
        &self.document
    }

    /// Whether any of its operations would change something.
    pub fn changes(&self) -> bool {
        self.document.operations.iter().any(|(_, operation)| operation.node.ty == OperationType::Mutation)
    }
}

impl Operation {
    fn of(
        parsed: &Parsed,
        checked: &Valid<Checked>,
        name: Option<&Name>,
        definition: &Positioned<OperationDefinition>,
    ) -> Self {
        let text = name.map(Name::as_str);
        let depth = checked.operations.get(text).ok();
        let depth = depth.map(|operation| apollo_compiler::introspection::check_max_depth(checked, operation));
        Self {
            name: name.cloned(),
            shape: Shape::of(&parsed.document, &definition.node.selection_set.node),
            cost: cost::measure_fixed(&parsed.document, text),
            selected: OnceLock::new(),
            too_deep: depth.and_then(Result::err).map(|error| error.message().to_string()),
        }
    }
}

impl Document {
    /// As the executing library has it.
    pub const fn parsed(&self) -> &Parsed {
        &self.parsed
    }

    /// The operation with a name. Without one it is the only operation.
    fn operation(&self, name: Option<&str>) -> Option<&Operation> {
        self.operations.iter().find(|operation| name.is_none() || operation.name.as_deref() == name)
    }

    /// The size of an operation.
    ///
    /// # Errors
    /// [`CostRefusal`].
    pub fn measured(&self, operation: Option<&str>, variables: &Variables) -> Result<Measured, CostRefusal> {
        match self.operation(operation).and_then(|operation| operation.cost) {
            Some(fixed) => Ok(fixed),
            None => cost::measure(&self.parsed.document, operation, variables),
        }
    }

    /// What an operation selects of the root type of queries.
    pub fn selected(&self, operation: Option<&str>, variables: &Variables, root: &'static ObjectInfo) -> Arc<Selected> {
        let once = || SelectedOnce::of_operation(&self.parsed.document, operation, root);
        match self.operation(operation).and_then(|operation| operation.selected.get_or_init(once).as_ref()) {
            Some(once) => once.with(variables),
            None => Selected::of_operation(&self.parsed.document, operation, variables, root),
        }
    }

    /// What the executing library gets.
    pub fn executable(&self) -> ExecutableDocument {
        self.marked.as_ref().unwrap_or(&self.parsed.document).clone()
    }

    /// Puts the fields of an answer in the order of the query.
    pub fn arrange(&self, operation: Option<&str>, data: &mut Value) {
        if let Some(operation) = self.operation(operation) {
            operation.shape.arrange(data);
        }
    }

    /// Whether the text was rewritten, so that error locations do not match the client's own text.
    pub const fn is_reworded(&self) -> bool {
        self.parsed.reworded
    }

    /// Whether the operation that would run is a subscription.
    pub fn subscribes(&self, operation: Option<&str>) -> bool {
        self.checked.operations.get(operation).is_ok_and(|found| found.is_subscription())
    }
}

#[cfg(test)]
mod tests;
