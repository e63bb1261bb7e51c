//! What the participants of a log do without being asked by a client: requests, timers and jobs.

use std::sync::Arc;

use event_store::{JobRunner, TimerOptions, TimerWorker};
use request_kit::Network;
use service_kit::BoxError;
use service_kit::http::Check;
use service_kit::shutdown::Supervisor;

use crate::participants::{Log, ParticipantWork, WorkDeps, WorkError};
use crate::roles::Worked;

/// Begins the work of a log's participants under the supervisor, or of those that are named. What keeps the log itself in order is done
/// in every process, since its leases let it happen once. Returns the readiness checks of it.
pub(crate) fn begin_work(
    log: &Log,
    deps: &WorkDeps<'_>,
    (works_for, network): (&[Worked], Option<&Arc<Network>>),
    supervisor: &mut Supervisor,
) -> Result<Vec<Check>, WorkError> {
    let mut timers = TimerWorker::new(deps.store.clone(), Arc::clone(&deps.clock), TimerOptions::default());
    let mut jobs = vec![deps.store.job_to_forget_expired_answers()];
    let mut checks = Vec::new();
    let is_ours = |name| works_for.is_empty() || works_for.iter().any(|participant| participant.name() == name);
    for participant in log.participants().filter(|participant| is_ours(participant.name)) {
        let ParticipantWork { wakers, jobs: more, requests } = (participant.work)(deps)?;
        timers = wakers.into_iter().fold(timers, |timers, (kind, waker)| timers.with(kind, waker));
        jobs.extend(more);
        for (name, service) in requests {
            let service = match network {
                Some(network) => service.behind(network),
                None => service,
            };
            checks.push(service.check(name));
            let stop = supervisor.token();
            supervisor.spawn(name, async move {
                service.run(stop).await;
                Ok::<(), BoxError>(())
            });
        }
    }
    let stop = supervisor.token();
    supervisor.spawn(format!("{}-timers", log.names.database), async move {
        timers.run(stop).await;
        Ok::<(), BoxError>(())
    });
    let runner = JobRunner::new(deps.store.clone(), Arc::clone(&deps.clock), jobs);
    let stop = supervisor.token();
    supervisor.spawn(format!("{}-jobs", log.names.database), async move {
        runner.run(stop).await;
        Ok::<(), BoxError>(())
    });
    Ok(checks)
}
