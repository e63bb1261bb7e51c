//! Two participants of one log, of which one asks the other for tasks: everything between two appends, in one process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::upcast::Upcaster;
use domain::{Decider, EventType, RequestId, StoredEvent, TenantId, Unfoldable};
use event_store::{CommandBus, Execution, Expectation, Metadata, Outcome as Stored, Sequencer, Store, StoreOptions};
use messaging::consumer::{BatchLimits, ConsumerEvent, ConsumerSettings, GroupConsumer};
use messaging::testing::{Asker, AskerEvent, Askers, NeverRefused, Task, TestTopic, brokers, registry, unique};
use messaging::{Decoder, DeliveredRequest};
use relay::{Deps, Kinds, RelayOptions, RelayStatus, RelayedKind, Routes};
use request_kit::{Outcome, RequestOptions, RequestService, Source, begin};
use serde::{Deserialize, Serialize};
use service_kit::clock::{Ids, SystemClock, SystemIds};
use service_kit::testing::TestDatabase;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const PARTITIONS: i32 = 12;
/// Events of one hop: the one that asks, and the one that answers.
const EVENTS_A_HOP: i64 = 2;

/// When a request came where.
pub struct Moments {
    pub begun: Instant,
    /// The event that asks is stored.
    pub appended: Instant,
    /// It has its position.
    pub visible_in_log: Instant,
    /// The transaction that published it is committed, and an ordinary reader has seen that.
    pub visible_in_kafka: Instant,
    pub handled_from: Instant,
    /// The answer is stored.
    pub handled_to: Instant,
}

/// When a handler had a request.
type Handled = (Instant, Instant);

/// The handlers' callers, by task.
type Waiting = Arc<Mutex<HashMap<String, oneshot::Sender<Handled>>>>;

/// A running pair of participants.
pub struct Hop {
    database: TestDatabase,
    askers: CommandBus<Askers>,
    waiting: Waiting,
    /// The log's last position, and when it was seen.
    in_log: watch::Receiver<i64>,
    /// The relay's checkpoint, as a reader of committed records sees it.
    in_kafka: watch::Receiver<i64>,
    /// The last position that a hop by itself had.
    last: Mutex<i64>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Hop {
    /// Starts sequencer, relay and the handler of requests.
    pub async fn start() -> Self {
        let database = TestDatabase::migrated(event_store::migrations()).await.and(request_kit::migrations()).await;
        let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
        let events = TestTopic::create(PARTITIONS).await;
        let requests = TestTopic::create(PARTITIONS).await;
        let checkpoints = TestTopic::create(1).await;
        let incarnation = store.identity().incarnation;
        let routes = Routes::none()
            .and::<Task>(requests.encoder_of().await, incarnation, |_, event: &AskerEvent| event.request());
        let kind = RelayedKind::asking(events.encoder_of::<Asker>().await, incarnation, routes);
        let (sequencer, in_log) = Sequencer::new(store.clone(), database.url().clone(), 0);
        let deps = Deps {
            store: store.clone(),
            brokers: brokers(),
            kinds: Kinds::new(kind, []),
            clock: Arc::new(SystemClock),
            holder: SystemIds.random(),
            status: RelayStatus::default(),
        };
        let options = RelayOptions::new(&checkpoints.name, &unique("relay"));
        let group = unique("tasks");
        begin(&database.pool(), &brokers(), &group, &[&requests.name]).await.unwrap();
        let waiting = Waiting::default();
        let handler = handler(&store, &waiting);
        let source = Source::requests(&requests.name, Decoder::new(registry()), handler);
        let service = RequestService::new(RequestOptions::new(&brokers(), &group), [source], database.pool());
        let (seen, in_kafka) = watch::channel(0);
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(sequencer.run(stop.clone()));
        let (head, relaying) = (in_log.clone(), stop.clone());
        tasks.spawn(async move { relay::run(deps, options, 0, head, relaying).await.unwrap() });
        let serving = stop.clone();
        tasks.spawn(async move { service.run(serving).await });
        let (following, name) = (stop.clone(), checkpoints.name.clone());
        tasks.spawn(async move {
            let _stopped = following.run_until_cancelled(follow(&name, seen)).await;
        });
        let askers = CommandBus::new(store, Arc::new(SystemIds));
        Self { database, askers, waiting, in_log, in_kafka, last: Mutex::new(0), stop, tasks }
    }

    /// Asks for a task and waits until it is answered, beside any others.
    pub async fn ask(&self) -> Duration {
        let begun = Instant::now();
        let answer = self.append().await;
        let (_, handled_to) = answer.await.unwrap();
        handled_to - begun
    }

    /// The same with its parts, while nothing else is asked.
    pub async fn ask_alone(&self) -> Moments {
        let position = *self.last.lock().unwrap() + 1;
        let (mut in_log, mut in_kafka) = (self.in_log.clone(), self.in_kafka.clone());
        let log = tokio::spawn(async move { in_log.wait_for(|head| *head >= position).await.map(|_| Instant::now()) });
        let kafka =
            tokio::spawn(async move { in_kafka.wait_for(|seen| *seen >= position).await.map(|_| Instant::now()) });
        let begun = Instant::now();
        let answer = self.append().await;
        let appended = Instant::now();
        let (handled_from, handled_to) = answer.await.unwrap();
        let visible_in_log = log.await.unwrap().unwrap();
        let visible_in_kafka = kafka.await.unwrap().unwrap();
        *self.last.lock().unwrap() += EVENTS_A_HOP;
        Moments { begun, appended, visible_in_log, visible_in_kafka, handled_from, handled_to }
    }

    /// Transactions of the database until now.
    pub async fn transactions(&self) -> f64 {
        let client = self.database.client().await;
        client.batch_execute("SELECT pg_stat_force_next_flush()").await.unwrap();
        let statement =
            "SELECT (xact_commit + xact_rollback)::float8 FROM pg_stat_database WHERE datname = current_database()";
        client.query_one(statement, &[]).await.unwrap().get(0)
    }

    /// Statements of the database until now, transaction control among them, as the server counts them.
    ///
    /// # Panics
    /// When the server was not started to count statements (`POSTGRES_STATEMENTS=on`, as `make bench-hop` does).
    pub async fn statements(&self) -> f64 {
        let client = self.database.client().await;
        client.batch_execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements").await.unwrap();
        let statement = "SELECT sum(calls)::float8 FROM pg_stat_statements
                         WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
        client.query_one(statement, &[]).await.unwrap().get(0)
    }

    /// Stops everything.
    pub async fn stop(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
    }

    async fn append(&self) -> oneshot::Receiver<Handled> {
        let task = SystemIds.ordered().to_string();
        let (sender, answer) = oneshot::channel();
        self.waiting.lock().unwrap().insert(task.clone(), sender);
        let event = AskerEvent::Asked { task: task.clone(), what: "sweep".to_owned() };
        let execution = Execution::<Askers, NeverRefused> {
            id: &task,
            tenant: TenantId::try_new("shop").unwrap(),
            metadata: Metadata::default(),
            expects: Expectation::New,
            idempotency: None,
            decide: &|_, state| Askers::decide(state, event.clone()),
            claims: &|_, _| None,
            answer: &|_| None,
        };
        assert!(matches!(self.askers.execute(execution).await, Ok(Stored::Done(_))));
        answer
    }
}

/// Reads the relay's checkpoints as they become visible.
async fn follow(checkpoints: &str, seen: watch::Sender<i64>) {
    let (brokers, group, topic) = (brokers(), unique("follower"), checkpoints.to_owned());
    let settings = ConsumerSettings { brokers, group, topic, client_id: "follower".to_owned() };
    let limits = BatchLimits { records_max: 1_000, bytes_max: usize::MAX, wait_max: Duration::ZERO };
    let mut consumer = GroupConsumer::join(settings).unwrap();
    loop {
        match consumer.next(&limits).await.unwrap() {
            ConsumerEvent::Assigned(assignment) => {
                consumer.start(&assignment, &[(0, 0)]).unwrap();
            }
            ConsumerEvent::Batch(records) => {
                let positions = records.iter().filter_map(|record| {
                    let value: serde_json::Value = serde_json::from_slice(record.value.as_deref()?).ok()?;
                    value["position"].as_i64()
                });
                if let Some(last) = positions.max() {
                    seen.send_replace(last);
                }
            }
            ConsumerEvent::Revoked | ConsumerEvent::Positions(_) => {}
        }
    }
}

fn handler(
    store: &Store,
    waiting: &Waiting,
) -> impl Fn(DeliveredRequest<Task>) -> futures::future::BoxFuture<'static, Outcome> + use<> {
    let bus = Arc::new(CommandBus::<Tasks>::new(store.clone(), Arc::new(SystemIds)));
    let waiting = Arc::clone(waiting);
    move |delivered| {
        let (bus, waiting) = (Arc::clone(&bus), Arc::clone(&waiting));
        Box::pin(async move {
            let handled_from = Instant::now();
            let request = delivered.request;
            let task = request.body.task_id;
            let execution = Execution::<Tasks, NeverRefused> {
                id: &task,
                tenant: request.tenant,
                metadata: Metadata::default(),
                expects: Expectation::New,
                idempotency: None,
                decide: &|_, state| Tasks::decide(state, request.id),
                claims: &|_, _| None,
                answer: &|_| None,
            };
            match bus.execute(execution).await {
                Ok(_) => {
                    let caller = waiting.lock().unwrap().remove(&task);
                    caller.map(|caller| caller.send((handled_from, Instant::now())));
                    Outcome::Done
                }
                Err(error) => error.into(),
            }
        })
    }
}

/// A task, which remembers the requests that it has done.
struct Tasks;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum TaskEvent {
    TaskDone { request: RequestId },
}

impl StoredEvent for TaskEvent {
    const UPCASTERS: &'static [Upcaster] = &[];
    const TYPES: &'static [EventType] = &[EventType { name: "TaskDone", version: "1.0" }];

    fn index(&self) -> usize {
        0
    }
}

impl Decider for Tasks {
    const KIND: &'static str = "task";
    const FOLD_VERSION: i32 = 1;
    type State = Vec<RequestId>;
    type Command = RequestId;
    type Event = TaskEvent;
    type Rejection = NeverRefused;

    fn initial() -> Vec<RequestId> {
        Vec::new()
    }

    fn decide(done: &Vec<RequestId>, request: RequestId) -> Result<Vec<TaskEvent>, NeverRefused> {
        Ok(if done.contains(&request) { vec![] } else { vec![TaskEvent::TaskDone { request }] })
    }

    fn evolve(
        mut done: Vec<RequestId>,
        TaskEvent::TaskDone { request }: &TaskEvent,
    ) -> Result<Vec<RequestId>, Unfoldable> {
        done.push(*request);
        Ok(done)
    }
}
