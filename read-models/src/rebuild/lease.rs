//! A lease that allows one rebuild of a topic's models at a time: a row that expires.

use std::time::Duration;

use service_kit::config::DatabaseUrl;
use service_kit::postgres::{ConnectOptions, connect};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, GenericClient};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::RebuildOptions;
use super::error::{RebuildError, database};

/// The right to rebuild, renewed in the background until dropped.
pub(super) struct Lease {
    holder: Uuid,
    seconds: f64,
    renewal: JoinHandle<()>,
}

impl Lease {
    /// Takes the lease of the topic's models, and a generation number that they never had.
    pub(super) async fn acquire(
        url: &DatabaseUrl,
        holder: Uuid,
        options: &RebuildOptions,
    ) -> Result<(Self, i32), RebuildError> {
        let RebuildOptions { topic, lease_seconds: seconds, .. } = options;
        let client = connect(url, &ConnectOptions::named("rebuild-lease")).await?;
        let failed = database("take the lease of rebuilds");
        client.execute(include_str!("../../sql/rebuild/adopt.sql"), &[topic]).await.map_err(&failed)?;
        let acquired = client
            .query_opt(include_str!("../../sql/rebuild/acquire.sql"), &[topic, &holder, seconds])
            .await
            .map_err(&failed)?;
        let Some(row) = acquired else { return Err(busy(&client, topic).await?) };
        let generation = row.try_get(0).map_err(&failed)?;
        let renewal = tokio::spawn(renew(client, holder, *seconds));
        Ok((Self { holder, seconds: *seconds, renewal }, generation))
    }

    /// Stores what is being done, and fails if the lease is no longer held.
    pub(super) async fn stage(&self, client: &impl GenericClient, name: &str) -> Result<(), RebuildError> {
        stage(client, self.holder, self.seconds, name).await
    }

    pub(super) async fn release(self, client: &Client) -> Result<(), RebuildError> {
        self.renewal.abort();
        release(client, self.holder).await
    }
}

/// Renews a lease and stores what is being done.
pub(super) async fn stage(
    client: &impl GenericClient,
    holder: Uuid,
    seconds: f64,
    name: &str,
) -> Result<(), RebuildError> {
    let renewed = client.execute(include_str!("../../sql/rebuild/renew.sql"), &[&holder, &seconds]).await;
    if renewed.map_err(database("renew the lease of rebuilds"))? == 0 {
        return Err(RebuildError::LeaseLost);
    }
    let staged = client.execute(include_str!("../../sql/rebuild/stage.sql"), &[&holder, &name]).await;
    staged.map(|_| ()).map_err(database("store the stage of a rebuild"))
}

pub(super) async fn release(client: &impl GenericClient, holder: Uuid) -> Result<(), RebuildError> {
    let released = client.execute(include_str!("../../sql/rebuild/release.sql"), &[&holder]).await;
    released.map(|_| ()).map_err(database("release the lease of rebuilds"))
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

/// Renews three times in a lease's lifetime. A failure is not reported here: the next call of [`stage`] finds it.
async fn renew(client: Client, holder: Uuid, seconds: f64) {
    let never = CancellationToken::new();
    let third = Duration::from_secs_f64(seconds / 3.0);
    while service_kit::poll::pause(third, &never).await {
        let renewed = client.execute(include_str!("../../sql/rebuild/renew.sql"), &[&holder, &seconds]).await;
        if !matches!(renewed, Ok(1)) {
            return;
        }
    }
}

/// The error that names the running rebuild.
async fn busy(client: &Client, topic: &str) -> Result<RebuildError, RebuildError> {
    let (stage, seconds_left) =
        at_work(client, Some(topic)).await?.unwrap_or_else(|| ("ends just now".to_owned(), 0.0));
    Ok(RebuildError::Busy { stage, seconds_left })
}

/// What the running rebuild is doing, and for how many seconds its lease holds; `None` if no rebuild runs.
pub(super) async fn at_work(client: &Client, topic: Option<&str>) -> Result<Option<(String, f64)>, RebuildError> {
    let failed = database("read the lease of rebuilds");
    let row = client.query_opt(include_str!("../../sql/rebuild/holder.sql"), &[&topic]).await.map_err(&failed)?;
    row.map(|row| Ok((row.try_get(0).map_err(&failed)?, row.try_get(1).map_err(&failed)?))).transpose()
}
