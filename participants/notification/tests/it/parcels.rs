//! What customers are told of parcels on their way.

use domain::Timestamp;
use domain::shipment::ParcelStatus;

use crate::events::Happening;
use crate::world::{World, by_mail};

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_learns_once_that_a_carrier_delays_the_parcel_and_when_it_is_expected() {
    let world = World::new().await;
    let on_its_way = world.new_order();
    let [delayed, delayed_without_a_day] = [0, 1].map(|_| Happening::new(on_its_way.order, on_its_way.at));
    let expected_at = Timestamp::try_from("2026-06-04T16:00:00Z".to_owned()).unwrap();
    let member = world.member().await;
    world.publish_orders(vec![world.placed(&on_its_way, "grace").await]).await;
    member.has_consumed(1).await;
    let records = || {
        vec![
            world.encoders.tracked(&on_its_way, ParcelStatus::InTransit, Some(expected_at)),
            world.encoders.tracked(&delayed, ParcelStatus::Exception, Some(expected_at)),
            world.encoders.tracked(&delayed_without_a_day, ParcelStatus::Exception, None),
        ]
    };
    world.publish_shipments(records()).await;
    world.publish_shipments(records()).await;
    member.has_consumed(7).await;
    assert_eq!(world.wake().await, 2, "nobody is told of a parcel that goes on as it should");
    for what in [delayed, delayed_without_a_day] {
        let types = world.types(by_mail(what.event, "DELAY")).await;
        assert_eq!(types, ["NotificationRequested", "SendingStarted", "NotificationSent"]);
    }
    let mails = world.mail.mails();
    let has = |text: &str| mails.iter().filter(|mail| mail.data.contains(text)).count();
    assert_eq!((mails.len(), has("Your parcel is delayed"), has("T-77")), (2, 2, 2));
    assert_eq!(has("expects to deliver it on 4 June 2026"), 1);
    member.stop().await;
}
