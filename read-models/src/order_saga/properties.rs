//! Rows of sagas against what the sagas themselves know, over whatever may happen to one.

use domain::order::HoldKind;
use domain::order_saga::AnswerKind as A;
use domain::order_saga::{
    Asked, AssignTask, CancelSaga, CaptureMoment, DecideTask, Due, Goal, HoldSaga, KnownSaga, OrderSagaCommand,
    OrderSagaState, Part, PaymentPart, PaymentStatus, PaymentTerms, ReleaseSaga, RetrySteps, Saga, SagaPolicy,
    SkipStep, TaskDecision, UndoOrder, Wake, deadlines, outline_of,
};
use domain::{Operator, Reason, Timestamp};
use proptest::prelude::*;
use serde::Serialize;

use super::testing::SagaHistory;
use super::view::{PartKind, PendingRequest, SagaState};

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    Wake {
        seconds: u32,
    },
    /// Of the part of a number among those of its sort.
    Stock(usize, A),
    Payment(usize, A, i64),
    Fulfilment(usize, A),
    Assign,
    Decide(TaskDecision),
    Retry,
    Skip(Asked),
    Undo,
    Cancel,
    Hold(HoldKind),
    Release(HoldKind),
}

const STOCK: [A; 9] = [
    A::StockGranted,
    A::StockRefused,
    A::StockRenewed,
    A::StockReleased,
    A::StockExpired,
    A::StockShippedInPart,
    A::StockShipped,
    A::StockBackorderFilled,
    A::StockRequestRefused,
];
const PAYMENT: [A; 13] = [
    A::PaymentPending,
    A::PaymentActionRequired,
    A::PaymentAuthorized,
    A::PaymentDeclined,
    A::PaymentCaptured,
    A::CaptureFailed,
    A::PaymentVoided,
    A::VoidFailed,
    A::PaymentRefunded,
    A::RefundFailed,
    A::PaymentExpired,
    A::PaymentDisputed,
    A::PaymentRequestRefused,
];
const FULFILMENT: [A; 11] = [
    A::FulfilmentRequested,
    A::FulfilmentAccepted,
    A::FulfilmentRejected,
    A::FulfilmentReleased,
    A::FulfilmentHeld,
    A::FulfilmentPacked,
    A::FulfilmentShipped,
    A::FulfilmentDelivered,
    A::FulfilmentLost,
    A::FulfilmentCancelled,
    A::FulfilmentRequestRefused,
];
const ASKED: [Asked; 12] = [
    Asked::Reserve,
    Asked::Renew,
    Asked::Release,
    Asked::ShipStock,
    Asked::Authorize,
    Asked::Capture,
    Asked::Void,
    Asked::Refund,
    Asked::Fulfil,
    Asked::ReleaseFulfilment,
    Asked::CancelFulfilment,
    Asked::HoldFulfilment,
];
const DECISIONS: [TaskDecision; 3] = [TaskDecision::Approve, TaskDecision::Continue, TaskDecision::Undo];

fn any_step() -> impl Strategy<Value = Step> {
    let number = || 0_usize..4;
    let amount = prop_oneof![Just(3_000_i64), 1_i64..4_000];
    prop_oneof![
        3 => prop_oneof![1_u32..60, 600_u32..100_000].prop_map(|seconds| Step::Wake { seconds }),
        6 => (number(), prop_oneof![Just(A::StockGranted), prop::sample::select(&STOCK[..])])
            .prop_map(|(number, kind)| Step::Stock(number, kind)),
        8 => (number(), prop_oneof![
            Just(A::PaymentAuthorized), Just(A::PaymentCaptured), prop::sample::select(&PAYMENT[..])
        ], amount).prop_map(|(number, kind, amount)| Step::Payment(number, kind, amount)),
        6 => (number(), prop::sample::select(&FULFILMENT[..]))
            .prop_map(|(number, kind)| Step::Fulfilment(number, kind)),
        1 => Just(Step::Assign),
        2 => prop::sample::select(&DECISIONS[..]).prop_map(Step::Decide),
        1 => Just(Step::Retry),
        1 => prop::sample::select(&ASKED[..]).prop_map(Step::Skip),
        1 => Just(Step::Undo),
        1 => Just(Step::Cancel),
        2 => prop::sample::select(&HoldKind::ALL[..]).prop_map(Step::Hold),
        2 => prop::sample::select(&HoldKind::ALL[..]).prop_map(Step::Release),
    ]
}

fn operator(name: &str) -> Operator {
    Operator::try_new(name).unwrap()
}

/// Takes a step where the saga takes it.
fn take(mut history: SagaHistory, step: Step) -> SagaHistory {
    let saga = history.state().saga().unwrap();
    let (tenant, by, at) = (history.tenant().clone(), operator("ann"), history.now());
    let command: OrderSagaCommand = match step {
        Step::Wake { seconds } => {
            let later = history.clone().later(seconds);
            let at = later.now();
            history = later;
            Wake { candidates: None, at }.into()
        }
        Step::Stock(number, kind) => {
            let parts = &saga.reservations;
            let Some(part) = parts.get(number % parts.len().max(1)) else { return history };
            let part = Part::Reservation(part.id);
            return history.answered(part, kind, None);
        }
        Step::Payment(number, kind, amount) => {
            let parts = &saga.payments;
            let Some(part) = parts.get(number % parts.len().max(1)) else { return history };
            let part = Part::Payment(part.id);
            return history.answered(part, kind, Some(amount));
        }
        Step::Fulfilment(number, kind) => {
            let parts = &saga.fulfilments;
            let Some(part) = parts.get(number % parts.len().max(1)) else { return history };
            let part = Part::Fulfilment(part.id);
            return history.answered(part, kind, None);
        }
        Step::Assign => AssignTask { tenant, assignee: operator("bob"), by, at }.into(),
        Step::Decide(decision) => {
            let Some(task) = &saga.task else { return history };
            DecideTask { tenant, task: task.kind, decision, note: None, by, at }.into()
        }
        Step::Retry => RetrySteps { tenant, by, at }.into(),
        Step::Skip(step) => SkipStep { tenant, step, reason: Reason::try_new("by telephone").unwrap(), by, at }.into(),
        Step::Undo => UndoOrder { tenant, by, at }.into(),
        Step::Cancel => CancelSaga { at }.into(),
        Step::Hold(hold) => HoldSaga { hold, at }.into(),
        Step::Release(hold) => ReleaseSaga { hold, at }.into(),
    };
    // What the saga refuses does not happen.
    let _ = history.give(command);
    history
}

/// A symbol of the domain as its text, which is the contract's too.
fn symbol(symbol: impl Serialize) -> String {
    serde_json::to_value(symbol).unwrap().as_str().unwrap().to_owned()
}

/// The row shows what the saga knows.
fn agrees(history: &SagaHistory) {
    let (view, state) = (history.view(), history.state());
    let saga = state.saga().unwrap();
    let mut expected: Vec<_> = [
        saga.reservations.iter().map(|part| (PartKind::Reservation, part.id.uuid(), part.ask)).collect::<Vec<_>>(),
        saga.payments.iter().map(|part| (PartKind::Payment, part.id.uuid(), part.ask)).collect(),
        saga.fulfilments.iter().map(|part| (PartKind::Fulfilment, part.id.uuid(), part.ask)).collect(),
    ]
    .concat()
    .into_iter()
    .filter_map(|(kind, id, ask)| ask.map(|ask| (id, kind, symbol(ask.asked), i64::from(ask.attempt), ask.due)))
    .map(|(id, kind, asked, attempt, due)| (id, format!("{kind:?}"), asked, attempt, due.to_datetime()))
    .collect();
    expected.sort();
    let shown = |one: &PendingRequest| (one.part_id, format!("{:?}", one.part), symbol(one.step), one.attempt, one.due);
    let mut found: Vec<_> = view.pending.0.iter().map(shown).collect();
    found.sort();
    assert_eq!(found, expected);
    let cause = match saga.goal {
        Goal::Fulfil => None,
        Goal::Undo(cause) => Some(symbol(cause)),
    };
    assert_eq!(view.undo_cause, cause);
    assert_eq!(view.outcome, saga.outcome.map(symbol));
    let state = match (state, &cause) {
        (OrderSagaState::Ended(_), _) => SagaState::Ended,
        (_, Some(_)) => SagaState::Undoing,
        (_, None) => SagaState::Running,
    };
    assert_eq!(view.state, state);
    let moment = |at: Timestamp| at.to_datetime();
    let task = saga.task.as_ref();
    assert_eq!(view.task, task.map(|task| symbol(task.kind)));
    assert_eq!(view.task_opened_at, task.map(|task| moment(task.opened_at)));
    assert_eq!(view.task_deadline, task.and_then(|task| task.deadline).map(moment));
    assert_eq!(view.task_assignee, task.and_then(|task| task.assignee.as_ref()).map(ToString::to_string));
    assert_eq!(view.task_escalations, task.map_or(0, |task| i64::from(task.escalations)));
    assert_eq!(view.stock_awaited_until, saga.stock_wait.map(|wait| moment(wait.until)));
    assert_eq!(view.started_at, moment(saga.started_at));
    tells(history, saga);
}

/// The published events tell where the saga stands, what holds it, and what is due by what they say.
fn tells(history: &SagaHistory, saga: &Saga) {
    let records = history.records();
    let known = KnownSaga::of(records.iter().map(|record| &record.event)).unwrap();
    assert_eq!((known.holds(), known.is_held()), (&saga.holds[..], saga.is_held()));
    // When the money is taken does not show where it was taken before it was authorised.
    let is_authorized_late = |part: &PaymentPart| part.status == PaymentStatus::Authorized && part.captured.minor() > 0;
    // Nor where another payment replaced it when goods were packed already, and is captured at once.
    let is_replaced = saga.payments.len() > 1;
    let is_capturing = |part: &PaymentPart| part.status == PaymentStatus::Authorized && part.ask.is_some();
    let is_replaced_late = is_replaced && saga.payments.last().is_some_and(is_capturing);
    if !is_replaced_late && !saga.payments.iter().any(is_authorized_late) {
        assert_eq!(known.stages(history.now()), outline_of(saga, history.now()));
    }
    let is_told = |due: &Due| matches!(due, Due::Answer(_) | Due::Task(_) | Due::StockTry | Due::StockGivenUp);
    let mut expected: Vec<_> = deadlines(saga).filter(|(due, _)| is_told(due)).collect();
    expected.sort_by_key(|(_, at)| *at);
    assert_eq!(known.deadlines(), expected);
}

proptest! {
    #[test]
    fn whatever_happens_folds_to_what_the_saga_knows(
        total in prop::sample::select(vec![0_i64, 3_000, 600_000]),
        capture in prop::sample::select(vec![CaptureMoment::AtConfirmation, CaptureMoment::AtPacking]),
        terms in prop::sample::select(vec![PaymentTerms::Prepaid, PaymentTerms::Credit]),
        confirmed_hold_s in prop::sample::select(vec![600_u32, 2_592_000]),
        steps in prop::collection::vec(any_step(), 0..60),
    ) {
        let policy = SagaPolicy { capture, terms, confirmed_hold_s, ..SagaPolicy::default() };
        let mut history = SagaHistory::started_by(policy, 7, "shop", total);
        agrees(&history);
        for step in steps {
            history = take(history, step);
            agrees(&history);
        }
    }
}
