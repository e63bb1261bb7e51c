//! Requests as they come in messages: each answered once, however often it is delivered.

use std::sync::Arc;

use domain::RequestId;
use domain::contract::ContractMoney;
use domain::payment::PaymentEvent;
use domain::payment::requests::{AuthorizePayment, CaptureMode, CapturePayment, PaymentRequest, VoidPayment};
use messaging::Decoder;
use messaging::testing::{TestTopic, brokers, registry, unique};
use payment::payment::{AskError, Asked, AskedBy};
use payment_simulator::EntryKind;
use request_kit::{RequestOptions, RequestService, begin};
use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::wait_until;
use tokio_util::sync::CancellationToken;

use crate::world::{AMOUNT, LOOK, PATIENCE, World, asked_by, eur, new_case, refund, request};

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_delivered_twice_and_has_one_effect() {
    let world = World::new().await;
    let other = world.twin().await;
    let case = new_case();
    let steps = [request(), Asked::Capture { amount: eur(AMOUNT) }, refund(990), refund(AMOUNT)];
    let mut asked = Vec::new();
    for step in steps {
        let by = asked_by(case.order);
        let events = world.payments.answer(case.id, &step, &by).await.unwrap();
        assert_eq!(events[0].request(), Some(by.request));
        let repeated = other.answer(case.id, &step, &by).await.unwrap();
        assert_eq!(repeated, [], "the repeat, in another process");
        world.payments.tell_started(case.id, &events).await.unwrap();
        other.tell_started(case.id, &events).await.unwrap();
        if asked.is_empty() {
            world.pay(case, "pm_card_visa").await.assert(201);
        }
        asked.push((step, by));
    }
    for (step, by) in &asked {
        assert_eq!(world.payments.answer(case.id, step, by).await.unwrap(), [], "a repeat after the end");
    }
    let ledger = [
        (EntryKind::Authorized, AMOUNT),
        (EntryKind::Captured, AMOUNT),
        (EntryKind::Refunded, 990),
        (EntryKind::Refunded, AMOUNT - 990),
    ];
    assert_eq!(world.ledger(), ledger);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenant_gets_no_answer() {
    let world = World::new().await;
    let case = world.opened().await;
    let rival = AskedBy { tenant: domain::TenantId::try_new("rival").unwrap(), ..asked_by(case.order) };
    let answer = world.payments.answer(case.id, &Asked::Void, &rival).await;
    assert!(matches!(answer, Err(AskError::Refused { .. })), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_come_from_kafka_and_a_repeat_there_changes_nothing() {
    let world = World::new().await;
    let topic = TestTopic::create(2).await;
    let encoder = topic.encoder_of::<PaymentRequest>().await;
    let group = unique("payments");
    begin(&world.database.pool(), &brokers(), &group, &[&topic.name]).await.unwrap();
    let source = payment::requests::source_of(&topic.name, Arc::clone(&world.payments), Decoder::new(registry()));
    let service = RequestService::new(RequestOptions::new(&brokers(), &group), [source], world.database.pool());
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let running = tokio::spawn(async move { service.run(stopping).await });

    let case = new_case();
    let (payment_id, order_id) = (case.id.to_string(), case.order.to_string());
    let amount = ContractMoney { minor: AMOUNT, currency: "EUR".to_owned() };
    let requests: [PaymentRequest; 3] = [
        AuthorizePayment {
            payment_id: payment_id.clone(),
            order_id: order_id.clone(),
            customer: Some("c-1".to_owned()),
            amount: amount.clone(),
            capture: CaptureMode::Manual,
        }
        .into(),
        CapturePayment { payment_id: payment_id.clone(), order_id: order_id.clone(), amount }.into(),
        VoidPayment { payment_id, order_id }.into(),
    ];
    for (request, count) in requests.into_iter().zip([2, 7, 8]) {
        let id = RequestId::new(SystemIds.ordered());
        topic.ask_as(&encoder, id, "shop", request.clone()).await;
        topic.ask_as(&encoder, id, "shop", request).await;
        wait_until(PATIENCE, LOOK, async || world.types(case).await.len() == count).await.unwrap();
        if count == 2 {
            world.pay(case, "pm_card_visa").await.assert(201);
        }
    }
    let events = world.events(case).await;
    assert!(matches!(events.last(), Some(PaymentEvent::RequestRefused(_))), "{events:?}");
    assert_eq!(world.booked(EntryKind::Captured), 1);
    stop.cancel();
    running.await.unwrap();
}
