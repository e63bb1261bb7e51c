//! A participant that does tasks: a stream a task, which remembers the ids of the requests that it did.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::upcast::Upcaster;
use domain::{Decider, EventType, RequestId, StoredEvent, TenantId, Unfoldable};
use event_store::{
    CommandBus, Execution, Expectation, Metadata, Outcome as Stored, Store, StoreOptions, StreamId, migrations,
};
use messaging::testing::{Task, TestTopic, brokers, registry, unique};
use messaging::{Decoder, DeliveredRequest, Encoder};
use request_kit::{Outcome, RequestOptions, RequestService, Source, begin};
use serde::{Deserialize, Serialize};
use service_kit::clock::SystemIds;
use service_kit::poll::wait_until;
pub use service_kit::testing::PATIENCE;
use service_kit::testing::TestDatabase;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub const LOOK: Duration = Duration::from_millis(20);

/// A task's events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TaskEvent {
    TaskDone { request: RequestId, what: String },
}

impl StoredEvent for TaskEvent {
    const UPCASTERS: &'static [Upcaster] = &[];
    const TYPES: &'static [EventType] = &[EventType { name: "TaskDone", version: "1.0" }];

    fn index(&self) -> usize {
        0
    }
}

/// What a task has done, by request, and for which tenant.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Done {
    pub requests: Vec<RequestId>,
}

pub struct Tasks;

#[derive(Debug, thiserror::Error)]
#[error("nothing is refused")]
pub struct Refusal;

impl Decider for Tasks {
    const KIND: &'static str = "task";
    const FOLD_VERSION: i32 = 1;
    type State = Done;
    type Command = (RequestId, String);
    type Event = TaskEvent;
    type Rejection = Refusal;

    fn initial() -> Done {
        Done::default()
    }

    fn decide(state: &Done, (request, what): Self::Command) -> Result<Vec<TaskEvent>, Refusal> {
        Ok(if state.requests.contains(&request) { vec![] } else { vec![TaskEvent::TaskDone { request, what }] })
    }

    fn evolve(mut state: Done, TaskEvent::TaskDone { request, .. }: &TaskEvent) -> Result<Done, Unfoldable> {
        state.requests.push(*request);
        Ok(state)
    }
}

/// The participant's log and its topic of requests.
pub struct Participant {
    pub database: TestDatabase,
    pub store: Store,
    pub topic: TestTopic,
    pub encoder: Encoder<Task>,
    pub group: String,
}

/// A member of the group that runs.
pub struct Member {
    pub service: Arc<RequestService>,
    pub stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Member {
    pub async fn stop(self) {
        self.stop.cancel();
        self.running.await.unwrap();
    }

    /// Ends it as kill -9 would: whatever is in work is not committed.
    pub async fn kill(self) {
        self.running.abort();
        let _aborted = self.running.await;
    }
}

impl Participant {
    /// A participant whose group begins at the end of its topic, which is empty.
    pub async fn begin(partitions: i32) -> Self {
        let participant = Self::unbegun(partitions).await;
        participant.begin_group().await;
        participant
    }

    pub async fn unbegun(partitions: i32) -> Self {
        let database = TestDatabase::migrated(migrations()).await.and(request_kit::migrations()).await;
        let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
        let topic = TestTopic::create(partitions).await;
        let encoder = topic.encoder_of::<Task>().await;
        Self { database, store, topic, encoder, group: unique("tasks") }
    }

    pub async fn begin_group(&self) -> usize {
        begin(&self.database.pool(), &brokers(), &self.group, &[&self.topic.name]).await.unwrap().partitions.len()
    }

    pub fn options(&self) -> RequestOptions {
        RequestOptions {
            retry_backoff_ms_min: 10,
            retry_backoff_ms_max: 100,
            rejoin_backoff_ms_min: 10,
            rejoin_backoff_ms_max: 100,
            ..RequestOptions::new(&brokers(), &self.group)
        }
    }

    /// Does each task.
    pub fn handler(&self) -> impl Fn(DeliveredRequest<Task>) -> futures::future::BoxFuture<'static, Outcome> + use<> {
        let bus = Arc::new(CommandBus::<Tasks>::new(self.store.clone(), Arc::new(SystemIds)));
        move |request| Box::pin(do_task(Arc::clone(&bus), request))
    }

    pub fn member<F>(&self, handler: impl Fn(DeliveredRequest<Task>) -> F + Send + Sync + 'static) -> Member
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        self.member_with(self.options(), handler)
    }

    pub fn member_with<F>(
        &self,
        options: RequestOptions,
        handler: impl Fn(DeliveredRequest<Task>) -> F + Send + Sync + 'static,
    ) -> Member
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let source = Source::requests(&self.topic.name, Decoder::new(registry()), handler);
        let service = Arc::new(RequestService::new(options, [source], self.database.pool()));
        let stop = CancellationToken::new();
        let running = Arc::clone(&service);
        let stopping = stop.clone();
        let running = tokio::spawn(async move { running.run(stopping).await });
        Member { service, stop, running }
    }

    pub async fn ask(&self, task: &str, what: &str) -> RequestId {
        self.topic.ask(&self.encoder, task_of(task, what)).await
    }

    /// What a task's stream has done, in order.
    pub async fn done(&self, task: &str) -> Vec<String> {
        let rows = self.store.read_stream(&StreamId::new(Tasks::KIND, task), 0).await.unwrap();
        let what = rows.iter().map(|row| {
            let TaskEvent::TaskDone { what, .. } = serde_json::from_str(&row.payload).unwrap();
            what
        });
        what.collect()
    }

    pub async fn wait_until_done(&self, task: &str, expected: &[&str]) {
        wait_until(PATIENCE, LOOK, async || self.done(task).await == expected).await.unwrap();
    }
}

pub fn task_of(task: &str, what: &str) -> Task {
    Task { task_id: task.to_owned(), what: what.to_owned() }
}

/// Appends that a task was done, unless its stream remembers the request.
pub async fn do_task(bus: Arc<CommandBus<Tasks>>, delivered: DeliveredRequest<Task>) -> Outcome {
    let request = delivered.request;
    if request.tenant != tenant() {
        return Outcome::Poison(format!("tenant {} is not the task's", request.tenant));
    }
    let metadata = Metadata {
        correlation_id: delivered.correlation_id,
        causation_id: Some(request.id.to_string()),
        traceparent: delivered.traceparent,
        principal: None,
    };
    let execution = Execution {
        id: &request.body.task_id,
        tenant: request.tenant,
        metadata,
        expects: Expectation::Existing,
        idempotency: None,
        decide: &|_, state| Tasks::decide(state, (request.id, request.body.what.clone())),
        claims: &|_, _| None,
        answer: &|_| None,
    };
    match bus.execute(execution).await {
        Ok(Stored::Done(_)) => Outcome::Done,
        Ok(Stored::Repeated(_) | Stored::Refused(_)) => Outcome::Poison("a task is never refused".to_owned()),
        Err(error) => error.into(),
    }
}

pub fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

/// What handlers were given, by key and in order.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<BTreeMap<String, Vec<String>>>>);

impl Seen {
    pub fn note(&self, request: &DeliveredRequest<Task>) {
        let Task { task_id, what } = request.request.body.clone();
        self.0.lock().unwrap().entry(task_id).or_default().push(what);
    }

    pub fn of(&self, task: &str) -> Vec<String> {
        self.0.lock().unwrap().get(task).cloned().unwrap_or_default()
    }
}
