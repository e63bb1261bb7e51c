//! A shop's stock and reservations in plain integers: what has to come of each step, told without the code under test.
//!
//! What is on hand is never kept. It is what has come in less what has gone out, and what is reserved is the sum over the
//! reservations.

use std::collections::{BTreeMap, BTreeSet};

pub(super) const LOCATIONS: usize = 2;
pub(super) const SKUS: usize = 3;
pub(super) const RESERVATIONS: usize = 5;

/// One thing that happens. Times are in seconds from now.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Adjust { location: usize, sku: usize, by: i64, why: Why },
    Count { location: usize, sku: usize, counted: i64 },
    Transfer { from: usize, sku: usize, quantity: i64 },
    Safety { location: usize, sku: usize, safety: i64 },
    Backorder { location: usize, sku: usize, allowed: bool },
    Reserve { id: usize, request: u8, lines: Vec<(usize, i64)>, until: i64 },
    Renew { id: usize, request: u8, until: i64 },
    Release { id: usize, request: u8 },
    Ship { id: usize, request: u8, lines: Vec<(usize, i64)> },
    Fill { id: usize },
    Wake { id: usize },
    Wait { seconds: i64 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    Received,
    Damaged,
    Lost,
    Found,
    Returned,
    Correction,
}

/// Everything that has come to an item and gone from it.
#[derive(Debug, Clone, Default)]
pub(super) struct Item {
    adjusted: BTreeMap<Why, i64>,
    counted: i64,
    transferred: i64,
    shipped: i64,
    pub safety: i64,
    pub backorder: bool,
}

impl Item {
    pub(super) fn on_hand(&self) -> i64 {
        self.adjusted.values().sum::<i64>() + self.counted + self.transferred - self.shipped
    }
}

#[derive(Debug, Clone)]
pub(super) struct Held {
    /// Quantity and the part of it that is backordered, by SKU.
    pub lines: BTreeMap<usize, (i64, i64)>,
    pub until: i64,
}

#[derive(Debug, Clone)]
pub(super) enum Stage {
    Open,
    Held(Held),
    Ended(&'static str),
}

#[derive(Debug, Clone)]
pub(super) struct Reservation {
    pub stage: Stage,
    answered: BTreeSet<u8>,
}

#[derive(Debug, Clone)]
pub(super) struct Model {
    pub items: Vec<Vec<Item>>,
    pub reservations: Vec<Reservation>,
    pub now: i64,
}

/// The location of a reservation.
pub(super) const fn location_of(id: usize) -> usize {
    id % LOCATIONS
}

fn added_up(lines: &[(usize, i64)]) -> BTreeMap<usize, i64> {
    let mut sums = BTreeMap::new();
    for (sku, quantity) in lines {
        *sums.entry(*sku).or_default() += quantity;
    }
    sums
}

impl Model {
    pub(super) fn new() -> Self {
        let reservation = Reservation { stage: Stage::Open, answered: BTreeSet::new() };
        Self {
            items: vec![vec![Item::default(); SKUS]; LOCATIONS],
            reservations: vec![reservation; RESERVATIONS],
            now: 0,
        }
    }

    /// What the active reservations hold of an item: the quantity, and the part of it that is backordered.
    pub(super) fn held(&self, location: usize, sku: usize) -> (i64, i64) {
        let here = (0..RESERVATIONS).filter(|id| location_of(*id) == location);
        let lines = here.filter_map(|id| match &self.reservations[id].stage {
            Stage::Held(held) => held.lines.get(&sku),
            Stage::Open | Stage::Ended(_) => None,
        });
        lines.fold((0, 0), |sum, line| (sum.0 + line.0, sum.1 + line.1))
    }

    fn available(&self, location: usize, sku: usize) -> i64 {
        let item = &self.items[location][sku];
        (item.on_hand() - self.held(location, sku).0 - item.safety).max(0)
    }

    /// What the step has to be answered with: the name of the event and the reason, `refused` for what is no fact and cannot be,
    /// nothing where nothing happens.
    pub(super) fn expect(&mut self, step: &Step) -> &'static str {
        match step {
            Step::Adjust { location, sku, by, why } => self.adjust(*location, *sku, *by, *why),
            Step::Count { location, sku, counted } => {
                let item = &mut self.items[*location][*sku];
                item.counted += counted - item.on_hand();
                "StockCounted"
            }
            Step::Transfer { from, sku, quantity } if *quantity > self.available(*from, *sku) => "refused",
            Step::Transfer { from, sku, quantity } => {
                self.items[*from][*sku].transferred -= quantity;
                self.items[1 - *from][*sku].transferred += quantity;
                "StockTransferredOut"
            }
            Step::Safety { location, sku, safety } => {
                let before = std::mem::replace(&mut self.items[*location][*sku].safety, *safety);
                if before == *safety { "" } else { "SafetyStockChanged" }
            }
            Step::Backorder { location, sku, allowed } => {
                let before = std::mem::replace(&mut self.items[*location][*sku].backorder, *allowed);
                if before == *allowed { "" } else { "BackorderPolicyChanged" }
            }
            Step::Reserve { id, request, lines, until } => {
                self.answered(*id, *request, |model| model.reserve(*id, lines, model.now + until))
            }
            Step::Renew { id, request, until } => {
                self.answered(*id, *request, |model| model.renew(*id, model.now + until))
            }
            Step::Release { id, request } => self.answered(*id, *request, |model| model.release(*id)),
            Step::Ship { id, request, lines } => self.answered(*id, *request, |model| model.ship(*id, lines)),
            Step::Fill { id } => self.fill(*id),
            Step::Wake { id } => match &self.reservations[*id].stage {
                Stage::Held(held) if held.until <= self.now => {
                    self.reservations[*id].stage = Stage::Ended("Expired");
                    "ReservationExpired"
                }
                _ => "",
            },
            Step::Wait { seconds } => {
                self.now += seconds;
                ""
            }
        }
    }

    fn adjust(&mut self, location: usize, sku: usize, by: i64, why: Why) -> &'static str {
        let item = &mut self.items[location][sku];
        let after = item.on_hand() + by;
        if after < 0 && why == Why::Correction {
            return "refused";
        }
        *item.adjusted.entry(why).or_default() += if after < 0 { -item.on_hand() } else { by };
        "StockAdjusted"
    }

    fn answered(&mut self, id: usize, request: u8, answer: impl FnOnce(&mut Self) -> &'static str) -> &'static str {
        if self.reservations[id].answered.insert(request) { answer(self) } else { "" }
    }

    fn refusal(&self, id: usize) -> &'static str {
        match self.reservations[id].stage {
            Stage::Open => "RequestRefused NotReserved",
            Stage::Held(_) => "RequestRefused AlreadyReserved",
            Stage::Ended("Refused") => "RequestRefused Refused",
            Stage::Ended("Released") => "RequestRefused Released",
            Stage::Ended("Expired") => "RequestRefused Expired",
            Stage::Ended(_) => "RequestRefused Shipped",
        }
    }

    fn reserve(&mut self, id: usize, lines: &[(usize, i64)], until: i64) -> &'static str {
        match self.reservations[id].stage {
            Stage::Open => {}
            Stage::Ended("Released") => return "ReservationRefused ReleasedBefore",
            Stage::Held(_) | Stage::Ended(_) => return self.refusal(id),
        }
        if until <= self.now {
            self.reservations[id].stage = Stage::Ended("Refused");
            return "ReservationRefused TooLate";
        }
        let mut held = Held { lines: BTreeMap::new(), until };
        for (sku, quantity) in added_up(lines) {
            let missing = (quantity - self.available(location_of(id), sku)).max(0);
            if missing > 0 && !self.items[location_of(id)][sku].backorder {
                self.reservations[id].stage = Stage::Ended("Refused");
                return "ReservationRefused OutOfStock";
            }
            held.lines.insert(sku, (quantity, missing));
        }
        self.reservations[id].stage = Stage::Held(held);
        "ReservationGranted"
    }

    fn renew(&mut self, id: usize, until: i64) -> &'static str {
        let refusal = self.refusal(id);
        match &mut self.reservations[id].stage {
            Stage::Held(_) if until <= self.now => "RequestRefused TooLate",
            Stage::Held(held) => {
                held.until = held.until.max(until);
                "ReservationRenewed"
            }
            Stage::Open | Stage::Ended(_) => refusal,
        }
    }

    fn release(&mut self, id: usize) -> &'static str {
        match self.reservations[id].stage {
            Stage::Open | Stage::Held(_) => {
                self.reservations[id].stage = Stage::Ended("Released");
                "ReservationReleased"
            }
            Stage::Ended(_) => self.refusal(id),
        }
    }

    fn ship(&mut self, id: usize, lines: &[(usize, i64)]) -> &'static str {
        let refusal = self.refusal(id);
        let Stage::Held(held) = &mut self.reservations[id].stage else {
            return refusal;
        };
        let quantities = added_up(lines);
        if quantities.iter().any(|(sku, quantity)| held.lines.get(sku).is_none_or(|line| line.0 < *quantity)) {
            return "RequestRefused MoreThanReserved";
        }
        for (sku, quantity) in &quantities {
            let line = held.lines.get_mut(sku).unwrap();
            line.0 -= quantity;
            line.1 = line.1.min(line.0);
        }
        held.lines.retain(|_, line| line.0 > 0);
        if held.lines.is_empty() {
            self.reservations[id].stage = Stage::Ended("Shipped");
        }
        for (sku, quantity) in quantities {
            let item = &mut self.items[location_of(id)][sku];
            item.shipped += quantity.min(item.on_hand());
        }
        "ReservationShipped"
    }

    fn fill(&mut self, id: usize) -> &'static str {
        let free = |sku: usize| {
            let item = &self.items[location_of(id)][sku];
            let (quantity, backordered) = self.held(location_of(id), sku);
            (item.on_hand() - (quantity - backordered) - item.safety).max(0)
        };
        let free: Vec<_> = (0..SKUS).map(free).collect();
        let Stage::Held(held) = &mut self.reservations[id].stage else {
            return "";
        };
        let mut filled = 0;
        for (sku, line) in &mut held.lines {
            let part = line.1.min(free[*sku]);
            line.1 -= part;
            filled += part;
        }
        if filled > 0 { "ReservationBackorderFilled" } else { "" }
    }
}
