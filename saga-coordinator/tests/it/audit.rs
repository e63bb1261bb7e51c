//! The audit of sagas: silent on what is right and on what is under way, and naming what was changed by hand.

use std::time::Duration;

use domain::OrderId;
use saga_coordinator::audit::check;
use service_kit::audit::{Findings, Invariant};
use service_kit::clock::Clock;
use tokio_postgres::IsolationLevel;

use crate::driven::Driven;
use crate::world::World;

/// What was due may be so late that an engine which just came back is not accused.
const NOT_LATE: Duration = Duration::from_secs(140);
/// By so much more it is.
const LATE: Duration = Duration::from_secs(20);

/// An order that was delivered, one that was voided, one that was refunded, and one that waits for stock.
struct Traded {
    world: World,
    delivered: OrderId,
    voided: OrderId,
    refunded: OrderId,
    placed: OrderId,
}

async fn traded() -> Traded {
    let world = World::new().await;
    let delivered = Driven::placed(&world).await;
    delivered.is_delivered().await;
    let voided = Driven::placed(&world).await;
    voided.is_authorized().await;
    voided.is_cancelled().await;
    // The capture that was asked for is refused, which is no event here, and the void has won.
    voided.is_voided().await;
    let refunded = Driven::placed(&world).await;
    refunded.is_captured().await;
    refunded.is_cancelled().await;
    refunded.is_refunded().await;
    let (delivered, voided, refunded) = (delivered.order, voided.order, refunded.order);
    let placed = world.place().await;
    Traded { world, delivered, voided, refunded, placed }
}

impl Traded {
    /// Invariant, code and stream of each finding.
    async fn found(&self) -> Vec<(Invariant, &'static str, String)> {
        let mut client = self.world.client().await;
        let log = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        let log = log.start().await.unwrap();
        let mut findings = Findings::default();
        let examined = check(&log, self.world.clock.now(), &mut findings).await.unwrap();
        assert_eq!((examined[0].what, examined[1].count), ("sagas", 4));
        let found = findings.listed.into_iter();
        found.map(|finding| (finding.invariant, finding.code, finding.stream.unwrap_or_default())).collect()
    }

    /// Exactly one thing is found, of a stream.
    async fn finds(&self, invariant: Invariant, code: &'static str, order: OrderId) {
        assert_eq!(self.found().await, [(invariant, code, order.to_string())]);
    }

    /// Deletes the events of an order or a saga of a type. No release does so.
    async fn forget(&self, kind: &str, order: OrderId, event: &str) {
        let sql = "DELETE FROM events WHERE aggregate_type = $1 AND aggregate_id = $2 AND event_type = $3";
        let deleted = self.world.client().await.execute(sql, &[&kind, &order.to_string(), &event]).await.unwrap();
        assert!(deleted > 0, "{event}");
    }

    /// Deletes what a saga was answered.
    async fn forget_answer(&self, order: OrderId, answer: &str) {
        let sql = "DELETE FROM events WHERE aggregate_type = 'order_saga' AND aggregate_id = $1 \
                   AND payload::jsonb -> 'AnswerReceived' ->> 'answer' = $2";
        assert_eq!(self.world.client().await.execute(sql, &[&order.to_string(), &answer]).await.unwrap(), 1);
    }

    /// Changes the amount of what a saga was answered.
    async fn change_answer(&self, order: OrderId, answer: &str, minor: i64) {
        let sql = "UPDATE events SET payload = \
                   jsonb_set(payload::jsonb, '{AnswerReceived,amount,minor}', to_jsonb($3::bigint))::json \
                   WHERE aggregate_type = 'order_saga' AND aggregate_id = $1 \
                   AND payload::jsonb -> 'AnswerReceived' ->> 'answer' = $2";
        let changed = self.world.client().await.execute(sql, &[&order.to_string(), &answer, &minor]).await.unwrap();
        assert_eq!(changed, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_and_what_is_under_way_is_right() {
    let traded = traded().await;
    assert_eq!(traded.found().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saga_that_is_late_is_found_unless_somebody_has_a_task() {
    let traded = traded().await;
    traded.world.clock.advance(NOT_LATE);
    assert_eq!(traded.found().await, []);
    traded.world.clock.advance(LATE);
    traded.finds(Invariant::I11, "saga_overdue", traded.placed).await;
    for _ in 0..6 {
        traded.world.clock.advance(Duration::from_mins(15));
        assert_eq!(traded.world.wake().await, 1, "it asks again, and at last opens a task");
        assert_eq!(traded.found().await, [], "an engine that is awake has no late sagas");
    }
    traded.world.clock.advance(Duration::from_hours(48));
    assert_eq!(traded.found().await, [], "somebody has a task");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saga_that_waits_for_nothing_is_found() {
    let traded = traded().await;
    traded.forget("order_saga", traded.placed, "StockRequested").await;
    traded.finds(Invariant::I11, "saga_forgotten", traded.placed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_was_not_undone_is_found() {
    let traded = traded().await;
    traded.forget("order_saga", traded.refunded, "StockReleaseRequested").await;
    traded.forget_answer(traded.refunded, "STOCK_RELEASED").await;
    traded.finds(Invariant::I11, "step_not_undone", traded.refunded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_was_given_up_and_goes_on_is_found() {
    let traded = traded().await;
    let sql = "DELETE FROM events WHERE aggregate_type = 'order_saga' AND aggregate_id = $1 AND sequence >= \
               (SELECT min(sequence) FROM events WHERE event_type = 'UndoStarted' AND aggregate_id = $1)";
    traded.world.client().await.execute(sql, &[&traded.refunded.to_string()]).await.unwrap();
    traded.finds(Invariant::I11, "not_undone", traded.refunded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_and_money_that_were_not_given_back_are_found() {
    let traded = traded().await;
    traded.forget("order", traded.refunded, "RefundIssued").await;
    traded.finds(Invariant::I11, "given_up_keeps_money", traded.refunded).await;
    traded.forget("order", traded.refunded, "StockReleased").await;
    let codes: Vec<_> = traded.found().await.into_iter().map(|(_, code, _)| code).collect();
    assert_eq!(codes, ["given_up_holds_stock", "given_up_keeps_money"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorisation_that_was_not_given_back_is_found() {
    let traded = traded().await;
    traded.forget("order", traded.voided, "AuthorizationVoided").await;
    traded.finds(Invariant::I12, "given_up_holds_authorization", traded.voided).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn goods_that_left_unpaid_or_unreserved_are_found() {
    let traded = traded().await;
    traded.forget("order", traded.delivered, "PaymentCaptured").await;
    traded.finds(Invariant::I12, "shipped_unpaid", traded.delivered).await;
    traded.forget("order", traded.delivered, "StockReserved").await;
    let codes: Vec<_> = traded.found().await.into_iter().map(|(_, code, _)| code).collect();
    assert_eq!(codes, ["shipped_unpaid", "shipped_unreserved"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_was_completed_without_its_money_or_its_goods_is_found() {
    let traded = traded().await;
    traded.change_answer(traded.delivered, "PAYMENT_CAPTURED", 764).await;
    traded.finds(Invariant::I12, "completed_unpaid", traded.delivered).await;
    traded.change_answer(traded.delivered, "PAYMENT_CAPTURED", 765).await;
    for answer in ["FULFILMENT_SHIPPED", "FULFILMENT_DELIVERED"] {
        traded.forget_answer(traded.delivered, answer).await;
    }
    traded.finds(Invariant::I12, "completed_unshipped", traded.delivered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_of_more_than_there_was_is_found() {
    let traded = traded().await;
    traded.change_answer(traded.refunded, "PAYMENT_REFUNDED", 766).await;
    traded.finds(Invariant::I11, "refunded_beyond_captured", traded.refunded).await;
}
