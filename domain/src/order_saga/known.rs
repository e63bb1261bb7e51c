//! A saga as far as its published events tell.
//!
//! Guarantees: what it says of holds, stages and deadlines is what the saga itself would say. Does not: know the policy, which is not
//! published, so that it says nothing of the deadlines that follow from it. What a policy decides about stages shows in what has
//! happened, unless a payment is authorised once more after it was captured, or another one when goods are packed already: such a one is
//! taken for captured at confirmation.

use serde_json::{Map, Value};

use crate::contract::PublicEvents;
use crate::order::HoldKind;
use crate::{Timestamp, Unfoldable};

use super::contract::PublicEvent;
use super::evolve::evolve;
use super::flow::{Due, OutlinedStage, Place, StageName, deadlines, outline_of};
use super::{
    CaptureMoment, OrderSagaEvent, OrderSagaRejection, OrderSagaState, PaymentPart, PaymentStatus, PaymentTerms, Saga,
    SagaPolicy, Signals,
};

/// Fields of public events that are moments, in microseconds.
const MOMENTS: [&str; 7] = ["at", "due", "expires_at", "retry_at", "next_try", "until", "deadline"];

/// What every public event begins with, apart from the moment.
const HEAD: [&str; 3] = ["order_id", "version", "tenant"];

/// Why published events do not tell what a saga knows.
#[derive(Debug, thiserror::Error)]
pub enum UnknownSaga {
    /// An event of a later release, or one that is damaged.
    #[error("{event} of version {version} cannot be read")]
    Unreadable {
        event: &'static str,
        version: i64,
        #[source]
        source: serde_json::Error,
    },
    /// The events are not those of one saga from its beginning.
    #[error(transparent)]
    Unfoldable(#[from] Unfoldable),
    /// There is no event.
    #[error("the saga has no event")]
    Absent,
}

/// A saga as far as its published events tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSaga(Box<Saga>);

impl KnownSaga {
    /// The saga of some events, which are all of it up to some version.
    ///
    /// # Errors
    /// [`UnknownSaga`].
    pub fn of<'a>(events: impl IntoIterator<Item = &'a PublicEvent>) -> Result<Self, UnknownSaga> {
        let (mut state, mut captures_at_packing) = (OrderSagaState::Absent, false);
        for event in events {
            let Some(event) = stored(event)? else { continue };
            captures_at_packing |= finds_all_done(&event) && waits_uncaptured(&state);
            state = evolve(state, &event)?;
        }
        captures_at_packing |= waits_uncaptured(&state);
        let mut saga = match state {
            OrderSagaState::Absent => return Err(UnknownSaga::Absent),
            OrderSagaState::Running(saga) | OrderSagaState::Ended(saga) => saga,
        };
        if captures_at_packing {
            saga.policy.capture = CaptureMoment::AtPacking;
        }
        // Nothing is ready without a payment, unless it is paid by invoice.
        if saga.ready_at.is_some() && saga.payments.is_empty() {
            saga.policy.terms = PaymentTerms::Credit;
        }
        Ok(Self(saga))
    }

    /// What people hold the order for.
    pub fn holds(&self) -> &[HoldKind] {
        &self.0.holds
    }

    /// Whether something holds the order, so that nothing of it may be shipped.
    pub fn is_held(&self) -> bool {
        self.0.is_held()
    }

    /// The stages of the saga's flow with its place in them.
    ///
    /// # Errors
    /// [`OrderSagaRejection::UnknownFlow`].
    pub fn stages(&self, at: Timestamp) -> Result<Vec<OutlinedStage>, OrderSagaRejection> {
        outline_of(&self.0, at)
    }

    /// What is due although nothing happens, the first first, but for what follows from the policy: renewals, comparisons of locations,
    /// the end of the time to pay, and tasks for what takes too long.
    pub fn deadlines(&self) -> Vec<(Due, Timestamp)> {
        let mut due: Vec<_> = deadlines(&self.0).filter(|(due, _)| is_published(*due)).collect();
        due.sort_by_key(|(_, at)| *at);
        due
    }
}

/// Whether a deadline is a moment that events have.
const fn is_published(due: Due) -> bool {
    match due {
        Due::Answer(_) | Due::Task(_) | Due::StockTry | Due::StockGivenUp => true,
        Due::Renewal | Due::Route | Due::Payment | Due::Late(_) => false,
    }
}

/// Whether all that was due before an event has been done: it follows from no other one, or from one that leaves no payment to capture.
const fn finds_all_done(event: &OrderSagaEvent) -> bool {
    use OrderSagaEvent as E;
    matches!(
        event,
        E::AnswerReceived(_)
            | E::HoldPlaced(_)
            | E::HoldLifted(_)
            | E::RearrangementOrdered(_)
            | E::RetryOrdered(_)
            | E::StepSkipped(_)
            | E::TaskAssigned(_)
            | E::TaskDecided(_)
            | E::UndoStarted(_)
    )
}

/// Whether a saga at rest leaves an authorised payment as it is, although it has come to the stage that would capture it. Then the money
/// is taken when the goods are packed.
fn waits_uncaptured(state: &OrderSagaState) -> bool {
    let OrderSagaState::Running(saga) = state else { return false };
    let is_authorized = |part: &PaymentPart| part.status == PaymentStatus::Authorized && part.ask.is_none();
    let is_here = |stage: &OutlinedStage| (stage.stage, stage.place) == (StageName::Ready, Some(Place::Here));
    saga.ready_at.is_some()
        && saga.payments.last().is_some_and(is_authorized)
        // No stage up to this one looks at the time.
        && outline_of(saga, saga.started_at).is_ok_and(|stages| stages.iter().any(is_here))
}

/// A policy that decides nothing about stages but what is inferred: what is asked for at once was asked for.
fn inferred() -> SagaPolicy {
    SagaPolicy { confirmed_hold_s: 0, ..SagaPolicy::default() }
}

/// The stored event of a public one; `None` for a row of another program. Public events have the fields of stored ones, by the same
/// names and symbols, apart from what is not published.
fn stored(event: &PublicEvent) -> Result<Option<OrderSagaEvent>, UnknownSaga> {
    if matches!(event, PublicEvent::ForeignEvent(_)) {
        return Ok(None);
    }
    let unreadable = |source| UnknownSaga::Unreadable { event: event.name(), version: event.version(), source };
    let mut fields = match event.to_json().map_err(unreadable)? {
        Value::Object(fields) => fields,
        other => Map::from_iter([("event".to_owned(), other)]),
    };
    for name in HEAD {
        fields.remove(name);
    }
    for name in MOMENTS {
        if let Some(micros) = fields.get(name).and_then(Value::as_i64) {
            let moment =
                Timestamp::try_from_micros(micros).map_err(|error| unreadable(serde::de::Error::custom(error)))?;
            fields.insert(name.to_owned(), serde_json::to_value(moment).map_err(unreadable)?);
        }
    }
    unpublished(event, &mut fields).map_err(unreadable)?;
    let stored = Value::Object(Map::from_iter([(event.name().to_owned(), Value::Object(fields))]));
    serde_json::from_value(stored).map(Some).map_err(unreadable)
}

/// Adds what is not published, as far as the fold asks for it.
fn unpublished(event: &PublicEvent, fields: &mut Map<String, Value>) -> Result<(), serde_json::Error> {
    if let PublicEvent::SagaStarted(started) = event {
        fields.insert("order".to_owned(), started.order_id.clone().into());
        fields.insert("tenant".to_owned(), started.tenant.clone().into());
        fields.insert("customer".to_owned(), Value::Null);
        fields.insert("policy".to_owned(), serde_json::to_value(inferred())?);
        fields.insert("signals".to_owned(), serde_json::to_value(Signals::default())?);
    }
    if let PublicEvent::AuthorizationRequested(_) = event {
        fields.insert("customer".to_owned(), Value::Null);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Facts;
    use crate::order_saga::decisions::fixtures::*;
    use crate::order_saga::{AnswerKind as A, Asked, OrderSaga, SagaStarted};

    /// The events as they are published.
    fn published(history: &[OrderSagaEvent]) -> Vec<PublicEvent> {
        let facts = |version| Facts { id: order(), version, tenant: tenant() };
        (1..).zip(history).map(|(version, event)| PublicEvent::publish(&facts(version), event)).collect()
    }

    /// Where the saga is, as it knows and as its published events tell.
    fn here(history: &[OrderSagaEvent]) -> Vec<StageName> {
        let known = KnownSaga::of(&published(history)).unwrap();
        let state = crate::fold::<OrderSaga>(history).unwrap();
        let stages = known.stages(AT).unwrap();
        assert_eq!(stages, outline_of(state.saga().unwrap(), AT).unwrap());
        stages.iter().filter(|stage| stage.place == Some(Place::Here)).map(|stage| stage.stage).collect()
    }

    /// A history whose saga began with a policy.
    fn with_policy(policy: SagaPolicy, history: Vec<OrderSagaEvent>) -> Vec<OrderSagaEvent> {
        let with = |event| match event {
            OrderSagaEvent::SagaStarted(started) => {
                OrderSagaEvent::SagaStarted(SagaStarted { policy: policy.clone(), ..started })
            }
            other => other,
        };
        history.into_iter().map(with).collect()
    }

    #[test]
    fn the_place_of_a_saga_shows_in_its_published_events() {
        assert_eq!(here(&asked_for_stock()), [StageName::Stock]);
        assert_eq!(here(&in_review()), [StageName::Screening]);
        assert_eq!(here(&authorizing()), [StageName::Authorization]);
        assert_eq!(here(&capturing()), [StageName::Ready]);
        let undone = [asked_for_stock(), vec![undo_started(), release_requested(1)]].concat();
        assert_eq!(here(&undone), [StageName::GiveStockBack]);
        let ended = [undone, vec![stock_answer(1, 1, A::StockReleased), ended_undone()]].concat();
        assert_eq!(here(&ended), []);
    }

    #[test]
    fn what_a_policy_decides_shows_in_what_has_happened() {
        let at_packing = SagaPolicy { capture: CaptureMoment::AtPacking, ..policy() };
        let authorized = vec![
            payment_answer(1, A::PaymentAuthorized, Some(TOTAL)),
            ready(),
            renewal_requested(1),
            fulfilment_requested(1),
        ];
        assert_eq!(here(&with_policy(at_packing, [authorizing(), authorized].concat())), [StageName::Fulfilment]);
        let credit = SagaPolicy { terms: PaymentTerms::Credit, ..policy() };
        let by_invoice = [
            asked_for_stock(),
            vec![granted_event(1, 1), passed(), ready(), renewal_requested(1), fulfilment_requested(1)],
        ];
        assert_eq!(here(&with_policy(credit, by_invoice.concat())), [StageName::Fulfilment]);
    }

    #[test]
    fn deadlines_are_those_that_events_have() {
        let known = KnownSaga::of(&published(&asked_for_stock())).unwrap();
        assert_eq!(known.deadlines(), [(Due::Answer(Asked::Reserve), due_of_first())]);
        let out = vec![stock_answer(1, 1, A::StockRefused), stock_awaited(600, 86_400)];
        let waiting = KnownSaga::of(&published(&[asked_for_stock(), out].concat())).unwrap();
        let awaited = [(Due::StockTry, later(600)), (Due::StockGivenUp, later(86_400))];
        assert_eq!((waiting.deadlines(), waiting.holds()), (awaited.to_vec(), &[][..]));
    }

    fn due_of_first() -> Timestamp {
        match asked_for_stock().last() {
            Some(OrderSagaEvent::StockRequested(requested)) => requested.due,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn events_that_are_not_a_whole_saga_are_refused() {
        assert!(matches!(KnownSaga::of(&[]), Err(UnknownSaga::Absent)));
        let without_first = published(&asked_for_stock()).split_off(1);
        assert!(matches!(KnownSaga::of(&without_first), Err(UnknownSaga::Unfoldable(_))));
    }
}
