//! A list of fulfilments as a viewer sees it, and its cursors.

use std::sync::OnceLock;

use async_graphql::Result;
use read_models::FulfilmentView;
use read_models::query::{FulfilmentKey, FulfilmentList, FulfilmentPageRequest};

use super::connection::PageArguments;
use super::reading::Reading;

/// A list of fulfilments and a page of it.
pub struct FulfilmentPages {
    pub request: FulfilmentPageRequest,
    pub arguments: PageArguments,
    /// The name of the list, which is part of its cursors' signatures.
    name: OnceLock<String>,
}

impl FulfilmentPages {
    /// A page of a list, as the viewer sees it.
    ///
    /// # Errors
    /// A cursor that was not made for this list.
    pub fn new(reading: &Reading, arguments: PageArguments, list: FulfilmentList) -> Result<Self> {
        let (limit, from_end) = (arguments.limit, arguments.from_end);
        let request = FulfilmentPageRequest { list, after: None, before: None, limit, from_end };
        let mut pages = Self { request, arguments, name: OnceLock::new() };
        pages.request.after = pages.position(reading, pages.arguments.after.as_deref())?;
        pages.request.before = pages.position(reading, pages.arguments.before.as_deref())?;
        Ok(pages)
    }

    fn name(&self, reading: &Reading) -> &str {
        self.name.get_or_init(|| format!("fulfilments of {}, {:?}", reading.visible.tenant, self.request.list))
    }

    /// The position of a cursor.
    fn position(&self, reading: &Reading, cursor: Option<&str>) -> Result<Option<FulfilmentKey>> {
        cursor.map(|cursor| reading.cursors.open(self.name(reading), cursor)).transpose()
    }

    /// A cursor to a fulfilment of the list; `None` for one that is not in it.
    pub fn cursor(&self, reading: &Reading, one: &FulfilmentView) -> Option<String> {
        self.request.list.key(one).map(|key| reading.cursors.seal(self.name(reading), &key))
    }
}
