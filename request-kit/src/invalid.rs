//! Records whose fields hold what the contract does not allow.

use service_kit::BoxError;

/// A field that no record of the contract has so. Whoever wrote it does not keep to the contract.
#[derive(Debug, thiserror::Error)]
#[error("field {field} of the record is not acceptable")]
pub struct InvalidField {
    field: &'static str,
    #[source]
    source: BoxError,
}

/// Turns the refusal of a field's value into [`InvalidField`].
pub fn invalid<E: std::error::Error + Send + Sync + 'static>(field: &'static str) -> impl Fn(E) -> InvalidField {
    move |source| InvalidField { field, source: Box::new(source) }
}
