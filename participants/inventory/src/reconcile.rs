//! Reconciliation: once a day all stock is compared with its own events and with what reservations hold.
//!
//! Guarantees: it writes nothing and blocks nobody; whatever differs is logged, counted, and told by the job's outcome. Does not: put
//! anything right. Which side is wrong is for people to say, by a count.

use std::sync::Arc;
use std::time::Duration;

use event_store::{Job, Store};
use service_kit::BoxError;
use service_kit::audit::Findings;
use tokio_postgres::IsolationLevel;

use crate::audit;

/// The job that does it, over one log. Its outcome names what was compared and how many differences there are; to find some is no
/// failure of the run.
pub fn job(store: Store) -> Job {
    Job {
        name: "stock-reconciliation",
        every: Duration::from_hours(24),
        run: Arc::new(move || {
            let store = store.clone();
            Box::pin(async move { reconcile(&store).await })
        }),
    }
}

/// Compares all stock as it stands now, and says in words what was found.
async fn reconcile(store: &Store) -> Result<String, BoxError> {
    let mut client = store.reader().await?;
    let log = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let log = log.start().await?;
    let mut findings = Findings::default();
    let examined = audit::check(&log, &mut findings).await?;
    for finding in &findings.listed {
        tracing::error!(%finding, "stock differs from what is recorded of it");
    }
    metrics::counter!("stock_differences_total").increment(findings.count);
    let examined: Vec<String> = examined.iter().map(|one| format!("{} {}", one.count, one.what)).collect();
    Ok(format!("{} compared, {} differences", examined.join(", "), findings.count))
}
