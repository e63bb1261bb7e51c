//! Events and commands of sagas for tests: one order of 3 pieces of one SKU for 30.00 EUR, two locations.

use uuid::Uuid;

use crate::order_saga::policy::after;
use crate::order_saga::*;
use crate::reservation::RequestedLine;
use crate::testing::{Given, Outcome, given_for};
use crate::{
    Currency, FulfilmentId, LocationId, Money, Operator, OrderId, PaymentId, Quantity, Reason, ReservationId, Sku,
    TenantId, Timestamp,
};

pub(in crate::order_saga) const AT: Timestamp = Timestamp::EPOCH;
pub(in crate::order_saga) const TOTAL: i64 = 3_000;
/// When a reservation expires that the fixtures grant, in seconds.
const EXPIRES_S: u32 = 900;

pub(in crate::order_saga) fn given(history: impl IntoIterator<Item = OrderSagaEvent>) -> Given<OrderSaga> {
    given_for(history)
}

pub(in crate::order_saga) fn later(seconds: u32) -> Timestamp {
    after(AT, seconds)
}

pub(in crate::order_saga) fn order() -> OrderId {
    OrderId::new(Uuid::from_u128(7))
}

pub(in crate::order_saga) fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

fn location(code: &str) -> LocationId {
    LocationId::try_new(code).unwrap()
}

fn operator(name: &str) -> Operator {
    Operator::try_new(name).unwrap()
}

fn money(minor: i64) -> Money {
    Money::new(minor, Currency::try_new("EUR").unwrap())
}

fn lines() -> Vec<RequestedLine> {
    vec![RequestedLine { sku: Sku::try_new("85123A").unwrap(), quantity: Quantity::try_new(3).unwrap() }]
}

pub(in crate::order_saga) fn policy() -> SagaPolicy {
    SagaPolicy { locations: vec![location("zrh-1"), location("zrh-2")], ..SagaPolicy::default() }
}

pub(in crate::order_saga) fn start() -> OrderSagaCommand {
    start_with(TOTAL, policy())
}

pub(in crate::order_saga) fn start_with(total: i64, policy: SagaPolicy) -> OrderSagaCommand {
    start_of(lines(), total, policy)
}

pub(in crate::order_saga) fn start_of(lines: Vec<RequestedLine>, total: i64, policy: SagaPolicy) -> OrderSagaCommand {
    StartSaga {
        order: order(),
        tenant: tenant(),
        customer: None,
        lines,
        total: money(total),
        policy: Box::new(policy),
        signals: Signals::default(),
        at: AT,
    }
    .into()
}

fn started_with(total: i64) -> OrderSagaEvent {
    OrderSagaEvent::SagaStarted(SagaStarted {
        order: order(),
        tenant: tenant(),
        customer: None,
        policy: policy(),
        signals: Signals::default(),
        flow: FLOW_VERSION,
        lines: lines(),
        total: money(total),
        at: AT,
    })
}

pub(in crate::order_saga) fn started() -> OrderSagaEvent {
    started_with(TOTAL)
}

/// The same of an order whose locations are compared.
pub(in crate::order_saga) fn started_routing() -> OrderSagaEvent {
    let OrderSagaEvent::SagaStarted(started) = started() else { unreachable!("a saga is started") };
    let policy = SagaPolicy { routing: Routing::Best, ..policy() };
    OrderSagaEvent::SagaStarted(SagaStarted { policy, ..started })
}

pub(super) fn due(attempt: u32, at: Timestamp) -> Timestamp {
    policy().due(at, attempt, order().uuid().as_u128())
}

pub(in crate::order_saga) fn stock_requested(
    number: u32,
    at_location: &str,
    attempt: u32,
    at: Timestamp,
) -> OrderSagaEvent {
    OrderSagaEvent::StockRequested(StockRequested {
        reservation: ReservationId::of(order(), number),
        location: location(at_location),
        lines: lines(),
        hold_for_s: 900,
        attempt,
        due: due(attempt, at),
        at,
    })
}

pub(in crate::order_saga) fn asked_for_stock() -> Vec<OrderSagaEvent> {
    vec![started(), stock_requested(1, "zrh-1", 1, AT)]
}

pub(super) fn answer(part: Part, version: u32, kind: AnswerKind, amount: Option<i64>) -> LearnAnswer {
    let expires_at = (kind == AnswerKind::StockGranted).then(|| later(EXPIRES_S));
    LearnAnswer { part, version, answer: Answer { kind, expires_at, amount: amount.map(money) }, at: AT }
}

pub(super) fn answer_event(learned: LearnAnswer) -> OrderSagaEvent {
    let LearnAnswer { part, version, answer, at } = learned;
    let (reservation, payment, fulfilment) = match part {
        Part::Reservation(id) => (Some(id), None, None),
        Part::Payment(id) => (None, Some(id), None),
        Part::Fulfilment(id) => (None, None, Some(id)),
    };
    OrderSagaEvent::AnswerReceived(AnswerReceived {
        answer: answer.kind,
        reservation,
        payment,
        fulfilment,
        answer_version: version,
        expires_at: answer.expires_at,
        amount: answer.amount,
        retry_at: None,
        at,
    })
}

fn reservation(number: u32) -> Part {
    Part::Reservation(ReservationId::of(order(), number))
}

fn payment() -> Part {
    Part::Payment(PaymentId::of(order(), 1))
}

pub(in crate::order_saga) fn granted(number: u32, version: u32) -> OrderSagaCommand {
    of_stock(number, version, AnswerKind::StockGranted)
}

pub(in crate::order_saga) fn granted_event(number: u32, version: u32) -> OrderSagaEvent {
    stock_answer(number, version, AnswerKind::StockGranted)
}

pub(in crate::order_saga) fn of_stock(number: u32, version: u32, kind: AnswerKind) -> OrderSagaCommand {
    answer(reservation(number), version, kind, None).into()
}

pub(in crate::order_saga) fn stock_answer(number: u32, version: u32, kind: AnswerKind) -> OrderSagaEvent {
    answer_event(answer(reservation(number), version, kind, None))
}

pub(in crate::order_saga) fn of_payment(version: u32, kind: AnswerKind, amount: Option<i64>) -> OrderSagaCommand {
    answer(payment(), version, kind, amount).into()
}

pub(in crate::order_saga) fn payment_answer(version: u32, kind: AnswerKind, amount: Option<i64>) -> OrderSagaEvent {
    answer_event(answer(payment(), version, kind, amount))
}

pub(in crate::order_saga) fn passed() -> OrderSagaEvent {
    screened(ScreeningOutcome::Pass, 0, vec![])
}

fn screened(outcome: ScreeningOutcome, points: u32, reasons: Vec<ScreeningReason>) -> OrderSagaEvent {
    OrderSagaEvent::OrderScreened(OrderScreened { outcome, points, reasons, at: AT })
}

pub(in crate::order_saga) fn authorization_requested(number: u32, attempt: u32) -> OrderSagaEvent {
    authorization_of(number, attempt, TOTAL)
}

fn authorization_of(number: u32, attempt: u32, total: i64) -> OrderSagaEvent {
    OrderSagaEvent::AuthorizationRequested(AuthorizationRequested {
        customer: None,
        payment: PaymentId::of(order(), number),
        amount: money(total),
        attempt,
        due: due(attempt, AT),
        at: AT,
    })
}

pub(in crate::order_saga) fn authorizing() -> Vec<OrderSagaEvent> {
    [asked_for_stock(), vec![granted_event(1, 1), passed(), authorization_requested(1, 1)]].concat()
}

pub(in crate::order_saga) fn ready() -> OrderSagaEvent {
    OrderSagaEvent::OrderReady(OrderReady { at: AT })
}

pub(in crate::order_saga) fn renewal_requested(number: u32) -> OrderSagaEvent {
    OrderSagaEvent::StockRenewalRequested(StockRenewalRequested {
        reservation: ReservationId::of(order(), number),
        hold_for_s: 30 * 86_400,
        attempt: 1,
        due: due(1, AT),
        at: AT,
    })
}

pub(in crate::order_saga) fn capture_requested(number: u32) -> OrderSagaEvent {
    let payment = PaymentId::of(order(), number);
    OrderSagaEvent::CaptureRequested(CaptureRequested {
        payment,
        amount: money(TOTAL),
        attempt: 1,
        due: due(1, AT),
        at: AT,
    })
}

pub(in crate::order_saga) fn capturing() -> Vec<OrderSagaEvent> {
    let authorized = payment_answer(1, AnswerKind::PaymentAuthorized, None);
    [authorizing(), vec![authorized, ready(), renewal_requested(1), capture_requested(1)]].concat()
}

pub(in crate::order_saga) fn fulfilment_requested(number: u32) -> OrderSagaEvent {
    OrderSagaEvent::FulfilmentRequested(FulfilmentRequested {
        fulfilment: FulfilmentId::of(order(), number),
        reservation: ReservationId::of(order(), number),
        location: location("zrh-1"),
        lines: lines(),
        attempt: 1,
        due: due(1, AT),
        at: AT,
    })
}

pub(in crate::order_saga) fn stock_awaited(next_s: u32, until_s: u32) -> OrderSagaEvent {
    OrderSagaEvent::StockAwaited(StockAwaited { next_try: later(next_s), until: later(until_s), at: AT })
}

pub(in crate::order_saga) fn cancel() -> OrderSagaCommand {
    CancelSaga { at: AT }.into()
}

pub(in crate::order_saga) fn undo_started() -> OrderSagaEvent {
    undo_because(UndoCause::Cancelled)
}

pub(in crate::order_saga) fn undo_because(cause: UndoCause) -> OrderSagaEvent {
    undo_because_at(cause, AT)
}

pub(in crate::order_saga) fn undo_because_at(cause: UndoCause, at: Timestamp) -> OrderSagaEvent {
    OrderSagaEvent::UndoStarted(UndoStarted { cause, by: None, at })
}

pub(in crate::order_saga) fn undone_by(name: &str) -> OrderSagaEvent {
    OrderSagaEvent::UndoStarted(UndoStarted { cause: UndoCause::Operator, by: Some(operator(name)), at: AT })
}

pub(in crate::order_saga) fn release_requested(number: u32) -> OrderSagaEvent {
    let reservation = ReservationId::of(order(), number);
    OrderSagaEvent::StockReleaseRequested(StockReleaseRequested { reservation, attempt: 1, due: due(1, AT), at: AT })
}

pub(in crate::order_saga) fn void_requested(number: u32) -> OrderSagaEvent {
    let payment = PaymentId::of(order(), number);
    OrderSagaEvent::VoidRequested(VoidRequested { payment, attempt: 1, due: due(1, AT), at: AT })
}

pub(in crate::order_saga) fn refund_requested(number: u32) -> OrderSagaEvent {
    let (payment, amount) = (PaymentId::of(order(), number), money(TOTAL));
    OrderSagaEvent::RefundRequested(RefundRequested { payment, amount, attempt: 1, due: due(1, AT), at: AT })
}

pub(in crate::order_saga) fn ended_undone() -> OrderSagaEvent {
    ended_undone_at(AT)
}

pub(in crate::order_saga) fn ended_undone_at(at: Timestamp) -> OrderSagaEvent {
    OrderSagaEvent::SagaEnded(SagaEnded { outcome: SagaOutcome::Undone, at })
}

pub(in crate::order_saga) fn wake(seconds: u32) -> OrderSagaCommand {
    wake_at(later(seconds))
}

pub(in crate::order_saga) fn wake_at(at: Timestamp) -> OrderSagaCommand {
    Wake { candidates: None, at }.into()
}

/// A wake-up that knows of locations, which nobody has registered, whether they have stock.
pub(in crate::order_saga) fn wake_among(stock: &[(&str, bool)], seconds: u32) -> OrderSagaCommand {
    Wake { candidates: Some(candidates(stock)), at: later(seconds) }.into()
}

pub(in crate::order_saga) fn candidates(stock: &[(&str, bool)]) -> Vec<Candidate> {
    let lacks = |has_stock| if has_stock { vec![] } else { lines().into_iter().map(|line| line.sku).collect() };
    let candidate = |(code, has_stock): &(&str, bool)| Candidate {
        location: location(code),
        facts: None,
        lacks: lacks(*has_stock),
    };
    stock.iter().map(candidate).collect()
}

pub(in crate::order_saga) fn is_task(event: &OrderSagaEvent, kind: TaskKind) -> bool {
    matches!(event, OrderSagaEvent::TaskOpened(opened) if opened.task == kind)
}

/// An order that is so large that a person looks at it.
pub(in crate::order_saga) fn in_review() -> Vec<OrderSagaEvent> {
    vec![
        started(),
        stock_requested(1, "zrh-1", 1, AT),
        granted_event(1, 1),
        screened(ScreeningOutcome::Review, 50, vec![ScreeningReason::LargeTotal]),
        OrderSagaEvent::TaskOpened(TaskOpened { task: TaskKind::Review, deadline: later(86_400), at: AT }),
    ]
}

pub(in crate::order_saga) fn assign(to: &str) -> OrderSagaCommand {
    AssignTask { tenant: tenant(), assignee: operator(to), by: operator("chef"), at: AT }.into()
}

pub(in crate::order_saga) fn assigned(to: &str) -> OrderSagaEvent {
    OrderSagaEvent::TaskAssigned(TaskAssigned { assignee: operator(to), by: operator("chef"), at: AT })
}

pub(in crate::order_saga) fn decide(task: TaskKind, decision: TaskDecision) -> OrderSagaCommand {
    DecideTask { tenant: tenant(), task, decision, note: None, by: operator("chef"), at: AT }.into()
}

pub(in crate::order_saga) fn decided(task: TaskKind, decision: TaskDecision) -> OrderSagaEvent {
    OrderSagaEvent::TaskDecided(TaskDecided { task, decision, note: None, by: operator("chef"), at: AT })
}

pub(in crate::order_saga) fn retry() -> OrderSagaCommand {
    RetrySteps { tenant: tenant(), by: operator("chef"), at: AT }.into()
}

pub(in crate::order_saga) fn retry_ordered() -> OrderSagaEvent {
    OrderSagaEvent::RetryOrdered(RetryOrdered { by: operator("chef"), at: AT })
}

fn reason() -> Reason {
    Reason::try_new("told by telephone").unwrap()
}

pub(in crate::order_saga) fn skip(step: Asked) -> OrderSagaCommand {
    SkipStep { tenant: tenant(), step, reason: reason(), by: operator("chef"), at: AT }.into()
}

pub(in crate::order_saga) fn skipped(step: Asked) -> OrderSagaEvent {
    OrderSagaEvent::StepSkipped(StepSkipped { step, reason: reason(), by: operator("chef"), at: AT })
}

pub(in crate::order_saga) fn undo_order() -> OrderSagaCommand {
    UndoOrder { tenant: tenant(), by: operator("chef"), at: AT }.into()
}

/// More that a saga's tests say about an outcome.
pub(in crate::order_saga) trait Undoing {
    fn then_undoing(self, cause: UndoCause);
}

impl Undoing for Outcome<OrderSaga> {
    fn then_undoing(self, cause: UndoCause) {
        let events = self.events();
        assert!(events.contains(&undo_because_at(cause, later(86_400))), "{events:?}");
    }
}
