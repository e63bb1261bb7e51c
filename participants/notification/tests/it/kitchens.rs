//! What customers are told of kitchens.

use domain::ticket::TicketRejectionReason;

use crate::events::Happening;
use crate::world::{World, by_mail};

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_learns_that_the_kitchen_is_late_or_that_something_has_sold_out() {
    let world = World::new().await;
    let late = world.new_order();
    let [sold_out, paused] = [0, 1].map(|_| Happening::new(late.order, late.at));
    let member = world.member().await;
    world.publish_orders(vec![world.placed(&late, "grace").await]).await;
    member.has_consumed(1).await;
    let records = || {
        vec![
            world.encoders.delayed(&late),
            world.encoders.turned_away(&sold_out, TicketRejectionReason::SoldOut),
            world.encoders.turned_away(&paused, TicketRejectionReason::Paused),
        ]
    };
    world.publish_tickets(records()).await;
    world.publish_tickets(records()).await;
    member.has_consumed(7).await;
    assert_eq!(world.wake().await, 2, "another kitchen may take it, and nobody is told of that");
    for what in [late, sold_out] {
        let types = world.types(by_mail(what.event, "DELAY")).await;
        assert_eq!(types, ["NotificationRequested", "SendingStarted", "NotificationSent"]);
    }
    let mails = world.mail.mails();
    let has = |text: &str| mails.iter().filter(|mail| mail.data.contains(text)).count();
    assert_eq!((mails.len(), has("The kitchen needs longer"), has("has just sold out")), (2, 1, 1));
    member.stop().await;
}
