//! What is known of locations, from their events.

use std::sync::Arc;

use domain::location::contract::PublicEvent;
use domain::location::{
    Location, LocationChanged, LocationDetails, LocationEvent, LocationKind, LocationName, LocationPaused,
    LocationRegistered, LocationResumed,
};
use domain::{CountryCode, Decider, LocationId, LocationStreamId, TenantId, Timestamp};
use serde_json::Value;
use service_kit::poll::wait_until;
use tokio_util::sync::CancellationToken;

use crate::published::{Source, record_of};
use crate::world::{LOOK, PATIENCE, World};

fn details(cost: u32) -> LocationDetails {
    LocationDetails {
        name: LocationName::try_new("Zürich").unwrap(),
        kind: LocationKind::Warehouse,
        country: CountryCode::try_new("CH").unwrap(),
        coordinates: None,
        zones: vec![],
        hours: None,
        open_max: Some(5),
        cost,
    }
}

/// The events of a location of a code, in the order in which they happened.
fn history(code: &LocationId) -> Vec<LocationEvent> {
    let (code, at) = (code.clone(), Timestamp::EPOCH);
    let tenant = TenantId::try_new("shop").unwrap();
    let events = vec![
        LocationEvent::LocationRegistered(LocationRegistered { tenant, code: code.clone(), details: details(1), at }),
        LocationEvent::LocationPaused(LocationPaused { code: code.clone(), note: None, at }),
        LocationEvent::LocationChanged(LocationChanged { code: code.clone(), details: details(2), at }),
        LocationEvent::LocationResumed(LocationResumed { code: code.clone(), at }),
        LocationEvent::LocationPaused(LocationPaused { code, note: None, at }),
    ];
    assert!(events.iter().try_fold(Location::initial(), Location::evolve).is_ok());
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_of_a_location_counts_once_however_often_it_comes() {
    let world = World::new().await;
    let code = LocationId::try_new("zrh-1").unwrap();
    let encoder = world.encoder_of_locations().await;
    let records = |versions: &[usize]| {
        let record = |version: &usize| {
            let from = Source {
                tenant: TenantId::try_new("shop").unwrap(),
                version: i64::try_from(*version).unwrap(),
                at: Timestamp::EPOCH,
            };
            let id = LocationStreamId::of(&from.tenant, &code);
            record_of::<PublicEvent>(&encoder, id, from, &history(&code)[version - 1])
        };
        versions.iter().map(record).collect::<Vec<_>>()
    };
    let service = Arc::new(world.locations().await);
    // A group that lost its offsets gets the first ones again.
    world.publish_fulfilments(records(&[1, 2, 3, 4, 5, 1, 2, 3, 4])).await;
    let stop = CancellationToken::new();
    let (running, stopping) = (Arc::clone(&service), stop.clone());
    let running = tokio::spawn(async move { running.run(stopping).await });
    wait_until(PATIENCE, LOOK, async || service.counts().consumed >= 9).await.unwrap();
    stop.cancel();
    running.await.unwrap();
    let client = world.client_of_database().await;
    let rows =
        client.query("SELECT tenant, code, version, is_paused, details FROM routed_locations", &[]).await.unwrap();
    let [row] = &rows[..] else { panic!("{} rows", rows.len()) };
    let details: Value = row.get(4);
    assert_eq!((row.get::<_, &str>(0), row.get::<_, &str>(1), row.get::<_, i64>(2)), ("shop", "zrh-1", 5));
    assert!(row.get::<_, bool>(3), "the last event has paused it");
    assert_eq!((&details["cost"], &details["open_max"]), (&Value::from(2), &Value::from(5)));
}
