//! What events ask for: in the transaction of the event, once, and found by the audit where it is not.

use std::collections::BTreeSet;

use domain::contract::{Position, PublicEvents};
use domain::{EventId, Timestamp};
use event_store::audit::ranges;
use event_store::{DeclaredEvent, NewEvent, StreamId, declare};
use messaging::headers::{CORRELATION_ID, GLOBAL_POSITION, ID, TENANT_ID, TRACEPARENT};
use messaging::testing::{Asker, AskerEvent, Task, TestTopic, asked, brokers, hang, registry};
use messaging::{Decoder, EncodedRecord, IncomingRecord, OutgoingRequest, partition_of};
use relay::audit::{AuditedRoute, compare_requests};
use relay::{RelayError, RelayedKind, Routes};
use service_kit::audit::Findings;
use service_kit::clock::{Ids, SystemIds};
use service_kit::poll::wait_until;

use crate::support::{Asks, Journey, LOOK, PATIENCE, header, new_order};

async fn with_asks() -> Journey {
    Journey { asks: Some(Asks::create().await), ..Journey::begin().await }
}

fn position(record: &IncomingRecord) -> i64 {
    header(record, GLOBAL_POSITION).split_once('.').unwrap().1.parse().unwrap()
}

/// Checks the events, and that each request is there once. Returns the requests.
async fn check(journey: &Journey) -> Vec<IncomingRecord> {
    let events = journey.check_topic().await;
    let asks = journey.asks.as_ref().unwrap();
    let decoder = Decoder::<Asker>::new(registry());
    let mut asking = BTreeSet::new();
    for record in events.iter().filter(|record| *record.topic == *asks.events.name) {
        let published = decoder.decode(record).await.unwrap();
        if published.event.event == "Asked" {
            asking.insert((published.position.position, published.event_id.to_string()));
        }
    }
    let requests = asks.requests.read_all().await;
    let said: Vec<_> = requests.iter().map(|record| (position(record), header(record, ID).to_owned())).collect();
    assert_eq!(said.len(), asking.len(), "each once");
    assert_eq!(said.into_iter().collect::<BTreeSet<_>>(), asking, "what events ask for, and nothing else");
    requests
}

/// The records that the relay makes of the askers' events after a position.
async fn records_after(journey: &Journey, after: i64) -> Vec<EncodedRecord> {
    let incarnation = journey.store.identity().incarnation;
    let asks = journey.asks.as_ref().unwrap();
    let events = asks.events.encoder_of::<Asker>().await.of_log(incarnation);
    let requests = asks.requests.encoder_of::<Task>().await.of_log(incarnation);
    let mut records = Vec::new();
    for (position, row) in journey.store.read_log(0, after, 1_000).await.unwrap().rows {
        let event: AskerEvent = serde_json::from_str(&row.payload).unwrap();
        let id = row.event_id;
        let outgoing = relay::outgoing::<Asker>(position, row).unwrap();
        if let Some(task) = event.request() {
            let request = OutgoingRequest { position, ..asked(id.into(), "shop", task) };
            records.push(requests.encode_request(&request).unwrap());
        }
        records.push(events.encode(&outgoing).unwrap());
    }
    for record in &mut records {
        let partition = partition_of(record.key.as_deref().unwrap(), 2).unwrap();
        record.partition = Some(i32::try_from(partition).unwrap());
    }
    records
}

/// Ten events of an asker are published, ten more are stored and have positions 11 to 20; no relay runs.
async fn published_in_part() -> (Journey, String) {
    let journey = with_asks().await;
    let asker = new_order();
    let running = journey.start().await;
    journey.append_asks(&asker, 0, 10).await;
    journey.published().await;
    running.stop().await;
    journey.append_asks(&asker, 10, 10).await;
    journey.sequence().await;
    (journey, asker)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_has_the_id_the_tenant_and_the_trace_of_the_event_that_asks() {
    let journey = with_asks().await;
    let running = journey.start().await;
    let asker = new_order();
    journey.append_asks(&asker, 0, 3).await;
    journey.published().await;
    let requests = check(&journey).await;
    assert_eq!(requests.len(), 2);
    let decoder = Decoder::<Task>::new(registry());
    let rows = journey.store.read_stream(&StreamId::new(Asker::KIND, &asker), 0).await.unwrap();
    for (record, row) in requests.iter().zip([&rows[0], &rows[2]]) {
        let read = decoder.decode_request(record).await.unwrap();
        assert_eq!(read.request.id, row.event_id.into());
        assert_eq!((read.request.tenant.as_str(), header(record, TENANT_ID)), ("shop", "shop"));
        assert_eq!(read.request.at, Timestamp::try_from_micros(7).unwrap(), "when the event happened");
        assert_eq!(read.recorded_at, row.recorded_at);
        assert!(read.traceparent.unwrap().contains("4bf92f3577b34da6a3ce929d0e0e4736"));
        assert!(record.headers.last(TRACEPARENT).is_some() && record.headers.last(CORRELATION_ID).is_none());
        assert_eq!(record.key.as_deref(), Some(format!("task-{asker}").as_bytes()));
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_is_killed_publishes_each_event_with_its_request_once() {
    let journey = with_asks().await;
    let asker = new_order();
    let mut running = journey.start().await;
    for round in 0..4 {
        for step in 0..10 {
            journey.append_asks(&asker, round * 100 + step * 10, 10).await;
        }
        // Somewhere in the middle of its work: some of this round is published, some is not.
        wait_until(PATIENCE, LOOK, async || journey.store.head(0).await.unwrap() > round * 100).await.unwrap();
        running.kill();
        running = journey.start().await;
    }
    journey.published().await;
    assert_eq!(check(&journey).await.len(), 200);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_aborted_transaction_leaves_neither_the_event_nor_its_request() {
    let (journey, _) = published_in_part().await;
    let records = records_after(&journey, 10).await;
    assert_eq!(records.len(), 15);
    journey.end_transaction(records, false).await;
    assert_eq!(journey.asks.as_ref().unwrap().requests.read_all().await.len(), 5);
    let running = journey.start().await;
    journey.published().await;
    assert_eq!(check(&journey).await.len(), 10);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_above_the_checkpoint_among_the_requests_is_aborted_and_published_once() {
    let (journey, _) = published_in_part().await;
    let requests = journey.asks.as_ref().unwrap().requests.name.clone();
    let mut open = records_after(&journey, 10).await;
    open.retain(|record| *record.topic == *requests);
    hang(&journey.transactional_id(), open).await;
    let running = journey.start().await;
    journey.published().await;
    assert_eq!(check(&journey).await.len(), 10);
    running.stop().await;
}

/// The marker of the last transaction is lost in the topic of requests alone.
#[tokio::test(flavor = "multi_thread")]
async fn requests_that_lack_their_marker_count_with_the_next_transaction_there() {
    let (journey, asker) = published_in_part().await;
    let topic = journey.asks.as_ref().unwrap().requests.name.clone();
    let (requests, events): (Vec<_>, Vec<_>) =
        records_after(&journey, 10).await.into_iter().partition(|record| *record.topic == *topic);
    hang(&journey.transactional_id(), requests).await;
    let checkpoint = journey.checkpoint_at(20).await;
    journey.end_transaction(events.into_iter().chain([checkpoint]).collect(), true).await;
    let running = journey.start().await;
    journey.append_asks(&asker, 20, 1).await;
    journey.published().await;
    assert_eq!(check(&journey).await.len(), 11);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asking_event_that_cannot_be_read_stops_the_relay_and_asks_for_nothing() {
    let journey = with_asks().await;
    let running = journey.start().await;
    let broken = NewEvent {
        id: EventId::new(SystemIds.ordered()),
        event_type: "Asked".to_owned(),
        event_version: "1.0".to_owned(),
        payload: "{\"Asked\": {}}".to_owned(),
    };
    journey.append_events(StreamId::new(Asker::KIND, "a"), 0, vec![broken]).await;
    let error = running.relay.await.unwrap().unwrap_err();
    assert!(matches!(error, RelayError::Unreadable(_)), "{error:?}");
    assert!(journey.asks.as_ref().unwrap().requests.read_all().await.is_empty());
}

/// A release that does not know askers: its relay has no topic for them, nor for what they ask.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_does_not_know_the_asking_event_stands_by_until_one_that_does_has_published_both() {
    let mut journey = Journey::begin().await;
    let declared = [DeclaredEvent {
        aggregate_type: Asker::KIND.to_owned(),
        event_type: "Asked".to_owned(),
        event_version: "1.0".to_owned(),
    }];
    declare(journey.database.url(), &declared).await.unwrap();
    let older = journey.start().await;
    journey.append_asks(&new_order(), 0, 1).await;
    let client = journey.database.client().await;
    let epoch = async || client.query_one("SELECT epoch FROM leases", &[]).await.unwrap().get::<_, i64>(0);
    wait_until(PATIENCE, LOOK, async || client.query_opt("SELECT 1 FROM leases", &[]).await.unwrap().is_some())
        .await
        .unwrap();
    let before = epoch().await;
    wait_until(PATIENCE, LOOK, async || epoch().await >= before + 2).await.unwrap();
    assert!(journey.topic.read_all().await.is_empty(), "it does not go out as somebody else's");
    journey.asks = Some(Asks::create().await);
    let newer = journey.start().await;
    journey.published().await;
    assert_eq!(check(&journey).await.len(), 1);
    older.stop().await;
    newer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_asks_for_one_thing() {
    let journey = with_asks().await;
    let asks = journey.asks.as_ref().unwrap();
    let incarnation = journey.store.identity().incarnation;
    let other = TestTopic::create(1).await;
    let twice = Routes::none()
        .and::<Task>(asks.requests.encoder_of().await, incarnation, |_, event: &AskerEvent| event.request())
        .and::<Task>(other.encoder_of().await, incarnation, |_, event: &AskerEvent| event.request());
    let kind = RelayedKind::asking(asks.events.encoder_of::<Asker>().await, incarnation, twice);
    let running = journey.start_with(vec![kind]).await;
    journey.append_asks(&new_order(), 0, 1).await;
    let error = running.relay.await.unwrap().unwrap_err();
    assert!(matches!(error, RelayError::TwoRequests { .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.contains(&asks.requests.name) && said.contains(&other.name), "{said}");
}

/// What the audit finds in the topic of requests: code, key and position.
async fn audited(journey: &Journey) -> Vec<(&'static str, Option<String>, Option<i64>)> {
    let mut findings = Findings::default();
    let ranges = ranges(&journey.store, None).await.unwrap();
    let topic = &journey.asks.as_ref().unwrap().requests.name;
    let routes = [AuditedRoute::of::<Asker, Task>(|_, event: &AskerEvent| event.request())];
    compare_requests(&journey.store, &brokers(), topic, &ranges, &routes, &mut findings).await.unwrap();
    let number = |position: Option<Position>| position.map(|position| position.position);
    let mut found: Vec<_> = findings
        .listed
        .iter()
        .map(|finding| (finding.code, finding.stream.clone(), number(finding.position)))
        .collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_finds_requests_that_are_missing_doubled_changed_or_asked_by_nobody() {
    let (journey, asker) = published_in_part().await;
    let key = format!("task-{asker}");
    let running = journey.start().await;
    journey.published().await;
    assert_eq!(audited(&journey).await, [], "what the relay has published is clean");
    running.stop().await;

    // The same events in topics of their own, by a relay that is not faithful.
    let journey = Journey { asks: Some(Asks::create().await), ..journey };
    let asks = journey.asks.as_ref().unwrap();
    let encoder = asks.requests.encoder_of::<Task>().await.of_log(journey.store.identity().incarnation);
    let request = |position, id, what: &str| {
        let task = Task { task_id: key.clone(), what: what.to_owned() };
        let request = OutgoingRequest { position: Position { shard: 0, position }, ..asked(id, "shop", task) };
        encoder.encode_request(&request).unwrap()
    };
    let mut records = Vec::new();
    for record in records_after(&journey, 0).await {
        if *record.topic == *asks.requests.name {
            records.push(record);
        }
    }
    assert_eq!(records.len(), 10);
    records.remove(1); // of position 3
    let rows = journey.store.read_log(0, 0, 20).await.unwrap().rows;
    let again = request(19, rows[18].1.event_id.into(), "8");
    let unasked = request(20, rows[19].1.event_id.into(), "?");
    asks.requests.produce(records.into_iter().chain([again, unasked])).await;
    let found = audited(&journey).await;
    let named = |code| found.iter().filter(|one| one.0 == code).map(|one| (one.1.clone(), one.2)).collect::<Vec<_>>();
    assert_eq!(named("not_in_kafka"), [(Some(key.clone()), Some(3))]);
    assert_eq!(named("doubled"), [(Some(key.clone()), Some(19))]);
    assert_eq!(named("not_asked"), [(Some(key.clone()), Some(20))]);
    assert_eq!(named("differs").len(), 10, "their payload hashes are not the events'");
}
