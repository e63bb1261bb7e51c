//! Event histories of sagas as they would come from the topic. What happens follows from commands, as the saga decides them.

use domain::contract::{Facts, Position, PublicEvents};
use domain::order_saga::contract::{PublicEvent, Published};
use domain::order_saga::{
    Answer, AnswerKind, LearnAnswer, OrderSaga, OrderSagaCommand, OrderSagaRejection, OrderSagaState, Part,
    RequestedLine, SagaPolicy, Signals, StartSaga,
};
use domain::{Currency, Decider, EventId, LocationId, Money, OrderId, Quantity, Sku, TenantId, Timestamp};
use uuid::Uuid;

use super::fold::fold;
use super::view::SagaView;

/// 2026-01-01T00:00:00Z, when all histories begin.
const BEGINNING_MICROS: i64 = 1_767_225_600_000_000;
const SECOND_MICROS: i64 = 1_000_000;
/// How long a reservation holds its stock.
const HELD_MICROS: i64 = 3_600 * SECOND_MICROS;
/// Of the order.
const PIECES: u32 = 3;

/// The events of one saga, one after another.
#[derive(Debug, Clone)]
pub struct SagaHistory {
    order: OrderId,
    tenant: TenantId,
    now_micros: i64,
    /// Answers so far. Each has a version of its own, higher than those before.
    answers: u32,
    state: OrderSagaState,
    view: Option<SagaView>,
    records: Vec<Published>,
}

impl SagaHistory {
    /// The saga of an order, by its number, of so many minor units of EUR; two locations may have the stock. It has asked the first one.
    ///
    /// # Panics
    /// On what no tenant is called.
    pub fn started(order: u128, tenant: &str, total_minor: i64) -> Self {
        Self::started_by(SagaPolicy::default(), order, tenant, total_minor)
    }

    /// The same by a policy, apart from its locations.
    ///
    /// # Panics
    /// On what no tenant is called.
    pub fn started_by(policy: SagaPolicy, order: u128, tenant: &str, total_minor: i64) -> Self {
        let history = Self {
            order: OrderId::new(Uuid::from_u128(order)),
            tenant: TenantId::try_new(tenant).expect("a tenant"),
            now_micros: BEGINNING_MICROS,
            answers: 0,
            state: OrderSaga::initial(),
            view: None,
            records: Vec::new(),
        };
        let location = |code: &str| LocationId::try_new(code).expect("a location");
        let policy = SagaPolicy { locations: vec![location("zrh-1"), location("zrh-2")], ..policy };
        let quantity = Quantity::try_new(PIECES).expect("a quantity");
        let start = StartSaga {
            order: history.order,
            tenant: history.tenant.clone(),
            customer: None,
            lines: vec![RequestedLine { sku: Sku::try_new("85123A").expect("a SKU"), quantity }],
            total: euros(total_minor),
            policy: Box::new(policy),
            signals: Signals::default(),
            at: history.now(),
        };
        history.after(start)
    }

    /// The row after the last event.
    ///
    /// # Panics
    /// Without events.
    pub fn view(&self) -> &SagaView {
        self.view.as_ref().expect("the history has an event")
    }

    /// The events.
    pub fn records(&self) -> Vec<Published> {
        self.records.clone()
    }

    /// What the saga itself knows.
    pub const fn state(&self) -> &OrderSagaState {
        &self.state
    }

    /// Whose data it is.
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The moment of the next command.
    ///
    /// # Panics
    /// In a far future.
    pub fn now(&self) -> Timestamp {
        Timestamp::try_from_micros(self.now_micros).expect("a moment of this century")
    }

    /// Nothing happens for so many seconds.
    #[must_use]
    pub fn later(mut self, seconds: u32) -> Self {
        self.now_micros += i64::from(seconds) * SECOND_MICROS;
        self
    }

    /// What follows from a command that the saga takes.
    ///
    /// # Panics
    /// If it is refused.
    #[must_use]
    pub fn after(mut self, command: impl Into<OrderSagaCommand>) -> Self {
        self.give(command.into()).expect("the saga takes the command");
        self
    }

    /// What follows from an answer. A sum of money is so many minor units.
    #[must_use]
    pub fn answered(mut self, part: Part, kind: AnswerKind, amount_minor: Option<i64>) -> Self {
        self.answers += 1;
        let holds = matches!(kind, AnswerKind::StockGranted | AnswerKind::StockRenewed);
        let expires_at = holds.then(|| Timestamp::try_from_micros(self.now_micros + HELD_MICROS).expect("a moment"));
        let answer = Answer { kind, expires_at, amount: amount_minor.map(euros) };
        let command = LearnAnswer { part, version: self.answers, answer, at: self.now() };
        self.after(command)
    }

    /// Gives a command.
    ///
    /// # Errors
    /// What the saga says; nothing has happened then.
    ///
    /// # Panics
    /// If what the saga decides does not fold.
    pub fn give(&mut self, command: OrderSagaCommand) -> Result<(), OrderSagaRejection> {
        for event in OrderSaga::decide(&self.state, command)? {
            let version = i64::try_from(self.records.len()).expect("a history is short") + 1;
            self.state = OrderSaga::evolve(self.state.clone(), &event).expect("a decision folds");
            let facts = Facts { id: self.order, version, tenant: self.tenant.clone() };
            let number = u128::from(version.unsigned_abs());
            let record = Published {
                event: PublicEvent::publish(&facts, &event),
                event_id: EventId::new(Uuid::from_u128((self.order.uuid().as_u128() << 32) | number)),
                position: Position { shard: 0, position: version },
                recorded_at: self.now(),
                correlation_id: None,
                causation_id: None,
                traceparent: None,
            };
            self.view = Some(fold(self.view.take(), &record).expect("a history folds"));
            self.records.push(record);
        }
        Ok(())
    }

    /// The part that was asked for last.
    ///
    /// # Panics
    /// If nothing was.
    pub fn last_part(&self) -> Part {
        let saga = self.state.saga().expect("a saga");
        let fulfilment = saga.fulfilments.last().map(|part| Part::Fulfilment(part.id));
        let payment = || saga.payments.last().map(|part| Part::Payment(part.id));
        let reservation = || saga.reservations.last().map(|part| Part::Reservation(part.id));
        fulfilment.or_else(payment).or_else(reservation).expect("something was asked for")
    }
}

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::try_new("EUR").expect("a currency"))
}
