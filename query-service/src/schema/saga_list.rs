//! A list of sagas as a viewer sees it, and its cursors.

use std::sync::OnceLock;

use async_graphql::Result;
use read_models::SagaView;
use read_models::query::{SagaFilter, SagaKey, SagaPageRequest};

use super::connection::PageArguments;
use super::reading::Reading;

/// A list of sagas and a page of it.
pub struct SagaList {
    pub request: SagaPageRequest,
    pub arguments: PageArguments,
    /// The name of the list, which is part of its cursors' signatures.
    name: OnceLock<String>,
}

impl SagaList {
    /// The list of a filter, as the viewer sees it.
    ///
    /// # Errors
    /// A cursor that was not made for this list.
    pub fn new(reading: &Reading, arguments: PageArguments, filter: SagaFilter) -> Result<Self> {
        let (limit, from_end) = (arguments.limit, arguments.from_end);
        let request = SagaPageRequest { filter, after: None, before: None, limit, from_end };
        let mut list = Self { request, arguments, name: OnceLock::new() };
        list.request.after = list.position(reading, list.arguments.after.as_deref())?;
        list.request.before = list.position(reading, list.arguments.before.as_deref())?;
        Ok(list)
    }

    fn name(&self, reading: &Reading) -> &str {
        self.name.get_or_init(|| format!("sagas of {}, {:?}", reading.visible.tenant, self.request.filter))
    }

    /// The position of a cursor.
    fn position(&self, reading: &Reading, cursor: Option<&str>) -> Result<Option<SagaKey>> {
        cursor.map(|cursor| reading.cursors.open(self.name(reading), cursor)).transpose()
    }

    /// A cursor to a saga of the list.
    pub fn cursor(&self, reading: &Reading, saga: &SagaView) -> String {
        reading.cursors.seal(self.name(reading), &SagaKey::of(saga))
    }
}
