//! What is known of the orders that are told of: recorded when they are placed, since what happens to them later says no more than
//! their id.

use domain::contract::{ContractMoney, ContractSealed};
use domain::order::contract::OrderPlaced;
use domain::{OrderId, Sealed, SubjectId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use service_kit::postgres::{Pool, TableError};
use tokio_postgres::types::{Json, ToSql};

/// Most lines of an order that a message shows.
pub(crate) const LINES_SHOWN_MAX: usize = 50;

/// An order as messages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownOrder {
    pub(crate) number: String,
    pub(crate) total: ContractMoney,
    /// At most [`LINES_SHOWN_MAX`].
    pub(crate) lines: Vec<KnownLine>,
    /// How many lines the order has.
    pub(crate) line_count: usize,
    /// Of the shipping address.
    pub(crate) country: String,
    /// Whose personal data it has.
    pub(crate) subject: SubjectId,
    /// `None` where the customer gave none.
    pub(crate) contact: Option<Sealed>,
}

/// A line as messages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownLine {
    /// What it is called, or else its SKU.
    pub(crate) name: String,
    /// Pieces.
    pub(crate) quantity: i64,
    pub(crate) total: ContractMoney,
}

/// The table of orders.
#[derive(Clone)]
pub(crate) struct KnownOrders(pub(crate) Pool);

impl KnownOrders {
    /// Records an order that was placed. One that is recorded already stays as it is.
    pub(crate) async fn save(&self, order: OrderId, event: &OrderPlaced, at: Timestamp) -> Result<(), TableError> {
        let failed = TableError::failed_to("record an order");
        let shown = event.lines.iter().take(LINES_SHOWN_MAX).map(|line| KnownLine {
            name: line.description.clone().unwrap_or_else(|| line.sku.clone()),
            quantity: line.quantity,
            total: line.total.clone(),
        });
        let lines = Json(shown.collect::<Vec<_>>());
        let line_count = i32::try_from(event.lines.len()).unwrap_or(i32::MAX);
        let address = &event.shipping_address;
        let billing = event.billing_address.as_ref();
        let contact = address.contact.as_ref().or_else(|| billing.and_then(|address| address.contact.as_ref()));
        let subject = contact.map_or(&address.details.subject, |contact| &contact.subject);
        let contact = contact.map(|ContractSealed { data, .. }| data);
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let sql = client.prepare_cached(include_str!("sql/save_order.sql")).await.map_err(&failed)?;
        let (id, at) = (order.uuid(), at.to_datetime());
        let values: [&(dyn ToSql + Sync); 11] = [
            &event.tenant,
            &id,
            &event.number,
            &event.total.minor,
            &event.total.currency,
            &lines,
            &line_count,
            &address.country,
            subject,
            &contact,
            &at,
        ];
        client.execute(&sql, &values).await.map(|_| ()).map_err(&failed)
    }

    /// An order that was placed; `None` for one that was placed before notifications began, or whose record is still to come.
    pub(crate) async fn find(&self, tenant: &TenantId, order: OrderId) -> Result<Option<KnownOrder>, TableError> {
        let failed = TableError::failed_to("read an order");
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let sql = client.prepare_cached(include_str!("sql/order.sql")).await.map_err(&failed)?;
        let row = client.query_opt(&sql, &[&tenant.as_str(), &order.uuid()]).await.map_err(&failed)?;
        let Some(row) = row else { return Ok(None) };
        let read = || -> Result<KnownOrder, tokio_postgres::Error> {
            let Json(lines): Json<Vec<KnownLine>> = row.try_get(3)?;
            let line_count: i32 = row.try_get(4)?;
            let subject: String = row.try_get(6)?;
            let subject = SubjectId::recorded(subject).expect("subjects are recorded as they were published");
            let contact: Option<String> = row.try_get(7)?;
            Ok(KnownOrder {
                number: row.try_get(0)?,
                total: ContractMoney { minor: row.try_get(1)?, currency: row.try_get(2)? },
                lines,
                line_count: usize::try_from(line_count).unwrap_or_default(),
                country: row.try_get(5)?,
                contact: contact.map(|data| Sealed::new(subject.clone(), data)),
                subject,
            })
        };
        read().map(Some).map_err(&failed)
    }
}
