//! What coordinators make of answers.

use crate::world::World;

const ANSWERED: [&str; 3] = ["AnswerReceived", "OrderScreened", "AuthorizationRequested"];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_is_stored_with_what_it_means_for_the_order_in_one_append() {
    let world = World::new().await;
    let order = world.place().await;
    let (saga, placed) = (world.saga_types(order, 0).await, world.order_types(order, 0).await);
    assert_eq!(saga, ["SagaStarted", "StockRequested"]);
    let member = world.member().await;
    world.publish(vec![world.encoders.granted(order, world.shop(1))]).await;
    member.has_consumed(1).await;
    assert_eq!(world.saga_types(order, 2).await, ANSWERED);
    let placed = i64::try_from(placed.len()).unwrap();
    assert_eq!(world.order_types(order, placed).await, ["StockReserved", "FraudScreened"]);
    assert_eq!(world.appends_of_answers(order).await, 1);
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_twice_has_one_effect() {
    let world = World::new().await;
    let order = world.place().await;
    let (first, second) = (world.member().await, world.member().await);
    let answers = (0..2).map(|_| world.encoders.granted(order, world.shop(1))).collect();
    world.publish(answers).await;
    first.has_consumed(2).await;
    second.has_consumed(2).await;
    assert_eq!(world.saga_types(order, 2).await, ANSWERED);
    assert_eq!(world.order_types(order, 4).await, ["StockReserved", "FraudScreened"]);
    assert_eq!((world.appends_of_answers(order).await, world.parked().await.len()), (1, 0));
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_another_tenant_is_refused_and_stores_nothing() {
    let world = World::new().await;
    let (order, other) = (world.place().await, world.place().await);
    let member = world.member().await;
    let foreign = world.encoders.granted(order, world.tenant("rival", 1));
    world.publish(vec![foreign, world.encoders.granted(other, world.shop(1))]).await;
    member.has_consumed(2).await;
    assert_eq!((world.saga_types(order, 2).await.len(), world.order_types(order, 4).await.len()), (0, 0));
    assert_eq!(world.saga_types(other, 2).await, ANSWERED);
    let parked = world.parked().await;
    assert!(parked.len() == 1 && parked[0].contains("belongs to another tenant"), "{parked:?}");
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_no_saga_has_asked_for_stores_nothing() {
    let world = World::new().await;
    let (driven, alone) = (world.place().await, world.place_with(None).await);
    let absent = crate::orders::new_id();
    let member = world.member().await;
    let asked_for_no_payment = world.encoders.authorized(driven, world.shop(1));
    world
        .publish(vec![world.encoders.granted(alone, world.shop(1)), world.encoders.granted(absent, world.shop(1))])
        .await;
    world.publish_payments(vec![asked_for_no_payment]).await;
    member.has_consumed(3).await;
    assert_eq!((world.saga_types(driven, 2).await.len(), world.order_types(driven, 4).await.len()), (0, 0));
    assert_eq!((world.saga_types(alone, 0).await.len(), world.order_types(alone, 4).await.len()), (0, 0));
    assert_eq!((world.saga_types(absent, 0).await.len(), world.order_types(absent, 0).await.len()), (0, 0));
    assert_eq!(world.parked().await.len(), 0);
    member.stop().await;
}

/// A second request to capture, while the provider has not answered to the first, is refused as in progress. The payment is none that
/// failed: it stays the one that is captured.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_progress_at_the_provider_is_waited_for() {
    let world = World::new().await;
    let order = world.place().await;
    let member = world.member().await;
    world.publish(vec![world.encoders.granted(order, world.shop(1))]).await;
    member.has_consumed(1).await;
    let authorized = world.encoders.authorized(order, world.shop(1));
    world.publish_payments(vec![authorized, world.encoders.in_progress(order, world.shop(2))]).await;
    member.has_consumed(3).await;
    let learned = world.saga_types(order, 5).await;
    assert_eq!(learned[..3], ["AnswerReceived", "OrderReady", "StockRenewalRequested"]);
    assert_eq!(learned[3..], ["CaptureRequested", "AnswerReceived"], "and no further payment");
    member.stop().await;
}

/// Orders whose answers race.
const RACES: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn coordinators_that_learn_two_answers_of_one_order_at_once_store_both_once() {
    let world = World::new().await;
    let (first, second) = (world.member().await, world.member().await);
    let mut orders = Vec::new();
    for _ in 0..RACES {
        orders.push(world.place().await);
    }
    let count = u64::try_from(RACES).unwrap();
    world.publish(orders.iter().map(|order| world.encoders.granted(*order, world.shop(1))).collect()).await;
    first.has_consumed(count).await;
    second.has_consumed(count).await;
    let filled = orders.iter().map(|order| world.encoders.filled(*order, world.shop(2))).collect();
    let authorized = orders.iter().map(|order| world.encoders.authorized(*order, world.shop(1))).collect();
    tokio::join!(world.publish(filled), world.publish_payments(authorized));
    first.has_consumed(3 * count).await;
    second.has_consumed(3 * count).await;
    for order in orders {
        let learned = world.saga_types(order, 5).await;
        let is_filled_first = learned[1] == "AnswerReceived";
        let ready = ["OrderReady", "StockRenewalRequested", "CaptureRequested"];
        let expected = if is_filled_first {
            [&["AnswerReceived", "AnswerReceived"], &ready[..]].concat()
        } else {
            [&["AnswerReceived"], &ready[..], &["AnswerReceived"]].concat()
        };
        assert_eq!(learned, expected, "{order}");
        assert_eq!(world.order_types(order, 6).await, ["PaymentAuthorized", "OrderConfirmed"], "{order}");
        assert_eq!(world.appends_of_answers(order).await, 3, "{order}");
    }
    assert_eq!(world.parked().await, Vec::<String>::new());
    first.stop().await;
    second.stop().await;
}
