//! A payment provider in plain integers, and what may be asked of it: told without the code under test.

use std::collections::BTreeSet;

/// What is authorised in these tests.
pub(super) const AMOUNT: i64 = 100;

/// One thing that happens.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Ask {
        request: u8,
        what: What,
    },
    /// What is under way reaches the provider, however often.
    Tell {
        refund: bool,
        outcome: Outcome,
    },
    /// The provider's payment is read; as it was some changes ago where it is late.
    Read {
        changes_ago: usize,
    },
    /// The provider refuses what is under way.
    Refuse {
        refund: bool,
    },
    Happen(Happening),
    Wait {
        seconds: i64,
    },
    Wake,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Request,
    Attach,
    Capture(i64),
    Void,
    Refund(i64),
}

/// What comes of an authorisation; other effects work.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome {
    Works,
    Declined,
    NeedsAction,
    /// It works, and nobody hears of it.
    Unheard,
}

/// What happens at the provider without us.
#[derive(Debug, Clone, Copy)]
pub(super) enum Happening {
    Paid,
    NotAuthenticated,
    Dispute(i64),
    Lapse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Open,
    NeedsAction,
    Authorized,
    Captured,
    Cancelled,
    Lapsed,
}

/// The provider's payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Provider {
    pub status: Status,
    pub captured: i64,
    pub refunded: i64,
    pub disputed: i64,
    /// The number of the last failed attempt.
    pub failure: Option<u32>,
    failures: u32,
    /// The effects that it has taken. It takes each once.
    taken: BTreeSet<u32>,
}

impl Provider {
    pub(super) const fn new() -> Self {
        Self {
            status: Status::Open,
            captured: 0,
            refunded: 0,
            disputed: 0,
            failure: None,
            failures: 0,
            taken: BTreeSet::new(),
        }
    }

    pub(super) fn capturable(&self) -> i64 {
        if self.status == Status::Authorized { AMOUNT } else { 0 }
    }

    /// Whether an effect comes for the first time.
    pub(super) fn takes(&mut self, effect: u32) -> bool {
        self.taken.insert(effect)
    }

    fn is_open(&self) -> bool {
        matches!(self.status, Status::Open | Status::NeedsAction)
    }

    pub(super) fn authorize(&mut self, outcome: Outcome) {
        if !self.is_open() {
            return;
        }
        match outcome {
            Outcome::Works | Outcome::Unheard => self.status = Status::Authorized,
            Outcome::NeedsAction => self.status = Status::NeedsAction,
            Outcome::Declined => self.fail(),
        }
    }

    fn fail(&mut self) {
        self.status = Status::Open;
        self.failures += 1;
        self.failure = Some(self.failures);
    }

    /// Captures once, as most accounts allow; the rest is given back.
    pub(super) fn capture(&mut self, in_all: i64) {
        if self.status == Status::Authorized {
            assert!(in_all <= AMOUNT, "a capture of {in_all} was told");
            (self.status, self.captured) = (Status::Captured, in_all);
        }
    }

    pub(super) fn cancel(&mut self) {
        if self.is_open() || self.status == Status::Authorized {
            self.status = Status::Cancelled;
        }
    }

    pub(super) fn refund(&mut self, in_all: i64) {
        let left = self.captured - self.disputed;
        self.refunded = self.refunded.max(in_all.min(left));
    }

    pub(super) fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Paid if self.is_open() => self.status = Status::Authorized,
            Happening::NotAuthenticated if self.status == Status::NeedsAction => self.fail(),
            Happening::Dispute(amount) if self.status == Status::Captured => {
                self.disputed += amount.min(self.captured - self.refunded - self.disputed).max(0);
            }
            Happening::Lapse if self.status == Status::Authorized => self.status = Status::Lapsed,
            Happening::Paid | Happening::NotAuthenticated | Happening::Dispute(_) | Happening::Lapse => {}
        }
    }
}

/// The money of a payment, added up from what was told in its events, one after the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub authorized: i64,
    pub captured: i64,
    pub refunded: i64,
    pub disputed: i64,
}

impl Sums {
    /// Invariant 3 for what we ask for.
    pub(super) fn allow_capture(self, in_all: i64) -> bool {
        in_all > self.captured && in_all <= self.authorized
    }

    /// Invariant 3 for what we ask for.
    pub(super) fn allow_refund(self, in_all: i64) -> bool {
        in_all > self.refunded && in_all + self.disputed <= self.captured
    }
}
