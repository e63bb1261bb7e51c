//! The audit of sagas and their orders: invariant 11, that every saga has ended, has a task, or waits for something that is not overdue,
//! and that a saga which undid its order has undone whatever it asked for; invariant 12, that nothing was shipped unpaid or unreserved,
//! and that an order which was given up holds neither stock nor money once its saga has ended.
//!
//! Guarantees: it writes nothing, and sees sagas and orders as they stand at one moment, so work that is under way is no finding. Memory
//! holds one stream, and an id for each saga that has not ended, that is under credit terms, or of which a step was skipped by hand.
//! Does not: use the code that decided the events to add them up; look at the streams of other participants.

mod order;
mod saga;

use std::collections::{HashMap, HashSet};

use domain::Timestamp;
use domain::order::{Order, OrderEvent};
use domain::order_saga::{Goal, OrderSaga, OrderSagaEvent, OrderSagaState};
use domain::{Decider, OrderId};
use event_store::audit::{Examination, Place, walk};
use service_kit::BoxError;
use service_kit::audit::{Examined, Finding, Findings, Invariant};
use service_kit::errors::chain;
use tokio_postgres::Transaction;

use order::OrderBooks;
use saga::SagaBooks;

/// How late a saga may be with what is due before it counts as forgotten: an engine that has just started has others to wake first.
const LATE_S_MAX: i64 = 120;
const SECOND_MICROS: i64 = 1_000_000;

/// What the order's examination has to know of sagas.
#[derive(Debug, Default)]
struct Known {
    /// What the sagas that go on work towards.
    running: HashMap<OrderId, Goal>,
    /// The orders that are paid by invoice.
    credit: HashSet<OrderId>,
    /// The orders of which a person has skipped a step, so that nobody has told what became of it.
    skipped: HashSet<OrderId>,
}

/// Examines the sagas of a log and their orders, as a transaction sees them, which has to be of the level repeatable read.
///
/// # Errors
/// When the database cannot be read.
pub async fn check(log: &Transaction<'_>, now: Timestamp, found: &mut Findings) -> Result<Vec<Examined>, BoxError> {
    let mut sagas = Sagas { now, state: OrderSaga::initial(), books: SagaBooks::default(), known: Known::default() };
    let (count, _) = walk(log, &mut sagas, found).await?;
    let mut orders = Orders { books: OrderBooks::default(), known: sagas.known };
    let (orders, _) = walk(log, &mut orders, found).await?;
    Ok(vec![Examined { what: "sagas", count }, Examined { what: "orders beside them", count: orders }])
}

fn push(found: &mut Findings, stream: &str, (invariant, code, detail): Problem) {
    found.push(Finding { stream: Some(stream.to_owned()), ..Finding::new(invariant, code, detail) });
}

/// What is wrong: the promise that is broken, a code for programs and an explanation for people.
type Problem = (Invariant, &'static str, String);

struct Sagas {
    now: Timestamp,
    /// Of the present stream, as is what follows.
    state: OrderSagaState,
    books: SagaBooks,
    known: Known,
}

impl Examination for Sagas {
    type Kind = OrderSaga;
    const INVARIANT: Invariant = Invariant::I11;

    fn event(&mut self, at: &Place<'_>, event: OrderSagaEvent, found: &mut Findings) -> Result<(), String> {
        let before = std::mem::replace(&mut self.state, OrderSaga::initial());
        self.state = OrderSaga::evolve(before, &event).map_err(|error| chain(&error))?;
        if let Some((invariant, code, detail)) = self.books.follow(&event) {
            found.push(Finding { invariant, ..at.finding(code, detail) });
        }
        Ok(())
    }

    fn end(&mut self, stream: &str, is_whole: bool, found: &mut Findings) {
        let state = std::mem::replace(&mut self.state, OrderSaga::initial());
        let books = std::mem::take(&mut self.books);
        let Some(saga) = state.saga() else { return };
        if books.is_credit() {
            self.known.credit.insert(saga.order);
        }
        if books.is_skipped() {
            self.known.skipped.insert(saga.order);
        }
        if !is_whole {
            // Nothing is known of its end, and the finding says so already.
            self.known.running.insert(saga.order, saga.goal);
            return;
        }
        if saga.outcome.is_none() || saga.asks().next().is_some() {
            self.known.running.insert(saga.order, saga.goal);
            if let Some(problem) = self.overdue(&state) {
                push(found, stream, problem);
            }
            return;
        }
        for problem in books.left_over() {
            push(found, stream, problem);
        }
    }
}

impl Sagas {
    /// What is wrong with a saga that goes on.
    fn overdue(&self, state: &OrderSagaState) -> Option<Problem> {
        if state.saga().is_some_and(|saga| saga.task.is_some()) {
            return None;
        }
        let Some(due) = OrderSaga::wake_at(state) else {
            return Some((Invariant::I11, "saga_forgotten", "it waits for nothing, and nobody has a task".to_owned()));
        };
        let late_s = (self.now.micros() - due.micros()) / SECOND_MICROS;
        let detail = || format!("what was due at {due} was not done; nobody has a task");
        (late_s > LATE_S_MAX).then(|| (Invariant::I11, "saga_overdue", detail()))
    }
}

struct Orders {
    /// Of the present stream.
    books: OrderBooks,
    known: Known,
}

impl Examination for Orders {
    type Kind = Order;
    const INVARIANT: Invariant = Invariant::I12;

    fn event(&mut self, at: &Place<'_>, event: OrderEvent, found: &mut Findings) -> Result<(), String> {
        let order = at.stream().parse().ok();
        let is_credit = order.is_some_and(|order: OrderId| self.known.credit.contains(&order));
        for (invariant, code, detail) in self.books.follow(&event, is_credit) {
            found.push(Finding { invariant, ..at.finding(code, detail) });
        }
        Ok(())
    }

    fn end(&mut self, stream: &str, is_whole: bool, found: &mut Findings) {
        let books = std::mem::take(&mut self.books);
        let order = stream.parse().ok().filter(|_| is_whole);
        let Some(order) = order.filter(|order| !self.known.skipped.contains(order)) else { return };
        if !books.is_given_up() {
            return;
        }
        match self.known.running.get(&order) {
            Some(Goal::Undo(_)) => {}
            Some(Goal::Fulfil) if books.has_shipped() => {}
            Some(Goal::Fulfil) => {
                let detail = "the order was given up, and its saga goes on to fulfil it".to_owned();
                push(found, stream, (Invariant::I11, "not_undone", detail));
            }
            None => books.held().into_iter().for_each(|problem| push(found, stream, problem)),
        }
    }
}
