//! What sagas tell on their topic, for those who wait for it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::contract::PublicEvents;
use domain::order_saga::contract::{AnswerKind, PublicEvent, SagaOutcome, TOPIC, UndoCause};
use messaging::consumer::{BatchLimits, ConsumerEvent, ConsumerSettings, GroupConsumer};
use messaging::testing::{brokers, registry, unique};
use messaging::{Decoder, IncomingRecord};
use service_kit::errors::chain;
use service_kit::poll::pause;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The pause before a registry that has not answered is asked again.
const AGAIN: Duration = Duration::from_millis(100);

/// When a saga came where, and whose turn it is.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    pub reserved: Option<Instant>,
    /// The payment waits for the customer for the first time.
    pub payable: Option<Instant>,
    /// How often it came to wait for the customer: once, and after each decline.
    pub payable_count: usize,
    pub authorized: Option<Instant>,
    /// The order is confirmed.
    pub confirmed: Option<Instant>,
    /// The fulfilment that may be shipped, and since when.
    pub released: Option<(String, Instant)>,
    /// Why it is undone.
    pub undone_because: Option<UndoCause>,
    pub ended: Option<(SagaOutcome, Instant)>,
}

type Watched = Arc<Mutex<HashMap<String, watch::Sender<Progress>>>>;

/// What all sagas told that no buyer waits for.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Tasks that were opened for people, by kind.
    pub tasks: BTreeMap<String, usize>,
    /// Reservations that expired before their goods had left or were given back.
    pub expired_reservations: usize,
}

/// A reader of the topic. It ends when this is dropped.
pub struct Followed {
    watched: Watched,
    told: Arc<Mutex<Told>>,
    reader: JoinHandle<()>,
}

impl Followed {
    /// Reads the topic of this stack from its beginning.
    pub fn start() -> Self {
        let (watched, told) = (Watched::default(), Arc::<Mutex<Told>>::default());
        let reader = tokio::spawn(read(Arc::clone(&watched), Arc::clone(&told)));
        Self { watched, told, reader }
    }

    /// What all sagas have told so far.
    pub fn told(&self) -> Told {
        self.told.lock().unwrap().clone()
    }

    /// What the saga of an order tells, from the beginning.
    pub fn watch(&self, order: &str) -> watch::Receiver<Progress> {
        self.watched.lock().unwrap().entry(order.to_owned()).or_default().subscribe()
    }

    /// Forgets an order.
    pub fn forget(&self, order: &str) {
        self.watched.lock().unwrap().remove(order);
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn read(watched: Watched, told: Arc<Mutex<Told>>) {
    let decoder = Decoder::<PublicEvent>::new(registry());
    let (group, client_id) = (unique("bench-sagas"), "bench-sagas".to_owned());
    let settings = ConsumerSettings { brokers: brokers(), group, topic: TOPIC.to_owned(), client_id };
    let limits = BatchLimits { records_max: 1_000, bytes_max: usize::MAX, wait_max: Duration::ZERO };
    let mut consumer = GroupConsumer::join(settings).unwrap();
    loop {
        match consumer.next(&limits).await.unwrap() {
            ConsumerEvent::Assigned(assignment) => {
                let starts: Vec<_> = assignment.partitions.iter().map(|partition| (*partition, 0)).collect();
                consumer.start(&assignment, &starts).unwrap();
            }
            ConsumerEvent::Batch(records) => {
                for record in &records {
                    let event = decoded(&decoder, record).await;
                    told.lock().unwrap().learn(&event);
                    // Nobody waits any more for what is told late of an order that has ended.
                    if let Some(progress) = watched.lock().unwrap().get(event.stream_id()) {
                        progress.send_modify(|progress| progress.learn(&event, Instant::now()));
                    }
                }
            }
            ConsumerEvent::Revoked | ConsumerEvent::Positions(_) => {}
        }
    }
}

/// The event of a record. A registry that does not answer is asked again: what this reader misses, everybody would wait for.
async fn decoded(decoder: &Decoder<PublicEvent>, record: &IncomingRecord) -> PublicEvent {
    loop {
        match decoder.decode(record).await {
            Ok(published) => return published.event,
            Err(error) if error.is_transient() => {
                pause(AGAIN, &CancellationToken::new()).await;
            }
            Err(error) => panic!("{}", chain(&error)),
        }
    }
}

impl Told {
    fn learn(&mut self, event: &PublicEvent) {
        match event {
            PublicEvent::TaskOpened(event) => *self.tasks.entry(format!("{:?}", event.task)).or_default() += 1,
            PublicEvent::AnswerReceived(event) if event.answer == AnswerKind::StockExpired => {
                self.expired_reservations += 1;
            }
            _ => {}
        }
    }
}

impl Progress {
    fn learn(&mut self, event: &PublicEvent, now: Instant) {
        match event {
            PublicEvent::AnswerReceived(event) => match event.answer {
                AnswerKind::StockGranted => self.reserved = self.reserved.or(Some(now)),
                AnswerKind::PaymentPending | AnswerKind::PaymentDeclined => {
                    self.payable = self.payable.or(Some(now));
                    self.payable_count += 1;
                }
                AnswerKind::PaymentAuthorized => self.authorized = self.authorized.or(Some(now)),
                AnswerKind::FulfilmentReleased => {
                    self.released = event.fulfilment.clone().map(|fulfilment| (fulfilment, now));
                }
                _ => {}
            },
            PublicEvent::OrderReady(_) => self.confirmed = Some(now),
            PublicEvent::UndoStarted(event) => self.undone_because = Some(event.cause),
            PublicEvent::SagaEnded(event) => self.ended = Some((event.outcome, now)),
            _ => {}
        }
    }
}
