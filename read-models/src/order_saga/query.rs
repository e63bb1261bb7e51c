//! Reading sagas.
//!
//! Guarantees: every statement is bound to a tenant, so no query reaches another's rows; a page begins at a key, so it costs the same
//! wherever it is; values travel as parameters. Does not: know GraphQL, or whether the viewer may see sagas at all.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::TenantId;
use serde::{Deserialize, Serialize};
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::event::{SAGA_EVENT, SagaEvent};
use super::view::{SAGA, SagaState, SagaView};
use crate::db::{Planning, ReadDb, ReadDbError};
use crate::query::{AppliedVersion, Window};

/// Which sagas of a tenant a list has. What is `None` sets no condition.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SagaFilter {
    pub state: Option<SagaState>,
    /// Only with a task, or only without one.
    pub has_task: Option<bool>,
}

/// The position of a saga in a list: by the deadline of its task, then by its last change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaKey {
    /// `None` stands behind every deadline.
    deadline: Option<DateTime<Utc>>,
    changed_at: DateTime<Utc>,
    order_id: Uuid,
}

impl SagaKey {
    /// The position of a saga.
    pub const fn of(saga: &SagaView) -> Self {
        Self { deadline: saga.task_deadline, changed_at: saga.changed_at, order_id: saga.order_id }
    }
}

/// A page of a list. Its first saga is the one whose task is escalated first; of those without a deadline, the one that has not changed
/// for longest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SagaPageRequest {
    pub filter: SagaFilter,
    /// Only sagas after this position.
    pub after: Option<SagaKey>,
    /// Only sagas before this position.
    pub before: Option<SagaKey>,
    /// Most sagas of the page.
    pub limit: u32,
    /// Whether to take the last sagas rather than the first; they are returned in the list's order all the same.
    pub from_end: bool,
}

/// Sagas of a page, and whether the list goes on in the direction that was read.
#[derive(Debug, Default)]
pub struct SagaPage {
    pub sagas: Vec<SagaView>,
    pub more: bool,
}

/// The conditions of a statement with their values.
#[derive(Default)]
struct Conditions {
    texts: Vec<String>,
    values: Vec<(Box<dyn ToSql + Sync + Send>, Type)>,
}

impl Conditions {
    fn of(tenant: &TenantId, filter: SagaFilter) -> Self {
        let mut conditions = Self::default();
        let tenant = conditions.bind(tenant.to_string(), Type::TEXT);
        conditions.texts.push(format!("tenant = {tenant}"));
        if let Some(state) = filter.state {
            let state = conditions.bind(state.as_str(), Type::TEXT);
            conditions.texts.push(format!("state = {state}"));
        }
        if let Some(has_task) = filter.has_task {
            conditions.texts.push(if has_task { "task IS NOT NULL" } else { "task IS NULL" }.to_owned());
        }
        conditions
    }

    fn bind(&mut self, value: impl ToSql + Sync + Send + 'static, kind: Type) -> String {
        self.values.push((Box::new(value), kind));
        format!("${}", self.values.len())
    }

    /// Only rows beyond a position: a comparison of rows, which an index on the same columns answers.
    fn beyond(&mut self, operator: &str, SagaKey { deadline, changed_at, order_id }: &SagaKey) {
        let deadline = self.bind(*deadline, Type::TIMESTAMPTZ);
        let changed_at = self.bind(*changed_at, Type::TIMESTAMPTZ);
        let order_id = self.bind(*order_id, Type::UUID);
        let never = "'infinity'::timestamptz";
        self.texts.push(format!(
            "(coalesce(task_deadline, {never}), changed_at, order_id) \
             {operator} (coalesce({deadline}, {never}), {changed_at}, {order_id})"
        ));
    }
}

const PAGE: &str = "a page of sagas";
const SAGAS: &str = "sagas";

impl ReadDb {
    /// A page of a tenant's sagas.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn saga_page(&self, tenant: &TenantId, request: &SagaPageRequest) -> Result<SagaPage, ReadDbError> {
        let mut conditions = Conditions::of(tenant, request.filter);
        for (key, operator) in [(&request.after, ">"), (&request.before, "<")] {
            if let Some(key) = key {
                conditions.beyond(operator, key);
            }
        }
        let limit = conditions.bind(i64::from(request.limit) + 1, Type::INT8);
        let text = SAGA
            .fill(include_str!("../../sql/order_saga/query/page.sql"))
            .replace("{condition}", &conditions.texts.join(" AND "))
            .replace("{direction}", if request.from_end { "DESC" } else { "ASC" })
            .replace("{limit}", &limit);
        let values: Vec<(&(dyn ToSql + Sync), Type)> =
            conditions.values.iter().map(|(value, kind)| (&**value as &(dyn ToSql + Sync), kind.clone())).collect();
        let mut sagas = sagas(PAGE, &self.query_built(PAGE, (&text, Planning::Once), &values).await?)?;
        let more = sagas.len() > request.limit as usize;
        sagas.truncate(request.limit as usize);
        if request.from_end {
            sagas.reverse();
        }
        Ok(SagaPage { sagas, more })
    }

    /// Those sagas of some orders that are the tenant's.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn sagas(&self, tenant: &TenantId, orders: &[Uuid]) -> Result<Vec<SagaView>, ReadDbError> {
        let text = SAGA.fill(include_str!("../../sql/order_saga/query/by_id.sql"));
        let tenant = tenant.as_str();
        let values: [(&(dyn ToSql + Sync), Type); 2] = [(&orders, Type::UUID_ARRAY), (&tenant, Type::TEXT)];
        sagas(SAGAS, &self.query_built(SAGAS, (&text, Planning::Brief), &values).await?)
    }

    /// The events of some sagas within a window, by version. The caller has checked that the sagas are visible.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn saga_events(
        &self,
        orders: &[Uuid],
        window: Window,
    ) -> Result<HashMap<Uuid, Vec<SagaEvent>>, ReadDbError> {
        let what = "events of sagas";
        let text = SAGA_EVENT.fill(include_str!("../../sql/order_saga/query/events.sql"));
        let text = text.replace("{direction}", window.direction());
        let values: [(&(dyn ToSql + Sync), Type); 4] = [
            (&orders, Type::UUID_ARRAY),
            (&window.after, Type::INT8),
            (&window.before, Type::INT8),
            (&i64::from(window.limit), Type::INT8),
        ];
        let rows = self.query_built(what, (&text, Planning::Brief), &values).await?;
        let mut events: HashMap<Uuid, Vec<SagaEvent>> = HashMap::new();
        for row in &rows {
            let event: SagaEvent = SAGA_EVENT.read(row).map_err(|source| ReadDbError::Row { what, source })?;
            events.entry(event.0.order_id).or_default().push(event);
        }
        Ok(events)
    }

    /// The applied versions of some sagas, regardless of visibility; absent ones are left out.
    ///
    /// # Errors
    /// [`ReadDbError`].
    pub async fn saga_versions(&self, orders: &[Uuid]) -> Result<Vec<AppliedVersion>, ReadDbError> {
        let what = "applied versions of sagas";
        let rows = self
            .query(what, (include_str!("../../sql/order_saga/query/versions.sql"), Planning::Brief), &[&orders])
            .await?;
        let read = |row: &Row| AppliedVersion::read(SAGA.name(), row);
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|source| ReadDbError::Row { what, source })
    }
}

fn sagas(what: &'static str, rows: &[Row]) -> Result<Vec<SagaView>, ReadDbError> {
    rows.iter().map(|row| SAGA.read(row)).collect::<Result<_, _>>().map_err(|source| ReadDbError::Row { what, source })
}
