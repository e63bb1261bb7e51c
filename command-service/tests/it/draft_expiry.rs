//! Drafts that expire, and those that do not.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use command_service::order::{DraftExpiry, FoundDraft};
use domain::{TenantId, Timestamp};
use event_store::{Store, StoreOptions};
use futures::FutureExt;
use serde_json::json;
use service_kit::clock::SystemIds;

use crate::world::{World, line};

const KEPT: Duration = Duration::from_hours(24);

async fn draft(world: &World) -> FoundDraft {
    let created = world.post("/v1/orders", &json!({"currency": "EUR"})).send().await.assert(201);
    let order_id = created.body["orderId"].as_str().unwrap().parse().unwrap();
    FoundDraft { order_id, tenant: TenantId::try_new("shop").unwrap(), version: 1, changed_at: Timestamp::EPOCH }
}

#[tokio::test]
async fn only_a_draft_that_has_not_changed_since_it_was_found_expires() {
    let world = World::new().await;
    let (old, changed, discarded) = (draft(&world).await, draft(&world).await, draft(&world).await);
    world.post(&format!("/v1/orders/{}/lines", changed.order_id), &line()).send().await.assert(200);
    let discard = format!("/v1/orders/{}", discarded.order_id);
    world.delete(&discard).header("idempotency-key", "discard").send().await.assert(200);
    let found = vec![old.clone(), changed.clone(), discarded];
    let store = Store::open(world.orders.url(), StoreOptions::default()).await.unwrap();
    let find = move |before: Timestamp, after: Option<FoundDraft>, _| {
        assert_eq!((before.to_string().as_str(), after), ("2026-05-31T12:00:00Z", None));
        let found = found.clone();
        async move { Ok(found) }.boxed()
    };
    let expiry = DraftExpiry::new(store, world.clock.clone(), Arc::new(SystemIds), KEPT, Arc::new(find));
    let job = expiry.job();
    assert_eq!((job.run)().await.unwrap(), "1 drafts expired, 2 had changed meanwhile");
    assert_eq!((job.run)().await.unwrap(), "0 drafts expired, 3 had changed meanwhile", "it is done once");

    let path = format!("/v1/orders/{}", old.order_id);
    assert_eq!(world.get(&path).send().await.assert(200).body["state"], "EXPIRED");
    let refused = world.post(&format!("{path}/lines"), &line()).send().await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let path = format!("/v1/orders/{}", changed.order_id);
    assert_eq!(world.get(&path).send().await.assert(200).body["state"], "DRAFT");
}
