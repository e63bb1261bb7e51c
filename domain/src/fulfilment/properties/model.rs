//! A fulfilment as a list of what has happened to it, told without the code under test: what has to come of each step.

use std::collections::BTreeSet;

/// One thing that happens.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Request { request: u8 },
    Release { request: u8 },
    Hold { request: u8 },
    Cancel { request: u8 },
    Accept,
    Reject,
    Pick,
    Pack,
    Ship { tracking: u8 },
    HandOver { tracking: u8 },
    Deliver,
    Lose,
}

/// What has happened, each fact by itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    answered: BTreeSet<u8>,
    /// `requested`, `accepted`, `picked`, `packed`.
    done: BTreeSet<&'static str>,
    is_released: bool,
    shipped: Option<u8>,
    /// How it ended, in one word.
    end: Option<&'static str>,
}

impl Model {
    /// What the step has to be answered with: the name of the event and the reason, `refused` or `not released` for what is no fact,
    /// nothing where nothing happens.
    pub(super) fn expect(&mut self, step: &Step) -> &'static str {
        match step {
            Step::Request { request }
            | Step::Release { request }
            | Step::Hold { request }
            | Step::Cancel { request }
                if !self.answered.insert(*request) =>
            {
                ""
            }
            Step::Request { .. } => self.request(),
            Step::Release { .. } => self.set_released(true, "FulfilmentReleased"),
            Step::Hold { .. } => self.set_released(false, "FulfilmentHeld"),
            Step::Cancel { .. } => self.cancel(),
            Step::Accept
            | Step::Reject
            | Step::Pick
            | Step::Pack
            | Step::Ship { .. }
            | Step::HandOver { .. }
            | Step::Deliver
            | Step::Lose
                if !self.done.contains("requested") =>
            {
                "refused"
            }
            Step::Accept => self.accept(),
            Step::Reject => self.reject(),
            Step::Pick => self.pick(),
            Step::Pack => self.pack(),
            Step::Ship { tracking } => self.ship(*tracking, self.is_released),
            Step::HandOver { tracking } => self.ship(*tracking, true),
            Step::Deliver => self.arrive("delivered", "FulfilmentDelivered"),
            Step::Lose => self.arrive("lost", "FulfilmentLost"),
        }
    }

    /// Why nothing can be asked of it, where that is so.
    fn over(&self) -> Option<&'static str> {
        match (self.shipped, self.end) {
            (Some(_), _) => Some("RequestRefused Shipped"),
            (None, Some("rejected")) => Some("RequestRefused Rejected"),
            (None, Some(_)) => Some("RequestRefused Cancelled"),
            (None, None) => None,
        }
    }

    fn request(&mut self) -> &'static str {
        if let Some(refusal) = self.over() {
            return refusal;
        }
        if self.done.insert("requested") { "FulfilmentRequested" } else { "RequestRefused AlreadyRequested" }
    }

    fn set_released(&mut self, is_released: bool, answer: &'static str) -> &'static str {
        if let Some(refusal) = self.over() {
            return refusal;
        }
        if !self.done.contains("requested") {
            return "RequestRefused NotRequested";
        }
        self.is_released = is_released;
        answer
    }

    fn cancel(&mut self) -> &'static str {
        if let Some(refusal) = self.over() {
            return refusal;
        }
        self.end = Some("cancelled");
        "FulfilmentCancelled"
    }

    fn accept(&mut self) -> &'static str {
        if self.shipped.is_none() && self.end.is_some() {
            return "refused";
        }
        if self.done.insert("accepted") { "FulfilmentAccepted" } else { "" }
    }

    fn reject(&mut self) -> &'static str {
        if self.end == Some("rejected") {
            return "";
        }
        if self.done.contains("packed") || self.end.is_some() {
            return "refused";
        }
        self.end = Some("rejected");
        "FulfilmentRejected"
    }

    fn pick(&mut self) -> &'static str {
        if !self.done.contains("accepted") || (self.shipped.is_none() && self.end.is_some()) {
            return "refused";
        }
        if !self.done.contains("packed") && self.done.insert("picked") { "FulfilmentPicked" } else { "" }
    }

    fn pack(&mut self) -> &'static str {
        if !self.done.contains("accepted") || (self.shipped.is_none() && self.end.is_some()) {
            return "refused";
        }
        if self.done.insert("packed") { "FulfilmentPacked" } else { "" }
    }

    fn ship(&mut self, tracking: u8, may_leave: bool) -> &'static str {
        if let Some(before) = self.shipped {
            return if before == tracking { "" } else { "refused" };
        }
        if !self.done.contains("packed") || self.end.is_some() {
            return "refused";
        }
        if !may_leave {
            return "not released";
        }
        self.shipped = Some(tracking);
        "FulfilmentShipped"
    }

    fn arrive(&mut self, end: &'static str, answer: &'static str) -> &'static str {
        match self.end {
            Some(before) if before == end => "",
            None if self.shipped.is_some() => {
                self.end = Some(end);
                answer
            }
            Some(_) | None => "refused",
        }
    }
}
