//! From the event that asks, by way of the relay, to the stream that answers.

use std::sync::Arc;

use domain::{Decider, EventId};
use event_store::{CommandBus, Execution, Expectation, Metadata, Outcome, Sequencer, StreamId};
use messaging::testing::{Asker, AskerEvent, Askers, NeverRefused, Task, TestTopic, brokers, unique};
use relay::{Deps, Kinds, RelayOptions, RelayStatus, RelayedKind, Routes};
use service_kit::clock::{Ids, SystemClock, SystemIds};
use tokio_util::sync::CancellationToken;

use crate::support::{Participant, tenant};

/// Appends an event that asks, and returns its id.
async fn ask(bus: &CommandBus<Askers>, task: &str, what: &str) -> EventId {
    let event = AskerEvent::Asked { task: task.to_owned(), what: what.to_owned() };
    let execution = Execution::<Askers, NeverRefused> {
        id: "a-1",
        tenant: tenant(),
        metadata: Metadata { correlation_id: Some("c-1".to_owned()), ..Metadata::default() },
        expects: Expectation::Existing,
        idempotency: None,
        decide: &|_, state| Askers::decide(state, event.clone()),
        claims: &|_, _| None,
        answer: &|_| None,
    };
    let Outcome::Done(decided) = bus.execute(execution).await.unwrap() else { panic!("an asker refuses nothing") };
    decided.event_ids[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_event_asks_for_is_done_once_and_the_answer_names_it() {
    let participant = Participant::begin(2).await;
    let member = participant.member(participant.handler());
    let store = participant.store.clone();
    let events = TestTopic::create(2).await;
    let checkpoints = TestTopic::create(1).await;
    let incarnation = store.identity().incarnation;
    let routes =
        Routes::none().and::<Task>(participant.encoder.clone(), incarnation, |_, event: &AskerEvent| event.request());
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

    let bus = CommandBus::<Askers>::new(store.clone(), Arc::new(SystemIds));
    let ids = [ask(&bus, "t-1", "sweep").await, ask(&bus, "t-1", "wash").await];
    participant.wait_until_done("t-1", &["sweep", "wash"]).await;
    let answers = store.read_stream(&StreamId::new("task", "t-1"), 0).await.unwrap();
    for (answer, id) in answers.iter().zip(ids) {
        assert!(answer.metadata.contains(&id.to_string()) && answer.metadata.contains("c-1"), "{}", answer.metadata);
    }
    member.stop().await;
    stop.cancel();
    relay.await.unwrap().unwrap();
    sequencer.await.unwrap();
}
