//! The JSON of an answer as it grows, and the errors of its fields.

use async_graphql::{Error, PathSegment, Pos, ServerError};
use read_models::RowError;
use serde::Serialize;

use crate::error::internal;

/// JSON, and the errors of fields that are null in it.
#[derive(Debug)]
pub struct Writer {
    json: Vec<u8>,
    errors: Vec<Failure>,
}

/// A field that failed.
#[derive(Debug)]
pub struct Failure(Box<Failed>);

#[derive(Debug)]
struct Failed {
    error: Error,
    /// Where the field stands in the query; none until the field is known.
    position: Option<Pos>,
    /// From the field outwards.
    path: Vec<PathSegment>,
}

/// Room for an answer of usual size, so that it is not copied while it grows.
const JSON_BYTES: usize = 32 * 1_024;

impl Writer {
    /// A writer of an empty text.
    pub fn new() -> Self {
        Self { json: Vec::with_capacity(JSON_BYTES), errors: Vec::new() }
    }

    /// Writes text that is JSON.
    pub fn raw(&mut self, json: &[u8]) {
        self.json.extend_from_slice(json);
    }

    /// Writes a scalar.
    pub fn scalar(&mut self, value: &(impl Serialize + ?Sized)) {
        serde_json::to_writer(&mut self.json, value).expect("a scalar is plain data");
    }

    /// Writes a text that needs no escapes.
    pub fn plain_text(&mut self, text: &str) {
        self.json.push(b'"');
        self.raw(text.as_bytes());
        self.json.push(b'"');
    }

    /// Writes a value that may be null, which it is if it fails; then its error is kept.
    pub fn nullable(&mut self, write: impl FnOnce(&mut Self) -> Result<(), Failure>) {
        let begin = self.json.len();
        if let Err(failure) = write(self) {
            self.json.truncate(begin);
            self.raw(b"null");
            self.errors.push(failure);
        }
    }

    /// How many fields are null by an error so far, for [`Self::locate`].
    pub const fn failures(&self) -> usize {
        self.errors.len()
    }

    /// Says of the failures after the first `known` that they are within a field.
    pub fn locate(&mut self, known: usize, key: &str, position: Pos) {
        for failure in &mut self.errors[known..] {
            failure.add_field(key, position);
        }
    }

    /// Says of the failures after the first `known` that they are within an item of a list.
    pub fn locate_at(&mut self, known: usize, index: usize) {
        for failure in &mut self.errors[known..] {
            failure.0.path.push(PathSegment::Index(index));
        }
    }

    /// The JSON, and the errors below a path.
    pub fn finish(self, root: &[PathSegment]) -> (Vec<u8>, Vec<ServerError>) {
        (self.json, self.errors.into_iter().map(|failure| failure.into_server_error(root)).collect())
    }
}

impl Failure {
    /// The failure as one of the field around it.
    pub fn within(mut self, key: &str, position: Pos) -> Self {
        self.add_field(key, position);
        self
    }

    fn add_field(&mut self, key: &str, position: Pos) {
        self.0.position.get_or_insert(position);
        self.0.path.push(PathSegment::Field(key.to_owned()));
    }

    /// The failure as one of an item of a list.
    pub fn at(mut self, index: usize) -> Self {
        self.0.path.push(PathSegment::Index(index));
        self
    }

    /// The error as it is sent, with the path of the root before its own.
    pub fn into_server_error(self, root: &[PathSegment]) -> ServerError {
        let Failed { error, position, path } = *self.0;
        let mut error = error.into_server_error(position.unwrap_or_default());
        error.path = root.iter().cloned().chain(path.into_iter().rev()).collect();
        error
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(Box::new(Failed { error, position: None, path: Vec::new() }))
    }
}

/// A row that no projector wrote is logged, and the client learns that something is wrong.
impl From<RowError> for Failure {
    fn from(error: RowError) -> Self {
        internal(&error).into()
    }
}
