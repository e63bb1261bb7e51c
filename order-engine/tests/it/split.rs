//! An order that no location has all of.

use payment_simulator::EntryKind as E;
use serde_json::{Value, json};

use crate::driven::{ON_HAND, PAYS, PIECES, TOTAL};
use crate::provider::Provider;
use crate::shop::Shop;

/// The cups come from one location. The plates were to come from another one, which rejects them. A third one sends them twice, since their
/// first parcel is lost.
pub async fn is_sent_by_two_locations_and_a_third(shop: &Shop, provider: &Provider) {
    shop.receives_comparably("zrh-1", "split-cup").await;
    shop.receives_comparably("gva-1", "split-plate").await;
    let order = shop.places_several(&["split-cup", "split-plate"]).await;
    let is_reserved = |saga: &Value| (0..2).all(|share| saga["reservations"][share]["status"] == "GRANTED");
    order.until("reserved at two locations", is_reserved).await;
    let shares = |saga: &Value| {
        let shares = saga["route"]["shares"].as_array().unwrap().iter();
        shares.map(|one| (one["location"].clone(), one["lines"][0]["sku"].clone())).collect::<Vec<_>>()
    };
    let saga = order.saga().await;
    assert_eq!(shares(&saga), [(json!("zrh-1"), json!("split-cup")), (json!("gva-1"), json!("split-plate"))]);
    order.pays(PAYS).await;
    let (cups, plates) = (order.released_at(0).await, order.released_at(1).await);
    order.is_packed(&cups).await;
    order.is_shipped_as(&cups, "CH-CUPS").await;
    order.until("one parcel delivered", |saga| saga["fulfilments"][0]["status"] == "DELIVERED").await;
    let view = order.view().await;
    assert_eq!(
        (&view["state"], &view["fulfilmentStatus"]),
        (&json!("CONFIRMED"), &json!("PARTIALLY_DELIVERED")),
        "{view:#}"
    );
    shop.receives_comparably("bsl-1", "split-plate").await;
    shop.post(&format!("{plates}/reject"), &json!({"reason": "DAMAGED"})).await;
    order.until("sent from a third location", |saga| saga["fulfilments"][2].is_object()).await;
    assert_eq!(shares(&order.saga().await), [(json!("bsl-1"), json!("split-plate"))]);
    let plates = order.released_at(2).await;
    order.is_packed(&plates).await;
    shop.post(&format!("{plates}/ship"), &json!({"carrier": "post", "tracking": "CH-LOST"})).await;
    shop.post(&format!("{plates}/lost"), &json!({})).await;
    order.until("a task for people", |saga| saga["task"]["kind"] == "LOST").await;
    let decide = format!("/v1/orders/{}/saga/task/decide", order.id);
    shop.post(&decide, &json!({"task": "LOST", "decision": "SEND_AGAIN"})).await;
    let plates = order.released_at(3).await;
    order.is_packed(&plates).await;
    order.is_shipped_as(&plates, "CH-PLATES").await;
    let view = order.ends("COMPLETED", "COMPLETED").await;
    assert_eq!(view["fulfilmentStatus"], "DELIVERED", "{view:#}");
    assert_eq!(shop.stock("zrh-1", "split-cup").await, (ON_HAND - PIECES, 0));
    assert_eq!(shop.stock("bsl-1", "split-plate").await, (ON_HAND - 2 * PIECES, 0));
    assert_eq!(shop.stock("gva-1", "split-plate").await, (ON_HAND, 0));
    let booked = provider.booked(&order.payment_id().await);
    assert_eq!(booked, [(E::Authorized, 2 * TOTAL), (E::Captured, 2 * TOTAL)]);
}

/// What two locations were to send is sent together by one of them, as an operator wants it.
pub async fn is_sent_together_after_all(shop: &Shop, provider: &Provider) {
    shop.receives_comparably("zrh-1", "joined-cup").await;
    shop.receives_comparably("gva-1", "joined-plate").await;
    let order = shop.places_several(&["joined-cup", "joined-plate"]).await;
    order.pays(PAYS).await;
    let (cups, plates) = (order.released_at(0).await, order.released_at(1).await);
    shop.receives_comparably("zrh-1", "joined-plate").await;
    let id = |path: &str| path.trim_start_matches("/v1/fulfilments/").to_owned();
    let wanted = json!({
        "fulfilments": [id(&cups), id(&plates)],
        "shares": [{"location": "zrh-1", "skus": ["joined-plate", "joined-cup"]}],
    });
    shop.post(&format!("/v1/orders/{}/saga/rearrange", order.id), &wanted).await;
    let together = order.released_at(2).await;
    let saga = order.saga().await;
    assert_eq!((&saga["rearrangement"], &saga["fulfilments"][3]), (&Value::Null, &Value::Null), "{saga:#}");
    let states = [0, 1].map(|place| saga["fulfilments"][place]["status"].clone());
    assert_eq!(states, [json!("CANCELLED"), json!("CANCELLED")]);
    order.is_packed(&together).await;
    order.is_shipped_as(&together, "CH-TOGETHER").await;
    let view = order.ends("COMPLETED", "COMPLETED").await;
    assert_eq!(view["fulfilmentStatus"], "DELIVERED", "{view:#}");
    let left = (ON_HAND - PIECES, 0);
    assert_eq!((shop.stock("zrh-1", "joined-cup").await, shop.stock("zrh-1", "joined-plate").await), (left, left));
    assert_eq!(shop.stock("gva-1", "joined-plate").await, (ON_HAND, 0));
    let booked = provider.booked(&order.payment_id().await);
    assert_eq!(booked, [(E::Authorized, 2 * TOTAL), (E::Captured, 2 * TOTAL)]);
}
