//! A network between the topics and those who handle them: it loses, delays, holds and repeats the records of single orders, and lets
//! those who handle them end. Records of one key stay in their order, as in Kafka.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{FulfilmentId, OrderId, PaymentId, ReservationId, Timestamp};
use futures::FutureExt;
use messaging::IncomingRecord;
use request_kit::{Handle, Network as Between, Outcome};
use service_kit::clock::{Clock, ManualClock};
use service_kit::poll::pause;
use tokio_util::sync::CancellationToken;

use super::table::Act;

/// How late a record is: more than an answer may take.
const LATE_S: i64 = 45;
const LOOK: Duration = Duration::from_millis(50);
/// Parts of an order of one sort that it may come to have.
pub const PARTS: u32 = 4;

type Waiting = (Arc<IncomingRecord>, Arc<Handle>);

#[derive(Default)]
struct State {
    orders: HashMap<String, OrderId>,
    acts: HashMap<(OrderId, &'static str), Act>,
    /// What crashed or was late already, which happens once to each of those who handle it: several read what others publish.
    done: HashSet<(OrderId, &'static str, usize)>,
    /// The queues that do not move, by topic and key.
    blocked: HashMap<(Arc<str>, String), VecDeque<Waiting>>,
    opened: HashSet<OrderId>,
    held: HashSet<OrderId>,
}

#[derive(Clone)]
pub struct Network {
    state: Arc<Mutex<State>>,
    clock: Arc<ManualClock>,
}

impl Network {
    pub fn new(clock: Arc<ManualClock>) -> Self {
        Self { state: Arc::default(), clock }
    }

    /// As the engine takes it.
    pub fn between(&self) -> Arc<Between> {
        let network = self.clone();
        Arc::new(move |record, handle| {
            let network = network.clone();
            async move { network.pass(record, handle).await }.boxed()
        })
    }

    /// What it does with the records of an order.
    pub fn plan(&self, order: OrderId, acts: &[(&'static str, Act)]) {
        let mut state = self.state.lock().unwrap();
        for n in 1..=PARTS {
            let ids = [
                ReservationId::of(order, n).to_string(),
                PaymentId::of(order, n).to_string(),
                FulfilmentId::of(order, n).to_string(),
            ];
            state.orders.extend(ids.map(|id| (id, order)));
        }
        state.acts.extend(acts.iter().map(|(name, act)| ((order, *name), *act)));
    }

    /// Whether it holds something of an order.
    pub fn holds(&self, order: OrderId) -> bool {
        self.state.lock().unwrap().held.contains(&order)
    }

    /// What it holds of an order arrives.
    pub fn opens(&self, order: OrderId) {
        self.state.lock().unwrap().opened.insert(order);
    }

    /// Whether nothing waits in it.
    pub fn is_empty(&self) -> bool {
        self.state.lock().unwrap().blocked.is_empty()
    }

    async fn pass(&self, record: Arc<IncomingRecord>, handle: Arc<Handle>) -> Outcome {
        let Some((order, act)) = self.act(&record, &handle) else { return handle(record).await };
        match act {
            // It waits behind another one.
            None => Outcome::Done,
            Some(Act::Twice) => {
                handle(Arc::clone(&record)).await;
                handle(record).await
            }
            Some(Act::CrashedBefore) => Outcome::Unavailable("it has ended".to_owned()),
            Some(Act::CrashedAfter) => {
                handle(record).await;
                Outcome::Unavailable("it has ended".to_owned())
            }
            Some(act @ (Act::Late | Act::Held | Act::Lost)) => {
                let (network, until) = (self.clone(), self.clock.now().micros() + LATE_S * 1_000_000);
                let until = Timestamp::try_from_micros(until).unwrap();
                tokio::spawn(async move { network.deliver_later(order, act, until, (record, handle)).await });
                Outcome::Done
            }
        }
    }

    /// What is done with a record; `None` inside where it waits behind another one of its key.
    fn act(&self, record: &Arc<IncomingRecord>, handle: &Arc<Handle>) -> Option<(OrderId, Option<Act>)> {
        let state = &mut *self.state.lock().unwrap();
        let key = String::from_utf8(record.key.clone()?).ok()?;
        let order = *state.orders.get(&key)?;
        let queue = (Arc::clone(&record.topic), key);
        if let Some(waiting) = state.blocked.get_mut(&queue) {
            waiting.push_back((Arc::clone(record), Arc::clone(handle)));
            return Some((order, None));
        }
        let kind = record.headers.iter().find(|(name, _)| *name == "ce_type")?.1?;
        let kind = std::str::from_utf8(kind).ok()?.rsplit('.').next()?;
        let ((_, name), act) = state.acts.iter().find(|((of, name), _)| *of == order && *name == kind)?;
        let (name, act) = (*name, *act);
        let once = act != Act::Twice;
        if once && !state.done.insert((order, name, Arc::as_ptr(handle).addr())) {
            return None;
        }
        if matches!(act, Act::Late | Act::Held | Act::Lost) {
            state.blocked.insert(queue, VecDeque::new());
        }
        if act == Act::Held {
            state.held.insert(order);
        }
        Some((order, Some(act)))
    }

    async fn deliver_later(&self, order: OrderId, act: Act, until: Timestamp, first: Waiting) {
        let is_time = || match act {
            Act::Held | Act::Lost => self.state.lock().unwrap().opened.contains(&order),
            _ => self.clock.now() >= until,
        };
        while !is_time() {
            pause(LOOK, &CancellationToken::new()).await;
        }
        let queue = (Arc::clone(&first.0.topic), String::from_utf8(first.0.key.clone().unwrap()).unwrap());
        let mut next = Some(first);
        while let Some((record, handle)) = next {
            while let Outcome::Unavailable(_) = handle(Arc::clone(&record)).await {
                pause(LOOK, &CancellationToken::new()).await;
            }
            let state = &mut *self.state.lock().unwrap();
            next = state.blocked.get_mut(&queue).and_then(VecDeque::pop_front);
            if next.is_none() {
                state.blocked.remove(&queue);
            }
        }
    }
}
