//! Properties of fulfilments, held against a model that shares no code with them.

mod model;

use std::collections::BTreeSet;

use proptest::prelude::*;
use uuid::Uuid;

use self::model::{Model, Step};
use super::{
    AcceptFulfilment, CancelFulfilment, DeliverFulfilment, Fulfilment, FulfilmentCommand, FulfilmentEvent,
    FulfilmentLine, FulfilmentRejection, FulfilmentRejectionReason, FulfilmentState, HoldFulfilment, LoseFulfilment,
    PackFulfilment, PickFulfilment, RecordHandover, RejectFulfilment, ReleaseFulfilment, Request, RequestFulfilment,
    ShipFulfilment,
};
use crate::{
    Carrier, Decider, LocationId, OrderId, Quantity, RequestId, Sku, StoredEvent, TenantId, Timestamp, TrackingNumber,
    fold, upcast,
};

fn any_step() -> impl Strategy<Value = Step> {
    // Few, so that requests are repeated, also with other content.
    let request = || 0_u8..12;
    prop_oneof![
        3 => request().prop_map(|request| Step::Request { request }),
        3 => request().prop_map(|request| Step::Release { request }),
        2 => request().prop_map(|request| Step::Hold { request }),
        1 => request().prop_map(|request| Step::Cancel { request }),
        4 => Just(Step::Accept),
        1 => Just(Step::Reject),
        2 => Just(Step::Pick),
        4 => Just(Step::Pack),
        4 => (0_u8..2).prop_map(|tracking| Step::Ship { tracking }),
        1 => (0_u8..2).prop_map(|tracking| Step::HandOver { tracking }),
        1 => Just(Step::Deliver),
        1 => Just(Step::Lose),
    ]
}

fn request(number: u8) -> Request {
    Request {
        id: RequestId::new(Uuid::from_u128(number.into())),
        tenant: TenantId::try_new("shop").unwrap(),
        order: OrderId::new(Uuid::from_u128(1)),
    }
}

fn carrier() -> Carrier {
    Carrier::try_new("post").unwrap()
}

fn tracking(number: u8) -> TrackingNumber {
    TrackingNumber::try_new(format!("X{number}")).unwrap()
}

fn command(step: &Step) -> FulfilmentCommand {
    let at = Timestamp::EPOCH;
    match *step {
        Step::Request { request: number } => {
            let lines =
                vec![FulfilmentLine { sku: Sku::try_new("a").unwrap(), quantity: Quantity::try_new(3).unwrap() }];
            RequestFulfilment { request: request(number), location: LocationId::try_new("zrh-1").unwrap(), lines, at }
                .into()
        }
        Step::Release { request: number } => ReleaseFulfilment { request: request(number), at }.into(),
        Step::Hold { request: number } => HoldFulfilment { request: request(number), at }.into(),
        Step::Cancel { request: number } => CancelFulfilment { request: request(number), at }.into(),
        Step::Accept => AcceptFulfilment { at }.into(),
        Step::Reject => RejectFulfilment { reason: FulfilmentRejectionReason::Damaged, note: None, at }.into(),
        Step::Pick => PickFulfilment { at }.into(),
        Step::Pack => PackFulfilment { at }.into(),
        Step::Ship { tracking: number } => ShipFulfilment { carrier: carrier(), tracking: tracking(number), at }.into(),
        Step::HandOver { tracking: number } => {
            RecordHandover { carrier: carrier(), tracking: tracking(number), at }.into()
        }
        Step::Deliver => DeliverFulfilment { at }.into(),
        Step::Lose => LoseFulfilment { at }.into(),
    }
}

/// A fulfilment with everything that it has stored.
#[derive(Debug, Clone, PartialEq)]
struct Run {
    state: FulfilmentState,
    events: Vec<FulfilmentEvent>,
}

impl Run {
    /// Takes a step, and names the answer as the model does.
    fn take(&mut self, step: &Step) -> String {
        let events = match Fulfilment::decide(&self.state, command(step)) {
            Ok(events) => events,
            Err(FulfilmentRejection::NotReleased) => return "not released".to_owned(),
            Err(FulfilmentRejection::NotRequested | FulfilmentRejection::NotAllowed { .. }) => {
                return "refused".to_owned();
            }
            Err(error) => panic!("{error} to {step:?}"),
        };
        assert!(events.len() <= 1, "one answer at most: {events:?}");
        self.state = events.iter().try_fold(self.state.clone(), Fulfilment::evolve).unwrap();
        let answer = match events.first() {
            Some(FulfilmentEvent::RequestRefused(refused)) => format!("RequestRefused {:?}", refused.reason),
            Some(event) => event.event_type().to_owned(),
            None => String::new(),
        };
        self.events.extend(events);
        answer
    }
}

/// Takes the steps one after another with the fulfilment and with the model, and compares them after each.
fn run(steps: &[Step]) -> Run {
    let mut model = Model::default();
    let mut run = Run { state: FulfilmentState::Absent, events: vec![] };
    for step in steps {
        let expected = model.expect(step);
        let answer = run.take(step);
        assert_eq!(answer, expected, "to {step:?} after {model:#?}");
        let before = run.clone();
        let again = run.take(step);
        assert!(before == run, "a repeat of {step:?} changes nothing, and gave {again}");
    }
    run
}

#[test]
fn every_event_is_given_by_a_step() {
    let to_the_end = [
        Step::Release { request: 1 },
        Step::Request { request: 2 },
        Step::Release { request: 3 },
        Step::Hold { request: 4 },
        Step::Release { request: 5 },
        Step::Accept,
        Step::Pick,
        Step::Pack,
        Step::Ship { tracking: 0 },
    ];
    let ends: [&[Step]; 4] = [
        &[&to_the_end[..], &[Step::Deliver]].concat(),
        &[&to_the_end[..], &[Step::Lose]].concat(),
        &[Step::Request { request: 1 }, Step::Reject],
        &[Step::Cancel { request: 1 }],
    ];
    let given: BTreeSet<_> = ends.iter().flat_map(|steps| run(steps).events).map(|event| event.event_type()).collect();
    let declared: BTreeSet<_> = FulfilmentEvent::TYPES.iter().map(|declared| declared.name).collect();
    assert_eq!(given, declared, "give the event that is missing by its step");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_step_is_answered_as_the_model_says(steps in prop::collection::vec(any_step(), 0..60)) {
        run(&steps);
    }

    #[test]
    fn a_request_is_answered_once_and_people_send_nothing_that_is_not_released(
        steps in prop::collection::vec(any_step(), 0..60),
    ) {
        let is_report = |step: &Step| !matches!(step, Step::HandOver { .. });
        let steps: Vec<_> = steps.into_iter().filter(is_report).collect();
        let events = run(&steps).events;
        let answered: Vec<_> = events.iter().filter_map(FulfilmentEvent::request).collect();
        prop_assert_eq!(answered.iter().collect::<BTreeSet<_>>().len(), answered.len());
        let shipped: Vec<_> = (0..events.len())
            .filter(|place| matches!(events[*place], FulfilmentEvent::FulfilmentShipped(_)))
            .collect();
        prop_assert!(shipped.len() <= 1);
        for place in shipped {
            let decisive = events[..place].iter().rev().find(|event| {
                matches!(event, FulfilmentEvent::FulfilmentReleased(_) | FulfilmentEvent::FulfilmentHeld(_))
            });
            prop_assert!(matches!(decisive, Some(FulfilmentEvent::FulfilmentReleased(_))));
            prop_assert!(!events.iter().any(|event| matches!(event, FulfilmentEvent::FulfilmentCancelled(_))));
        }
    }

    #[test]
    fn stored_events_read_back_as_written_and_fold(steps in prop::collection::vec(any_step(), 0..40)) {
        let run = run(&steps);
        let read = run.events.iter().map(|event| {
            let body = serde_json::to_string(event).unwrap();
            upcast::decode::<FulfilmentEvent>(event.event_type(), event.event_version(), &body).unwrap()
        });
        let read: Vec<_> = read.collect();
        prop_assert_eq!(&read, &run.events);
        prop_assert_eq!(fold::<Fulfilment>(&read).unwrap(), run.state);
    }
}
