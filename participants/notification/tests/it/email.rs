//! Emails: told once, tried again where that tells nobody twice, and not told where nobody is to be.

use domain::notification::{NotificationEvent, SkipReason};
use domain::{SubjectId, TenantId};
use service_kit::testing::mail_server::Fault;

use crate::events::Happening;
use crate::world::{World, by_mail};

/// An order that was confirmed, with its mail requested.
pub async fn confirmed(world: &World, customer: &str) -> Happening {
    let what = world.new_order();
    let member = world.member().await;
    let records = vec![world.placed(&what, customer).await, world.encoders.confirmed(&what)];
    world.publish_orders(records).await;
    member.has_consumed(2).await;
    member.stop().await;
    what
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_confirmed_is_told_once_however_often_its_event_comes() {
    let world = World::new().await;
    let what = world.new_order();
    let member = world.member().await;
    let placed = world.placed(&what, "grace").await;
    let records = || vec![placed.clone(), world.encoders.confirmed(&what)];
    world.publish_orders(records()).await;
    world.publish_orders(records()).await;
    member.has_consumed(4).await;
    assert_eq!(world.wake().await, 1);
    // Another group, as after a lost offset, learns it again.
    let other = world.member().await;
    world.publish_orders(records()).await;
    other.has_consumed(2).await;
    assert_eq!(world.wake().await, 0);
    let id = by_mail(what.event, "ORDER_CONFIRMED");
    assert_eq!(world.types(id).await, ["NotificationRequested", "SendingStarted", "NotificationSent"]);
    let mails = world.mail.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!((&*mail.from, &*mail.to), ("shop@shop.example", "grace@example.org"));
    assert_eq!(mail.header("Message-ID").unwrap(), format!("<{id}@shop.example>"));
    assert_eq!(mail.header("Subject").unwrap(), "Your order R-1001 is confirmed");
    assert_eq!(mail.header("List-Unsubscribe"), None, "what cannot be refused");
    assert!(mail.data.contains("multipart/alternative") && mail.data.contains("2 items"), "{}", mail.data);
    for row in world.events(id).await {
        let stored = serde_json::to_string(&row).unwrap();
        assert!(!stored.contains("grace") && !stored.contains("confirmed\""), "{stored}");
    }
    member.stop().await;
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_send_one_mail() {
    let world = World::new().await;
    let what = confirmed(&world, "grace").await;
    let twin = world.twin().await;
    tokio::join!(world.wake_by(&twin), world.wake());
    assert_eq!(world.mail.mails().len(), 1);
    assert_eq!(world.types(by_mail(what.event, "ORDER_CONFIRMED")).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_certainly_not_taken_is_sent_later() {
    let world = World::new().await;
    let what = confirmed(&world, "grace").await;
    let id = by_mail(what.event, "ORDER_CONFIRMED");
    world.mail.plan(&[Fault::LaterAtRecipient, Fault::HangsUp, Fault::LaterAtMessage]);
    for tries in 1..=3 {
        assert_eq!(world.wake().await, 1, "try {tries}");
        assert_eq!(world.wake().await, 0, "not before its moment");
        assert!(world.mail.mails().is_empty());
        world.pass(1_000);
    }
    assert_eq!(world.wake().await, 1);
    assert_eq!(world.mail.mails().len(), 1);
    let types = world.types(id).await;
    let expected = [
        "NotificationRequested",
        "SendingDelayed",
        "SendingDelayed",
        "SendingStarted",
        "SendingDelayed",
        "SendingStarted",
        "NotificationSent",
    ];
    assert_eq!(types, expected, "an attempt that fails before the message starts nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_for_good_fails() {
    let world = World::new().await;
    world.mail.plan(&[Fault::RefusedRecipient, Fault::RefusedMessage]);
    for (customer, count) in [("grace", 2), ("bob", 3)] {
        let what = confirmed(&world, customer).await;
        world.wake().await;
        let types = world.types(by_mail(what.event, "ORDER_CONFIRMED")).await;
        assert_eq!((types.len(), *types.last().unwrap()), (count, "NotificationFailed"), "{types:?}");
    }
    world.pass(100_000);
    assert_eq!(world.wake().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_may_have_been_taken_is_not_sent_again() {
    let world = World::new().await;
    world.mail.plan(&[Fault::HangsUpAfterMessage, Fault::SilentAfterMessage]);
    for (customer, mails) in [("grace", 1), ("bob", 2)] {
        let what = confirmed(&world, customer).await;
        world.wake().await;
        let id = by_mail(what.event, "ORDER_CONFIRMED");
        assert_eq!(world.types(id).await, ["NotificationRequested", "SendingStarted", "NotificationUncertain"]);
        world.pass(100_000);
        assert_eq!(world.wake().await, 0);
        assert_eq!(world.mail.mails().len(), mails, "it had been taken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_ends_between_the_start_and_the_result_leaves_an_unknown_outcome() {
    let world = World::new().await;
    let what = confirmed(&world, "grace").await;
    let id = by_mail(what.event, "ORDER_CONFIRMED");
    world.mail.plan(&[Fault::SilentAfterMessage]);
    let dying = world.twin().await;
    let (_, waker) = notification::send::waker(dying);
    let now = service_kit::clock::Clock::now(&*world.clock);
    let sending = tokio::spawn(waker(id.to_string().into(), now));
    service_kit::poll::wait_until(crate::world::PATIENCE, crate::world::LOOK, async || world.mail.mails().len() == 1)
        .await
        .unwrap();
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    assert_eq!(world.types(id).await, ["NotificationRequested", "SendingStarted"]);
    world.wake().await;
    assert_eq!(world.types(id).await.len(), 2, "its time is not over");
    world.pass(121);
    world.wake().await;
    assert_eq!(world.types(id).await, ["NotificationRequested", "SendingStarted", "NotificationUncertain"]);
    world.pass(100_000);
    world.wake().await;
    assert_eq!(world.mail.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_whose_data_was_erased_who_gave_no_address_or_of_what_is_old() {
    let world = World::new().await;
    let tenant = TenantId::try_new("shop").unwrap();
    let erased = confirmed(&world, "grace").await;
    world.keys.destroy(&tenant, &SubjectId::try_new("customer:grace").unwrap()).await.unwrap();
    world.wake().await;

    let member = world.member().await;
    let silent = world.new_order();
    let subject = SubjectId::try_new("customer:bob").unwrap();
    let old = world.new_order();
    let before = service_kit::clock::Clock::now(&*world.clock);
    world.pass(86_401);
    let records = vec![
        world.encoders.placed(&Happening::new(silent.order, silent.at), &subject, None),
        world.encoders.confirmed(&Happening { at: service_kit::clock::Clock::now(&*world.clock), ..silent.clone() }),
        world.placed(&old, "eve").await,
        world.encoders.confirmed(&Happening { at: before, ..old.clone() }),
    ];
    world.publish_orders(records).await;
    member.has_consumed(4).await;
    world.wake().await;
    for (what, reason) in
        [(erased, SkipReason::RecipientErased), (silent, SkipReason::NoAddress), (old, SkipReason::TooOld)]
    {
        let events = world.events(by_mail(what.event, "ORDER_CONFIRMED")).await;
        match &events[..] {
            [_, NotificationEvent::NotificationSkipped(skipped)] => assert_eq!(skipped.reason, reason),
            other => panic!("{reason:?}: {other:?}"),
        }
    }
    assert!(world.mail.mails().is_empty());
    member.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_and_fulfilments_are_told_though_their_order_is_learned_later() {
    let world = World::new().await;
    let member = world.member().await;
    let what = world.new_order();
    let (refund, prepared, shipped) =
        (Happening::new(what.order, what.at), Happening::new(what.order, what.at), Happening::new(what.order, what.at));
    world.publish_payments(vec![world.encoders.refunded(&refund, 990), world.encoders.refunded(&what, 0)]).await;
    world.publish_fulfilments(vec![world.encoders.accepted(&prepared), world.encoders.shipped(&shipped)]).await;
    member.has_consumed(4).await;
    assert_eq!(world.count().await, 3, "an amount of zero is no refund");
    assert_eq!(world.wake().await, 3);
    assert!(world.mail.mails().is_empty());
    world.publish_orders(vec![world.placed(&what, "grace").await]).await;
    member.has_consumed(5).await;
    world.pass(100);
    assert_eq!(world.wake().await, 3);
    let mails = world.mail.mails();
    let mut subjects: Vec<_> = mails.iter().map(|mail| mail.header("Subject").unwrap()).collect();
    subjects.sort();
    let expected =
        ["We are preparing your order R-1001", "Your order R-1001 is on its way", "Your refund for order R-1001"];
    assert_eq!(subjects, expected);
    let shipped = mails.iter().find(|mail| mail.data.contains("T-77")).unwrap();
    assert!(shipped.header("List-Unsubscribe").unwrap().starts_with("<https://engine.example/v1/unsubscribe/"));
    assert_eq!(shipped.header("List-Unsubscribe-Post").unwrap(), "List-Unsubscribe=One-Click");
    assert_eq!(world.types(by_mail(refund.event, "REFUND")).await.len(), 4);
    member.stop().await;
}
