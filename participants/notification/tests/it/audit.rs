//! The audit of notifications: silent on what is right, and naming what was changed by hand.

use notification::audit::check;
use service_kit::audit::Findings;
use service_kit::testing::mail_server::Fault;
use tokio_postgres::IsolationLevel;

use crate::email::confirmed;
use crate::world::{World, by_mail};

/// The codes of the findings in order, and how many notifications were looked at.
async fn found(world: &World) -> (Vec<&'static str>, u64) {
    let mut client = world.client().await;
    let log = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let log = log.start().await.unwrap();
    let mut findings = Findings::default();
    let examined = check(&log, &mut findings).await.unwrap();
    let mut codes: Vec<_> = findings.listed.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    (codes, examined[0].count)
}

/// Three notifications: one sent with its second attempt, one that may have been taken, and one that waits.
async fn told() -> (World, [String; 3]) {
    let world = World::new().await;
    world.mail.plan(&[Fault::LaterAtMessage]);
    let sent = confirmed(&world, "grace").await;
    world.wake().await;
    world.pass(1_000);
    world.wake().await;
    world.mail.plan(&[Fault::HangsUpAfterMessage]);
    let uncertain = confirmed(&world, "bob").await;
    world.wake().await;
    let waiting = confirmed(&world, "eve").await;
    let ids = [sent, uncertain, waiting].map(|what| by_mail(what.event, "ORDER_CONFIRMED").to_string());
    (world, ids)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_adds_up() {
    let (world, _) = told().await;
    assert_eq!(found(&world).await, (vec![], 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_by_hand_is_found() {
    let (world, [sent, uncertain, waiting]) = told().await;
    let change = async |sql: &str, id: &str| {
        assert_eq!(world.client().await.execute(sql, &[&id]).await.unwrap(), 1, "{sql}");
        found(&world).await.0
    };
    let timer = "DELETE FROM timers WHERE aggregate_id = $1";
    assert_eq!(change(timer, &waiting).await, ["notification_forgotten"]);
    let start = "DELETE FROM events WHERE event_type = 'SendingStarted' AND aggregate_id = $1";
    assert_eq!(change(start, &uncertain).await, ["notification_forgotten", "sent_unbegun"]);
    let unknown = "UPDATE events SET event_type = 'NotificationUncertain', \
        payload = json_build_object('NotificationUncertain', (payload::jsonb -> 'SendingDelayed') - 'retry_at') \
        WHERE event_type = 'SendingDelayed' AND aggregate_id = $1";
    assert_eq!(change(unknown, &sent).await, ["notification_forgotten", "sent_unbegun", "told_again"]);
    let other = "UPDATE events SET aggregate_id = gen_random_uuid() \
        WHERE event_type = 'NotificationRequested' AND aggregate_id = $1";
    assert!(change(other, &waiting).await.contains(&"notification_of_another"));
}
