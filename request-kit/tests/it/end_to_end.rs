//! From the event that asks, by way of the relay, to the stream that answers.

use std::sync::Arc;

use domain::EventId;
use domain::contract::PublicEvents;
use event_store::{Append, NewEvent, Sequencer, StreamId};
use messaging::testing::{Asker, AskerEvent, Task, TestTopic, brokers, unique};
use relay::{Deps, Kinds, RelayOptions, RelayStatus, RelayedKind, Routes};
use service_kit::clock::{Ids, SystemClock, SystemIds};
use tokio_util::sync::CancellationToken;

use crate::support::{Participant, tenant};

fn asking(task: &str, what: &str) -> NewEvent {
    let event = AskerEvent::Asked { task: task.to_owned(), what: what.to_owned() };
    NewEvent {
        id: EventId::new(SystemIds.ordered()),
        event_type: "Asked".to_owned(),
        event_version: "1.0".to_owned(),
        payload: serde_json::to_string(&event).unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_event_asks_for_is_done_once_and_the_answer_names_it() {
    let participant = Participant::begin(2).await;
    let member = participant.member(participant.handler());
    let store = participant.store.clone();
    let events = TestTopic::create(2).await;
    let checkpoints = TestTopic::create(1).await;
    let incarnation = store.identity().incarnation;
    let routes = Routes::none().and::<Task>(participant.encoder.clone(), incarnation, AskerEvent::request);
    let kinds = Kinds::new(RelayedKind::asking(events.encoder_of::<Asker>().await, incarnation, routes), []);
    let (sequencer, head) = Sequencer::new(store.clone(), participant.database.url().clone(), 0);
    let stop = CancellationToken::new();
    let deps = Deps {
        store: store.clone(),
        brokers: brokers(),
        kinds,
        clock: Arc::new(SystemClock),
        holder: SystemIds.random(),
        status: RelayStatus::default(),
    };
    let sequencer = tokio::spawn(sequencer.run(stop.clone()));
    let options = RelayOptions::new(&checkpoints.name, &unique("relay"));
    let relay = tokio::spawn(relay::run(deps, options, 0, head, stop.clone()));

    let first = asking("t-1", "sweep");
    let second = asking("t-1", "wash");
    let ids = [first.id.to_string(), second.id.to_string()];
    let append = Append {
        stream: StreamId::new(Asker::KIND, "a-1"),
        expected_version: 0,
        tenant: tenant(),
        metadata: r#"{"correlation_id":"c-1"}"#.to_owned(),
        events: vec![first, second],
        answer: None,
        claims: Vec::new(),
    };
    store.append(append).await.unwrap();
    participant.wait_until_done("t-1", &["sweep", "wash"]).await;
    let answers = store.read_stream(&StreamId::new("task", "t-1"), 0).await.unwrap();
    for (answer, id) in answers.iter().zip(ids) {
        assert!(answer.metadata.contains(&id) && answer.metadata.contains("c-1"), "{}", answer.metadata);
    }
    member.stop().await;
    stop.cancel();
    relay.await.unwrap().unwrap();
    sequencer.await.unwrap();
}
