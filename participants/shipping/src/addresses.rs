//! Where orders are sent to: recorded sealed when they are placed, since what happens to them later says no more than their id.

use domain::order::contract::OrderPlaced;
use domain::{CountryCode, OrderId, Sealed, SubjectId, TenantId, Timestamp};
use service_kit::postgres::{Pool, TableError};
use tokio_postgres::types::ToSql;

/// A shipping address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SealedAddress {
    pub(crate) country: CountryCode,
    /// Everything but the country.
    pub(crate) details: Sealed,
}

/// The table of addresses.
#[derive(Clone)]
pub(crate) struct Addresses(pub(crate) Pool);

impl Addresses {
    /// Records where a placed order goes. What is recorded already stays as it is.
    pub(crate) async fn save(&self, order: OrderId, event: &OrderPlaced, at: Timestamp) -> Result<(), TableError> {
        let failed = TableError::failed_to("record an address");
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let sql = client.prepare_cached(include_str!("sql/save_address.sql")).await.map_err(&failed)?;
        let (id, at, address) = (order.uuid(), at.to_datetime(), &event.shipping_address);
        let values: [&(dyn ToSql + Sync); 6] =
            [&event.tenant, &id, &address.country, &address.details.subject, &address.details.data, &at];
        client.execute(&sql, &values).await.map(|_| ()).map_err(&failed)
    }

    /// Where an order goes; `None` for one that was placed before shipping began, or whose record is still to come.
    pub(crate) async fn find(&self, tenant: &TenantId, order: OrderId) -> Result<Option<SealedAddress>, TableError> {
        let failed = TableError::failed_to("read an address");
        let client = self.0.get().await.map_err(TableError::Connect)?;
        let sql = client.prepare_cached(include_str!("sql/address.sql")).await.map_err(&failed)?;
        let row = client.query_opt(&sql, &[&tenant.as_str(), &order.uuid()]).await.map_err(&failed)?;
        let Some(row) = row else { return Ok(None) };
        let read = || -> Result<SealedAddress, tokio_postgres::Error> {
            let (country, subject): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let subject = SubjectId::recorded(subject).expect("subjects are recorded as they were published");
            let country = CountryCode::try_new(&country).expect("countries are recorded as they were published");
            Ok(SealedAddress { country, details: Sealed::new(subject, row.try_get(2)?) })
        };
        read().map(Some).map_err(&failed)
    }
}
