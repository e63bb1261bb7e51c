//! A list of stock as a viewer sees it: its filter and sort as clients write them, and its cursors.

use std::sync::OnceLock;

use async_graphql::{Enum, InputObject, Result};
use domain::{LocationId, Sku};
use read_models::StockView;
use read_models::query::{StockFilter, StockKey, StockPageRequest, StockSort};

use super::connection::PageArguments;
use super::given::Given;
use super::reading::Reading;
use super::scalars::Long;
use crate::error::Code;

/// A filter of stock. An item must meet all given conditions.
#[derive(Debug, Clone, Default, InputObject)]
pub struct StockWhere {
    /// The SKU.
    pub sku: Given<String>,
    /// The tenant's code of the location.
    pub location: Given<String>,
    /// At least so many pieces are available.
    pub available_gte: Given<Long>,
    /// At most so many pieces are available: what is low.
    pub available_lte: Given<Long>,
}

/// A sort order of stock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Enum)]
pub enum StockOrder {
    /// By SKU, then location, ascending.
    #[default]
    SkuAsc,
    /// By SKU, then location, descending.
    SkuDesc,
    /// By location, then SKU, ascending.
    LocationAsc,
    /// By location, then SKU, descending.
    LocationDesc,
    /// By what is available, least first.
    AvailableAsc,
    /// By what is available, most first.
    AvailableDesc,
}

impl StockOrder {
    /// The sort, and whether the greatest comes first.
    const fn sort(self) -> (StockSort, bool) {
        match self {
            Self::SkuAsc => (StockSort::Sku, false),
            Self::SkuDesc => (StockSort::Sku, true),
            Self::LocationAsc => (StockSort::Location, false),
            Self::LocationDesc => (StockSort::Location, true),
            Self::AvailableAsc => (StockSort::Available, false),
            Self::AvailableDesc => (StockSort::Available, true),
        }
    }
}

/// A list of stock and a page of it.
pub struct StockList {
    pub request: StockPageRequest,
    pub arguments: PageArguments,
    order_by: StockOrder,
    /// The name of the list, which is part of its cursors' signatures.
    name: OnceLock<String>,
}

impl StockList {
    /// The list of a filter and sort, as the viewer sees it.
    ///
    /// # Errors
    /// A filter that no stock can meet for its form, or a cursor that was not made for this list.
    pub fn new(
        reading: &Reading,
        arguments: PageArguments,
        filter: Option<StockWhere>,
        order_by: StockOrder,
    ) -> Result<Self> {
        let StockWhere { sku, location, available_gte, available_lte } = filter.unwrap_or_default();
        let filter = StockFilter {
            sku: sku.0.map(checked_sku).transpose()?.map(|sku| sku.to_string()),
            location: location.0.map(checked_location).transpose()?.map(|location| location.to_string()),
            available_min: available_gte.0.map(|pieces| pieces.0),
            available_max: available_lte.0.map(|pieces| pieces.0),
        };
        let (sort, descending) = order_by.sort();
        let (limit, from_end) = (arguments.limit, arguments.from_end);
        let request = StockPageRequest { filter, sort, descending, after: None, before: None, limit, from_end };
        let mut list = Self { request, arguments, order_by, name: OnceLock::new() };
        list.request.after = list.position(reading, list.arguments.after.as_deref())?;
        list.request.before = list.position(reading, list.arguments.before.as_deref())?;
        Ok(list)
    }

    fn name(&self, reading: &Reading) -> &str {
        self.name.get_or_init(|| {
            let Self { request: StockPageRequest { filter, .. }, order_by, .. } = self;
            format!("stock of {}, by {order_by:?}, {filter:?}", reading.visible.tenant)
        })
    }

    /// The position of a cursor.
    fn position(&self, reading: &Reading, cursor: Option<&str>) -> Result<Option<StockKey>> {
        cursor.map(|cursor| reading.cursors.open(self.name(reading), cursor)).transpose()
    }

    /// A cursor to an item of the list.
    pub fn cursor(&self, reading: &Reading, item: &StockView) -> String {
        reading.cursors.seal(self.name(reading), &self.request.sort.key(item))
    }
}

/// A SKU as stored stock may have it.
pub fn checked_sku(text: String) -> Result<Sku> {
    Sku::recorded(&text).map_err(|error| Code::BadUserInput.error(error.to_string()))
}

/// A location's code.
pub fn checked_location(text: String) -> Result<LocationId> {
    LocationId::try_new(&text).map_err(|error| Code::BadUserInput.error(error.to_string()))
}
