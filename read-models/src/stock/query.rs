//! Reading stock.
//!
//! Guarantees: every statement is bound to a tenant, so no query reaches another's rows; a page begins at a key, so it costs the same
//! wherever it is; values travel as parameters. Does not: know GraphQL, or whether the viewer may see stock at all.

use std::collections::HashMap;

use domain::TenantId;
use serde::{Deserialize, Serialize};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::movement::{STOCK_MOVEMENT, StockMovement};
use super::view::{STOCK, StockView};
use crate::db::{Planning, ReadDb, ReadDbError};
use crate::query::{AppliedVersion, Window};
use crate::table::Reader;

/// Which stock of a tenant a list has. What is `None` sets no condition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StockFilter {
    pub sku: Option<String>,
    pub location: Option<String>,
    /// Only with at least so many available pieces.
    pub available_min: Option<i64>,
    /// Only with at most so many available pieces.
    pub available_max: Option<i64>,
}

/// What of a SKU could be reserved at a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservable {
    pub location: String,
    pub sku: String,
    /// [`i64::MAX`] where more may be promised than is there.
    pub pieces: i64,
}

/// What stock is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StockSort {
    /// By SKU, then location.
    Sku,
    /// By location, then SKU.
    Location,
    /// By what is available.
    Available,
}

/// The position of a stock item in a sorted list: the texts of the two columns that it is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockKey(pub String, pub String);

/// A page of a sorted list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockPageRequest {
    pub filter: StockFilter,
    pub sort: StockSort,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// Only items after this position.
    pub after: Option<StockKey>,
    /// Only items before this position.
    pub before: Option<StockKey>,
    /// Most items of the page.
    pub limit: u32,
    /// Whether to take the last items rather than the first; they are returned in the list's order all the same.
    pub from_end: bool,
}

/// Items of a page, and whether the list goes on in the direction that was read.
#[derive(Debug, Default)]
pub struct StockPage {
    pub items: Vec<StockView>,
    pub more: bool,
}

impl StockSort {
    /// The columns, with their types in Postgres.
    const fn columns(self) -> [(&'static str, &'static str); 2] {
        match self {
            Self::Sku => [("sku", "text"), ("location", "text")],
            Self::Location => [("location", "text"), ("sku", "text")],
            Self::Available => [("available", "bigint"), ("stock_id", "uuid")],
        }
    }

    /// The position of an item.
    pub fn key(self, item: &StockView) -> StockKey {
        let (first, second) = match self {
            Self::Sku => (item.sku.clone(), item.location.clone()),
            Self::Location => (item.location.clone(), item.sku.clone()),
            Self::Available => (item.available.to_string(), item.stock_id.to_string()),
        };
        StockKey(first, second)
    }
}

/// The conditions of a statement with their values.
#[derive(Default)]
struct Conditions {
    texts: Vec<String>,
    values: Vec<(Box<dyn ToSql + Sync + Send>, Type)>,
}

impl Conditions {
    fn of(tenant: &TenantId, filter: &StockFilter) -> Self {
        let mut conditions = Self::default();
        conditions.compare("tenant =", tenant.to_string(), Type::TEXT);
        for (comparison, text) in [("sku =", &filter.sku), ("location =", &filter.location)] {
            if let Some(text) = text {
                conditions.compare(comparison, text.clone(), Type::TEXT);
            }
        }
        for (comparison, pieces) in [("available >=", filter.available_min), ("available <=", filter.available_max)] {
            if let Some(pieces) = pieces {
                conditions.compare(comparison, pieces, Type::INT8);
            }
        }
        conditions
    }

    fn bind(&mut self, value: impl ToSql + Sync + Send + 'static, kind: Type) -> String {
        self.values.push((Box::new(value), kind));
        format!("${}", self.values.len())
    }

    fn compare(&mut self, comparison: &str, value: impl ToSql + Sync + Send + 'static, kind: Type) {
        let parameter = self.bind(value, kind);
        self.texts.push(format!("{comparison} {parameter}"));
    }

    /// Only rows beyond a position: a comparison of rows, which an index on the same columns answers.
    fn beyond(&mut self, sort: StockSort, operator: &str, StockKey(first, second): &StockKey) {
        let [(first_column, first_kind), (second_column, second_kind)] = sort.columns();
        let first = self.bind(first.clone(), Type::TEXT);
        let second = self.bind(second.clone(), Type::TEXT);
        self.texts.push(format!(
            "({first_column}, {second_column}) {operator} ({first}::{first_kind}, {second}::{second_kind})"
        ));
    }

    fn values(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.values.iter().map(|(value, kind)| (&**value as &(dyn ToSql + Sync), kind.clone())).collect()
    }
}

/// A page by a bound of what is available is planned by its values: a bound that few items pass needs another plan than one that most
/// do.
const fn planning(filter: &StockFilter) -> Planning {
    if filter.available_min.is_some() || filter.available_max.is_some() { Planning::ByValues } else { Planning::Once }
}

const PAGE: &str = "a page of stock";
const COUNT: &str = "the number of stock items";

impl ReadDb {
    /// A page of a tenant's stock.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn stock_page(&self, tenant: &TenantId, request: &StockPageRequest) -> Result<StockPage, ReadDbError> {
        let mut conditions = Conditions::of(tenant, &request.filter);
        let (forward, backward) = if request.descending { ("<", ">") } else { (">", "<") };
        for (key, operator) in [(&request.after, forward), (&request.before, backward)] {
            if let Some(key) = key {
                conditions.beyond(request.sort, operator, key);
            }
        }
        let limit = conditions.bind(i64::from(request.limit) + 1, Type::INT8);
        let [(first, _), (second, _)] = request.sort.columns();
        let descending = request.descending != request.from_end;
        let text = STOCK
            .fill(include_str!("../../sql/stock/query/page.sql"))
            .replace("{condition}", &conditions.texts.join(" AND "))
            .replace("{first}", first)
            .replace("{second}", second)
            .replace("{direction}", if descending { "DESC" } else { "ASC" })
            .replace("{limit}", &limit);
        let rows = self.query_built(PAGE, (&text, planning(&request.filter)), &conditions.values()).await?;
        let mut items = items(PAGE, &rows)?;
        let more = items.len() > request.limit as usize;
        items.truncate(request.limit as usize);
        if request.from_end {
            items.reverse();
        }
        Ok(StockPage { items, more })
    }

    /// How many of a tenant's stock items a filter lets through, counted up to a limit.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn stock_count(&self, tenant: &TenantId, filter: &StockFilter, limit: u32) -> Result<i64, ReadDbError> {
        let mut conditions = Conditions::of(tenant, filter);
        let limit = conditions.bind(i64::from(limit), Type::INT8);
        let text = include_str!("../../sql/stock/query/count.sql").trim_end();
        let text = text.replace("{condition}", &conditions.texts.join(" AND ")).replace("{limit}", &limit);
        let rows = self.query_built(COUNT, (&text, planning(filter)), &conditions.values()).await?;
        let count = rows.first().map_or(Ok(0), |row| Reader { table: STOCK.name(), row }.get("items"));
        count.map_err(|source| ReadDbError::Row { what: COUNT, source })
    }

    /// What of some SKUs could be reserved at some locations. What a location does not keep is left out.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn reservable(
        &self,
        tenant: &TenantId,
        skus: &[&str],
        locations: &[&str],
    ) -> Result<Vec<Reservable>, ReadDbError> {
        let what = "stock at locations";
        let text = include_str!("../../sql/stock/query/at_locations.sql");
        let rows = self.query(what, (text, Planning::Brief), &[&tenant.as_str(), &skus, &locations]).await?;
        let read = |row: &Row| {
            let reader = Reader { table: STOCK.name(), row };
            let pieces = if reader.get("backorder_allowed")? { i64::MAX } else { reader.get("available")? };
            Ok(Reservable { location: reader.get("location")?, sku: reader.get("sku")?, pieces })
        };
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|source| ReadDbError::Row { what, source })
    }

    /// Those of some stock items that are the tenant's.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn stock(&self, tenant: &TenantId, ids: &[Uuid]) -> Result<Vec<StockView>, ReadDbError> {
        let what = "stock";
        let text = STOCK.fill(include_str!("../../sql/stock/query/by_id.sql"));
        let tenant = tenant.as_str();
        let values: [(&(dyn ToSql + Sync), Type); 2] = [(&ids, Type::UUID_ARRAY), (&tenant, Type::TEXT)];
        items(what, &self.query_built(what, (&text, Planning::Brief), &values).await?)
    }

    /// The movements of some stock items within a window, by version. The caller has checked that the items are visible.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn stock_movements(
        &self,
        ids: &[Uuid],
        window: Window,
    ) -> Result<HashMap<Uuid, Vec<StockMovement>>, ReadDbError> {
        let what = "movements of stock";
        let text = STOCK_MOVEMENT.fill(include_str!("../../sql/stock/query/movements.sql"));
        let text = text.replace("{direction}", window.direction());
        let values: [(&(dyn ToSql + Sync), Type); 4] = [
            (&ids, Type::UUID_ARRAY),
            (&window.after, Type::INT8),
            (&window.before, Type::INT8),
            (&i64::from(window.limit), Type::INT8),
        ];
        let rows = self.query_built(what, (&text, Planning::Brief), &values).await?;
        let mut movements: HashMap<Uuid, Vec<StockMovement>> = HashMap::new();
        for row in &rows {
            let movement: StockMovement =
                STOCK_MOVEMENT.read(row).map_err(|source| ReadDbError::Row { what, source })?;
            movements.entry(movement.0.stock_id).or_default().push(movement);
        }
        Ok(movements)
    }

    /// The applied versions of some stock items, regardless of visibility; absent ones are left out.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn stock_versions(&self, ids: &[Uuid]) -> Result<Vec<AppliedVersion>, ReadDbError> {
        let what = "applied versions of stock";
        let rows =
            self.query(what, (include_str!("../../sql/stock/query/versions.sql"), Planning::Brief), &[&ids]).await?;
        let read = |row: &Row| AppliedVersion::read(STOCK.name(), row);
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|source| ReadDbError::Row { what, source })
    }
}

fn items(what: &'static str, rows: &[Row]) -> Result<Vec<StockView>, ReadDbError> {
    rows.iter().map(|row| STOCK.read(row)).collect::<Result<_, _>>().map_err(|source| ReadDbError::Row { what, source })
}
