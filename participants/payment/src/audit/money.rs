//! What the events of a payment add up to, computed apart from the deciders that wrote them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use domain::payment::{ObservedPayment, PaymentEvent};
use domain::{Money, RequestId};
use service_kit::audit::Invariant;

/// What is wrong with an event: the promise it breaks, a code for programs and an explanation for people.
pub(super) type Problem = (Invariant, &'static str, String);

/// A payment before its next event, in minor units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Books {
    authorized: i64,
    captured: i64,
    refunded: i64,
    disputed: i64,
    /// The number of the last effect.
    effects: u32,
    /// Whether its result is not known yet.
    is_under_way: bool,
    /// The requests whose captures were told to the provider.
    capturing: BTreeSet<RequestId>,
    /// How often money was captured for each of them.
    captures: BTreeMap<RequestId, u32>,
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { captured, refunded, disputed, .. } = self;
        write!(f, "{captured} captured, {refunded} refunded, {disputed} charged back")
    }
}

impl Books {
    /// Whether the provider says the same, or, while it was told something of which the result is not known, no less.
    pub(super) const fn is_as(&self, seen: &ObservedPayment) -> bool {
        let (is_captured, is_refunded) = if self.is_under_way {
            (self.captured <= seen.captured, self.refunded <= seen.refunded)
        } else {
            (self.captured == seen.captured, self.refunded == seen.refunded)
        };
        is_captured && is_refunded && self.disputed == seen.disputed
    }

    /// Moves on to what an event records, and says what is wrong with it.
    pub(super) fn follow(&mut self, event: &PaymentEvent) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(number) = event.starts() {
            if number != self.effects.saturating_add(1) {
                let detail = format!("effect {number} begins after effect {}; its key is not its own", self.effects);
                problems.push((Invariant::I10, "effect_out_of_order", detail));
            }
            self.effects = number;
            self.is_under_way = true;
        } else if is_result(event) {
            self.is_under_way = false;
        }
        problems.extend(self.asked(event));
        let before = (self.captured, self.refunded, self.disputed);
        problems.extend(self.moved(event));
        if before == (self.captured, self.refunded, self.disputed) {
            return problems;
        }
        if self.captured > self.authorized {
            let detail = format!("{} captured of {} authorised", self.captured, self.authorized);
            problems.push((Invariant::I9, "captured_beyond_authorized", detail));
        }
        if self.refunded.saturating_add(self.disputed) > self.captured {
            problems.push((Invariant::I9, "returned_beyond_captured", self.to_string()));
        }
        problems
    }

    /// What is wrong with what the provider is told.
    fn asked(&mut self, event: &PaymentEvent) -> Option<Problem> {
        match event {
            PaymentEvent::CaptureStarted(event) => {
                self.capturing.extend(event.request);
                let (asked, authorized) = (event.amount.minor(), self.authorized);
                (asked > authorized).then(|| {
                    let detail = format!("{asked} asked for of {authorized} authorised");
                    (Invariant::I9, "capture_beyond_authorized", detail)
                })
            }
            PaymentEvent::RefundStarted(event) => {
                let (asked, left) = (event.amount.minor(), self.captured.saturating_sub(self.disputed));
                (asked > left).then(|| {
                    let detail = format!("{asked} asked for of {left} captured and not charged back");
                    (Invariant::I9, "refund_beyond_captured", detail)
                })
            }
            _ => None,
        }
    }

    /// What is wrong with what has moved.
    fn moved(&mut self, event: &PaymentEvent) -> Vec<Problem> {
        match event {
            PaymentEvent::PaymentAuthorized(event) => {
                self.authorized = event.amount.minor();
                Vec::new()
            }
            PaymentEvent::PaymentCaptured(event) => {
                let mut problems: Vec<_> = add(&mut self.captured, event.amount, event.captured).into_iter().collect();
                problems.extend(event.request.filter(|_| event.amount.minor() > 0).and_then(|by| self.captured_by(by)));
                problems
            }
            PaymentEvent::PaymentRefunded(event) => {
                add(&mut self.refunded, event.amount, event.refunded).into_iter().collect()
            }
            PaymentEvent::PaymentDisputed(event) => {
                add(&mut self.disputed, event.amount, event.disputed).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn captured_by(&mut self, request: RequestId) -> Option<Problem> {
        let count = self.captures.entry(request).or_default();
        *count += 1;
        if !self.capturing.contains(&request) {
            let detail = format!("money was captured for request {request}, of which the provider was not told");
            return Some((Invariant::I10, "captured_unasked", detail));
        }
        let detail = || format!("money was captured {count} times for request {request}");
        (*count > 1).then(|| (Invariant::I10, "captured_twice", detail()))
    }
}

/// Whether it says what came of an effect.
const fn is_result(event: &PaymentEvent) -> bool {
    matches!(
        event,
        PaymentEvent::PaymentOpened(_)
            | PaymentEvent::PaymentActionRequired(_)
            | PaymentEvent::PaymentAuthorized(_)
            | PaymentEvent::PaymentDeclined(_)
            | PaymentEvent::PaymentFailed(_)
            | PaymentEvent::PaymentCaptured(_)
            | PaymentEvent::CaptureFailed(_)
            | PaymentEvent::PaymentVoided(_)
            | PaymentEvent::VoidFailed(_)
            | PaymentEvent::PaymentRefunded(_)
            | PaymentEvent::RefundFailed(_)
            | PaymentEvent::AuthorizationExpired(_)
    )
}

/// Adds what moved now, and compares with the sum that the event records, from which it then goes on.
fn add(sum: &mut i64, now: Money, in_all: Money) -> Option<Problem> {
    let expected = sum.saturating_add(now.minor());
    *sum = in_all.minor();
    (expected != in_all.minor()).then(|| {
        let detail = format!("it records {} in all; the events add up to {expected}", in_all.minor());
        (Invariant::I9, "sum_differs", detail)
    })
}
