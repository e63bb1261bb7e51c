//! Reading fulfilments: what locations have to send, and what has left them.
//!
//! Guarantees: every statement is bound to a tenant, so no query reaches another's rows; a page begins at a key, so it costs the same
//! wherever it is; values travel as parameters. Does not: know GraphQL, or whether the viewer may see fulfilments at all.

use chrono::{DateTime, Utc};
use domain::TenantId;
use serde::{Deserialize, Serialize};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::view::{FULFILMENT, FulfilmentState, FulfilmentView, PackingStep};
use crate::db::{Planning, ReadDb, ReadDbError};
use crate::query::AppliedVersion;

/// A list of a tenant's fulfilments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FulfilmentList {
    /// What a location has to accept, pick, pack or ship, the oldest first.
    PackingQueue {
        location: String,
        /// Only what waits for this.
        step: Option<PackingStep>,
    },
    /// What has left the tenant's locations, the newest first.
    Shipments(ShipmentFilter),
}

/// Which shipments a list has. What is `None` sets no condition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShipmentFilter {
    pub carrier: Option<String>,
    /// One that a fulfilment has once it has left.
    pub state: Option<FulfilmentState>,
    /// Only what has left at this moment or later.
    pub shipped_from: Option<DateTime<Utc>>,
    /// Only what has left before this moment.
    pub shipped_before: Option<DateTime<Utc>>,
}

/// The position of a fulfilment in a list: by the moment that the list is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FulfilmentKey {
    at: DateTime<Utc>,
    fulfilment_id: Uuid,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FulfilmentPageRequest {
    pub list: FulfilmentList,
    /// Only fulfilments after this position.
    pub after: Option<FulfilmentKey>,
    /// Only fulfilments before this position.
    pub before: Option<FulfilmentKey>,
    /// Most fulfilments of the page.
    pub limit: u32,
    /// Whether to take the last fulfilments rather than the first; they are returned in the list's order all the same.
    pub from_end: bool,
}

/// Fulfilments of a page, and whether the list goes on in the direction that was read.
#[derive(Debug, Default)]
pub struct FulfilmentPage {
    pub fulfilments: Vec<FulfilmentView>,
    pub more: bool,
}

impl FulfilmentList {
    /// The column of the moment that it is sorted by, and whether the latest comes first.
    const fn sort(&self) -> (&'static str, bool) {
        match self {
            Self::PackingQueue { .. } => ("requested_at", false),
            Self::Shipments(_) => ("shipped_at", true),
        }
    }

    /// The position of one of its fulfilments; `None` for one that is not in it.
    pub fn key(&self, one: &FulfilmentView) -> Option<FulfilmentKey> {
        let at = match self {
            Self::PackingQueue { .. } => one.requested_at,
            Self::Shipments(_) => one.shipped_at,
        };
        at.map(|at| FulfilmentKey { at, fulfilment_id: one.fulfilment_id })
    }

    /// A carrier and a state each have an index. Which of them finds less depends on their values.
    const fn planning(&self) -> Planning {
        match self {
            Self::Shipments(ShipmentFilter { carrier: Some(_), state: Some(_), .. }) => Planning::ByValues,
            Self::PackingQueue { .. } | Self::Shipments(_) => Planning::Brief,
        }
    }
}

/// The conditions of a statement with their values.
#[derive(Default)]
struct Conditions {
    texts: Vec<String>,
    values: Vec<(Box<dyn ToSql + Sync + Send>, Type)>,
}

impl Conditions {
    fn of(tenant: &TenantId, list: &FulfilmentList) -> Self {
        let mut conditions = Self::default();
        conditions.compare("tenant =", tenant.to_string(), Type::TEXT);
        match list {
            FulfilmentList::PackingQueue { location, step } => {
                // As the index of the queue has it.
                conditions.texts.push("state IN ('REQUESTED', 'ACCEPTED', 'PICKED', 'PACKED')".to_owned());
                conditions.compare("location =", location.clone(), Type::TEXT);
                conditions.texts.extend(step.map(|step| waits_for(step).to_owned()));
            }
            FulfilmentList::Shipments(filter) => {
                // As the indexes of shipments have it.
                conditions.texts.push("state IN ('SHIPPED', 'DELIVERED', 'LOST')".to_owned());
                conditions.shipments(filter);
            }
        }
        conditions
    }

    fn shipments(&mut self, filter: &ShipmentFilter) {
        let ShipmentFilter { carrier, state, shipped_from, shipped_before } = filter;
        if let Some(carrier) = carrier {
            self.compare("carrier =", carrier.clone(), Type::TEXT);
        }
        if let Some(state) = state {
            self.compare("state =", state.as_str(), Type::TEXT);
        }
        for (comparison, at) in [("shipped_at >=", shipped_from), ("shipped_at <", shipped_before)] {
            if let Some(at) = at {
                self.compare(comparison, *at, Type::TIMESTAMPTZ);
            }
        }
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
    fn beyond(&mut self, column: &str, operator: &str, key: &FulfilmentKey) {
        let at = self.bind(key.at, Type::TIMESTAMPTZ);
        let id = self.bind(key.fulfilment_id, Type::UUID);
        self.texts.push(format!("({column}, fulfilment_id) {operator} ({at}, {id})"));
    }

    fn values(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.values.iter().map(|(value, kind)| (&**value as &(dyn ToSql + Sync), kind.clone())).collect()
    }
}

/// The condition of what waits for a step.
const fn waits_for(step: PackingStep) -> &'static str {
    match step {
        PackingStep::ToAccept => "state = 'REQUESTED'",
        PackingStep::ToPick => "state = 'ACCEPTED'",
        PackingStep::ToPack => "state = 'PICKED'",
        PackingStep::AwaitsRelease => "state = 'PACKED' AND NOT released",
        PackingStep::ToShip => "state = 'PACKED' AND released",
    }
}

const PAGE: &str = "a page of fulfilments";
const FULFILMENTS: &str = "fulfilments";

impl ReadDb {
    /// A page of a tenant's fulfilments.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn fulfilment_page(
        &self,
        tenant: &TenantId,
        request: &FulfilmentPageRequest,
    ) -> Result<FulfilmentPage, ReadDbError> {
        let mut conditions = Conditions::of(tenant, &request.list);
        let (column, latest_first) = request.list.sort();
        let (forward, backward) = if latest_first { ("<", ">") } else { (">", "<") };
        for (key, operator) in [(&request.after, forward), (&request.before, backward)] {
            if let Some(key) = key {
                conditions.beyond(column, operator, key);
            }
        }
        let limit = conditions.bind(i64::from(request.limit) + 1, Type::INT8);
        let descending = latest_first != request.from_end;
        let text = FULFILMENT
            .fill(include_str!("../../sql/fulfilment/query/page.sql"))
            .replace("{condition}", &conditions.texts.join(" AND "))
            .replace("{sort}", column)
            .replace("{direction}", if descending { "DESC" } else { "ASC" })
            .replace("{limit}", &limit);
        let rows = self.query_built(PAGE, (&text, request.list.planning()), &conditions.values()).await?;
        let mut fulfilments = fulfilments(PAGE, &rows)?;
        let more = fulfilments.len() > request.limit as usize;
        fulfilments.truncate(request.limit as usize);
        if request.from_end {
            fulfilments.reverse();
        }
        Ok(FulfilmentPage { fulfilments, more })
    }

    /// A tenant's fulfilment; `None` if there is none of that id.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn fulfilment(&self, tenant: &TenantId, id: Uuid) -> Result<Option<FulfilmentView>, ReadDbError> {
        let text = FULFILMENT.fill(include_str!("../../sql/fulfilment/query/by_id.sql"));
        let tenant = tenant.as_str();
        let values: [(&(dyn ToSql + Sync), Type); 2] = [(&id, Type::UUID), (&tenant, Type::TEXT)];
        let rows = self.query_built(FULFILMENTS, (&text, Planning::Brief), &values).await?;
        Ok(fulfilments(FULFILMENTS, &rows)?.pop())
    }

    /// The applied versions of some fulfilments, regardless of visibility; absent ones are left out.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn fulfilment_versions(&self, ids: &[Uuid]) -> Result<Vec<AppliedVersion>, ReadDbError> {
        let what = "applied versions of fulfilments";
        let rows = self
            .query(what, (include_str!("../../sql/fulfilment/query/versions.sql"), Planning::Brief), &[&ids])
            .await?;
        let read = |row: &Row| AppliedVersion::read(FULFILMENT.name(), row);
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|source| ReadDbError::Row { what, source })
    }
}

fn fulfilments(what: &'static str, rows: &[Row]) -> Result<Vec<FulfilmentView>, ReadDbError> {
    let read = rows.iter().map(|row| FULFILMENT.read(row)).collect::<Result<_, _>>();
    read.map_err(|source| ReadDbError::Row { what, source })
}
