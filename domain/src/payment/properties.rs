//! Properties of payments beside a provider, held against a model that shares no code with them.

mod model;

use std::collections::BTreeSet;

use proptest::prelude::*;

use self::model::{AMOUNT, Happening, Outcome, Provider, Status, Step, Sums, What};
use super::decisions::fixtures::{
    answered, at, attach, capture, failing, observe, reason, reference, refund, refusal, request, request_id,
    request_payment, seen, void, wake,
};
use super::{
    EffectKind, Failure, ObservedPayment, ObservedStatus, Payment, PaymentCommand, PaymentEvent, PaymentState,
    RecordObservation,
};
use crate::{Decider, StoredEvent, fold, upcast};

fn any_step() -> impl Strategy<Value = Step> {
    let amount = || prop::sample::select(vec![0_i64, 30, 60, AMOUNT, AMOUNT + 1]);
    let what = prop_oneof![
        2 => Just(What::Request),
        3 => Just(What::Attach),
        3 => amount().prop_map(What::Capture),
        1 => Just(What::Void),
        3 => amount().prop_map(What::Refund),
    ];
    let outcome = prop::sample::select(vec![
        Outcome::Works,
        Outcome::Works,
        Outcome::Declined,
        Outcome::NeedsAction,
        Outcome::Unheard,
    ]);
    let happening = prop_oneof![
        3 => Just(Happening::Paid),
        1 => Just(Happening::NotAuthenticated),
        1 => (1_i64..50).prop_map(Happening::Dispute),
        1 => Just(Happening::Lapse),
    ];
    prop_oneof![
        // Few, so that requests are repeated, also with other content.
        8 => (0_u8..16, what).prop_map(|(request, what)| Step::Ask { request, what }),
        8 => (any::<bool>(), outcome).prop_map(|(refund, outcome)| Step::Tell { refund, outcome }),
        3 => prop_oneof![2 => Just(0_usize), 1 => 0_usize..4].prop_map(|changes_ago| Step::Read { changes_ago }),
        1 => any::<bool>().prop_map(|refund| Step::Refuse { refund }),
        2 => happening.prop_map(Step::Happen),
        1 => (0_i64..400).prop_map(|seconds| Step::Wait { seconds }),
        1 => Just(Step::Wake),
    ]
}

/// A payment with its provider.
struct World {
    state: PaymentState,
    events: Vec<PaymentEvent>,
    /// The provider's payment after each of its changes; none before it has one.
    provider: Vec<Provider>,
    sums: Sums,
    last_effect: u32,
    now: i64,
}

/// Takes the steps one after another and checks what has to hold after each.
fn run(steps: &[Step]) -> World {
    let mut world = World {
        state: PaymentState::Absent,
        events: Vec::new(),
        provider: Vec::new(),
        sums: Sums::default(),
        last_effect: 0,
        now: 0,
    };
    for step in steps {
        world.take(step);
    }
    world
}

impl World {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Ask { request, what } => self.ask(u128::from(*request) + 1, *what),
            Step::Tell { refund, outcome } => self.tell(*refund, *outcome),
            Step::Read { changes_ago } => self.read(*changes_ago),
            Step::Refuse { refund } => {
                if let Some((number, _)) = self.under_way(*refund) {
                    assert!(!self.decide(refusal(number, "refused")).is_empty());
                }
            }
            Step::Happen(happening) => {
                self.change(|provider| provider.happen(*happening));
            }
            Step::Wait { seconds } => self.now += seconds,
            Step::Wake => {
                self.decide(wake(self.now));
                let next = Payment::wake_at(&self.state);
                assert!(next.is_none_or(|next| next > at(self.now)), "still due: {:?}", self.state);
            }
        }
    }

    /// A request has an answer the first time, and none again.
    fn ask(&mut self, number: u128, what: What) {
        let command = || match what {
            What::Request => request_payment(request(number), AMOUNT),
            What::Attach => attach(request(number), "pm_1"),
            What::Capture(minor) => capture(request(number), minor),
            What::Void => void(request(number)),
            What::Refund(minor) => refund(request(number), minor),
        };
        let is_known = self.events.iter().any(|event| event.request() == Some(request_id(number)));
        let answer = self.decide(command());
        assert_eq!(answer.is_empty(), is_known, "{what:?}");
        assert!(answer.iter().all(|event| event.request() == Some(request_id(number))));
        let before = self.state.clone();
        assert_eq!(self.decide(command()), [], "a repeated request is answered once: {what:?}");
        assert_eq!(self.state, before);
    }

    fn under_way(&self, is_refund: bool) -> Option<(u32, EffectKind)> {
        let payment = self.state.payment()?;
        let effect = if is_refund { &payment.refund } else { &payment.effect };
        effect.as_ref().map(|effect| (effect.number, effect.kind.clone()))
    }

    fn tell(&mut self, is_refund: bool, outcome: Outcome) {
        let Some((number, kind)) = self.under_way(is_refund) else { return };
        if kind == EffectKind::Open && self.provider.is_empty() {
            self.provider.push(Provider::new());
        }
        self.change(|provider| match kind {
            _ if !provider.takes(number) => {}
            EffectKind::Open => {}
            EffectKind::Authorize { .. } => provider.authorize(outcome),
            EffectKind::Capture { amount, .. } => provider.capture(amount.minor()),
            EffectKind::Void => provider.cancel(),
            EffectKind::Refund { amount, .. } => provider.refund(amount.minor()),
        });
        if let (Some(provider), false) = (self.provider.last().cloned(), matches!(outcome, Outcome::Unheard)) {
            self.decide(answered(number, report(&provider)));
            self.knows(&provider);
        }
    }

    fn read(&mut self, changes_ago: usize) {
        let Some(provider) = self.provider.iter().rev().nth(changes_ago).cloned() else { return };
        let is_opened = self.state.payment().is_some_and(|payment| payment.reference.is_some());
        if is_opened {
            self.decide(observe(report(&provider)));
            self.knows(&provider);
            assert_eq!(self.decide(observe(report(&provider))), [], "what is known is no news: {provider:?}");
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut Provider)) {
        if let Some(mut provider) = self.provider.last().cloned() {
            change(&mut provider);
            self.provider.push(provider);
        }
    }

    /// What the provider has said is recorded.
    fn knows(&self, provider: &Provider) {
        let Sums { authorized, captured, refunded, disputed } = self.sums;
        assert!(captured >= provider.captured && refunded >= provider.refunded && disputed >= provider.disputed);
        let newest = self.provider.last().unwrap();
        assert!(captured <= newest.captured && refunded <= newest.refunded && disputed <= newest.disputed);
        assert!(captured <= authorized, "captured is at most authorised: {:?}", self.sums);
        assert!(refunded + disputed <= captured, "refunded and charged back is at most captured: {:?}", self.sums);
    }

    /// Decides, which must be allowed, and holds each event against the invariants.
    fn decide(&mut self, command: PaymentCommand) -> Vec<PaymentEvent> {
        let events = Payment::decide(&self.state, command).unwrap();
        for event in &events {
            self.check(event);
            self.state = Payment::evolve(self.state.clone(), event).unwrap();
            self.events.push(event.clone());
        }
        events
    }

    fn check(&mut self, event: &PaymentEvent) {
        use PaymentEvent as E;
        let sums = &mut self.sums;
        let started = match event {
            E::PaymentRequested(event) => Some(event.effect),
            E::AuthorizationStarted(event) => Some(event.effect),
            E::VoidStarted(event) => Some(event.effect),
            E::CaptureStarted(event) => {
                assert!(sums.allow_capture(event.amount.minor()), "{event:?} beside {sums:?}");
                Some(event.effect)
            }
            E::RefundStarted(event) => {
                assert!(sums.allow_refund(event.amount.minor()), "{event:?} beside {sums:?}");
                Some(event.effect)
            }
            _ => None,
        };
        if let Some(number) = started {
            assert_eq!(number, self.last_effect + 1, "each effect has a key of its own");
            self.last_effect = number;
        }
        match event {
            E::PaymentAuthorized(event) => sums.authorized += event.amount.minor(),
            E::PaymentCaptured(event) => {
                sums.captured += event.amount.minor();
                assert_eq!(event.captured.minor(), sums.captured);
            }
            E::PaymentRefunded(event) => {
                sums.refunded += event.amount.minor();
                assert_eq!(event.refunded.minor(), sums.refunded);
            }
            E::PaymentDisputed(event) => {
                sums.disputed += event.amount.minor();
                assert_eq!(event.disputed.minor(), sums.disputed);
            }
            _ => {}
        }
    }
}

/// What the adapter would make of the provider's payment.
fn report(provider: &Provider) -> ObservedPayment {
    let status = match provider.status {
        Status::Open => ObservedStatus::AwaitsMethod,
        Status::NeedsAction => ObservedStatus::AwaitsAction,
        Status::Authorized => ObservedStatus::Authorized,
        Status::Captured => ObservedStatus::Captured,
        Status::Cancelled => ObservedStatus::Cancelled,
        Status::Lapsed => ObservedStatus::Expired,
    };
    let attempt = |number| Failure { attempt: Some(reference(&format!("ch_{number}"))), code: reason("declined") };
    ObservedPayment {
        capturable: provider.capturable(),
        captured: provider.captured,
        refunded: provider.refunded,
        disputed: provider.disputed,
        failure: provider.failure.map(attempt),
        ..seen(status)
    }
}

fn any_report() -> impl Strategy<Value = ObservedPayment> {
    let status = prop::sample::select(vec![
        ObservedStatus::AwaitsMethod,
        ObservedStatus::AwaitsAction,
        ObservedStatus::Processing,
        ObservedStatus::Authorized,
        ObservedStatus::Captured,
        ObservedStatus::Cancelled,
        ObservedStatus::Expired,
    ]);
    let amount = || prop_oneof![Just(0_i64), 1_i64..300];
    (status, amount(), amount(), amount(), amount(), any::<bool>()).prop_map(
        |(status, capturable, captured, refunded, disputed, has_failed)| ObservedPayment {
            capturable,
            captured,
            refunded,
            disputed,
            failure: has_failed.then(|| failing(Some("ch_9")).failure.unwrap()),
            ..seen(status)
        },
    )
}

#[test]
fn every_event_is_given_by_a_step() {
    let ask = |request, what| Step::Ask { request, what };
    let tell = |outcome| Step::Tell { refund: false, outcome };
    let begin = [ask(0, What::Capture(1)), ask(1, What::Request), tell(Outcome::Works), ask(2, What::Attach)];
    let paid =
        [tell(Outcome::Declined), ask(3, What::Attach), tell(Outcome::NeedsAction), Step::Happen(Happening::Paid)];
    let read = || Step::Read { changes_ago: 0 };
    let refund = |outcome| Step::Tell { refund: true, outcome };
    let sold = [
        read(),
        ask(4, What::Capture(30)),
        Step::Wait { seconds: 60 },
        Step::Wake,
        Step::Refuse { refund: false },
        ask(5, What::Capture(60)),
        tell(Outcome::Works),
        ask(6, What::Refund(10)),
        Step::Refuse { refund: true },
        ask(7, What::Refund(10)),
        refund(Outcome::Works),
        Step::Happen(Happening::Dispute(5)),
        read(),
    ];
    let void = [read(), ask(4, What::Void), Step::Refuse { refund: false }, ask(5, What::Void), tell(Outcome::Works)];
    let lapse = [read(), Step::Happen(Happening::Lapse), read()];
    let fail = [ask(1, What::Request), Step::Refuse { refund: false }];
    let histories = [
        [&begin[..], &paid, &sold].concat(),
        [&begin[..], &paid, &void].concat(),
        [&begin[..], &paid, &lapse].concat(),
        fail.to_vec(),
    ];
    let mut given = BTreeSet::new();
    for steps in histories {
        given.extend(run(&steps).events.iter().map(StoredEvent::event_type));
    }
    let declared: BTreeSet<_> = PaymentEvent::TYPES.iter().map(|declared| declared.name).collect();
    assert_eq!(given, declared, "give the event that is missing by its step");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn money_is_conserved_whatever_happens(steps in prop::collection::vec(any_step(), 0..80)) {
        run(&steps);
    }

    #[test]
    fn facts_never_fail(
        steps in prop::collection::vec(any_step(), 0..40), reports in prop::collection::vec(any_report(), 1..5),
    ) {
        let mut state = run(&steps).state;
        for seen in reports {
            let decided = Payment::decide(&state, RecordObservation { seen, effect: None, at: at(0) }.into());
            let Some(payment) = state.payment() else { continue };
            let before = payment.ledger;
            for event in decided.unwrap() {
                state = Payment::evolve(state, &event).unwrap();
            }
            let after = state.payment().unwrap().ledger;
            prop_assert!(after.captured >= before.captured && after.refunded >= before.refunded);
            prop_assert!(after.disputed >= before.disputed && after.authorized >= before.authorized);
        }
    }

    #[test]
    fn stored_events_read_back_as_written_and_fold(steps in prop::collection::vec(any_step(), 0..60)) {
        let world = run(&steps);
        let read = world.events.iter().map(|event| {
            let body = serde_json::to_string(event).unwrap();
            upcast::decode::<PaymentEvent>(event.event_type(), event.event_version(), &body).unwrap()
        });
        let read: Vec<_> = read.collect();
        prop_assert_eq!(&read, &world.events);
        prop_assert_eq!(fold::<Payment>(&read).unwrap(), world.state);
    }
}
