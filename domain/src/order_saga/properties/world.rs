//! Inventory, payment, a warehouse and people, as simple as they can be: each handles what is asked of one stream in order, once, and
//! answers a repetition not at all.

mod payment;
mod warehouse;

use std::collections::{BTreeMap, BTreeSet};

use self::payment::Purse;
use super::behaviour::Behaviour;
use crate::order::HoldKind;
use crate::order_saga::{
    Answer, AnswerKind, CancelSaga, Candidate, DecideTask, HoldSaga, LearnAnswer, OrderSagaCommand, OrderSagaEvent,
    Part, RearrangeShares, ReleaseSaga, TaskDecision, TaskKind, Wake, WantedShare,
};
use crate::reservation::RequestedLine;
use crate::{Currency, FulfilmentId, LocationId, Money, Operator, Quantity, Sku, TenantId, Timestamp};

/// The locations of the simulated world.
const LOCATIONS: [&str; 2] = ["zrh-1", "zrh-2"];
/// What the order has: SKUs with their pieces.
const ORDERED: [(&str, u32); 2] = [("85123A", 3), ("22423", 1)];

/// The lines of the order.
pub(super) fn lines() -> Vec<RequestedLine> {
    let line = |(sku, pieces): (&str, u32)| RequestedLine {
        sku: Sku::try_new(sku).unwrap(),
        quantity: Quantity::try_new(pieces).unwrap(),
    };
    ORDERED.into_iter().map(line).collect()
}

/// Pieces of each product.
type Parcel = [i64; 2];

fn parcel(lines: &[RequestedLine]) -> Parcel {
    ORDERED.map(|(sku, _)| {
        let of_sku = lines.iter().filter(|line| line.sku.as_str() == sku);
        of_sku.map(|line| i64::from(line.quantity.get())).sum()
    })
}

/// The place of a location among those of the world.
fn place_of(location: &LocationId) -> usize {
    usize::from(location.as_str() == LOCATIONS[1])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Nothing,
    /// At a location.
    Stock(usize, Parcel),
    Over,
    Shipped(Parcel),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Asked,
    Accepted,
    Packed,
    Shipped,
    Over,
}

#[derive(Debug)]
enum Due {
    Request(Box<OrderSagaEvent>),
    Answer(LearnAnswer),
    /// A warehouse goes on with a fulfilment.
    Work(Part),
    Cancel,
    Hold(HoldKind),
    Lift(HoldKind),
    StockArrives,
    Rearrange(usize),
    /// A reservation's time may be over.
    Expiry(Part),
}

/// The others, and the clock.
#[derive(Debug)]
pub(super) struct World {
    pub(super) now_s: i64,
    behaviour: Behaviour,
    /// By time and then by the order of coming.
    due: BTreeMap<(i64, usize), Due>,
    count: usize,
    /// When the last message of a key comes, which the next one does not overtake.
    last_s: BTreeMap<String, i64>,
    handled: BTreeSet<String>,
    versions: BTreeMap<String, u32>,
    held: BTreeMap<String, Held>,
    /// Until when each reservation holds what it holds.
    expiries_s: BTreeMap<String, i64>,
    purses: BTreeMap<String, Purse>,
    places: BTreeMap<String, (Place, bool)>,
    /// What each fulfilment sends, and from which location.
    parcels: BTreeMap<String, (usize, Parcel)>,
    /// Reservations whose goods have left.
    left: BTreeSet<String>,
    /// Pieces that were lost on the way, and those of them that people have had sent again.
    lost: Parcel,
    replaced: Parcel,
    has_shipped: bool,
    /// The fulfilments that are to be sent as far as the saga knows, with their products.
    pub(super) open: Vec<(FulfilmentId, Vec<Sku>)>,
    /// Whether the shop holds the order.
    pub(super) is_held: bool,
}

/// A moment of the simulated clock.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::try_from_micros(seconds * 1_000_000).unwrap()
}

impl World {
    pub(super) fn new(behaviour: Behaviour) -> Self {
        let mut world = Self {
            now_s: 0,
            due: BTreeMap::new(),
            count: 0,
            last_s: BTreeMap::new(),
            handled: BTreeSet::new(),
            versions: BTreeMap::new(),
            held: BTreeMap::new(),
            expiries_s: BTreeMap::new(),
            purses: BTreeMap::new(),
            places: BTreeMap::new(),
            parcels: BTreeMap::new(),
            left: BTreeSet::new(),
            lost: [0; 2],
            replaced: [0; 2],
            has_shipped: false,
            open: Vec::new(),
            is_held: false,
            behaviour,
        };
        if let Some(seconds) = world.behaviour.cancelled_at_s {
            world.put(seconds, Due::Cancel);
        }
        for (hold, held_s, for_s) in world.behaviour.holds.clone() {
            world.put(held_s, Due::Hold(hold));
            if let Some(for_s) = for_s {
                world.put(held_s + for_s, Due::Lift(hold));
            }
        }
        if let Some(seconds) = world.behaviour.stock_arrives_at_s {
            world.put(seconds, Due::StockArrives);
        }
        if let Some((seconds, place)) = world.behaviour.rearranged {
            world.put(seconds, Due::Rearrange(place));
        }
        world
    }

    fn put(&mut self, seconds: i64, due: Due) {
        self.count += 1;
        self.due.insert((seconds, self.count), due);
    }

    /// Puts a message behind those of its key that are under way.
    fn send(&mut self, key: String, delay_s: i64, due: Due) {
        let last = self.last_s.entry(key).or_insert(0);
        *last = (*last).max(self.now_s + delay_s);
        let seconds = *last;
        self.put(seconds, due);
    }

    fn turn(&self, delays: &[i64]) -> i64 {
        delays[self.count % delays.len()]
    }

    /// Whether nothing is under way.
    pub(super) fn is_quiet(&self) -> bool {
        self.due.values().all(|due| matches!(due, Due::Expiry(_)))
    }

    /// Takes what a saga asks for.
    pub(super) fn asked(&mut self, event: &OrderSagaEvent) {
        if let Some(part) = part_of(event) {
            let delay = self.turn(&self.behaviour.request_delays_s);
            self.send(format!("request {part:?}"), delay, Due::Request(Box::new(event.clone())));
        }
    }

    /// What the saga is told next: whatever comes first, or that it is due. `None` where nothing ever comes.
    pub(super) fn next(&mut self, due_s: Option<i64>) -> Option<OrderSagaCommand> {
        loop {
            let first = self.due.keys().next().copied();
            if let Some(due) = due_s.filter(|due| first.is_none_or(|(seconds, _)| *due < seconds)) {
                self.now_s = self.now_s.max(due);
                return Some(Wake { candidates: Some(self.candidates()), at: at(self.now_s) }.into());
            }
            let (seconds, _) = first?;
            self.now_s = self.now_s.max(seconds);
            let (_, due) = self.due.pop_first()?;
            match due {
                Due::Answer(answer) => return Some(LearnAnswer { at: at(self.now_s), ..answer }.into()),
                Due::Hold(hold) => return Some(HoldSaga { hold, at: at(self.now_s) }.into()),
                Due::Lift(hold) => return Some(ReleaseSaga { hold, at: at(self.now_s) }.into()),
                Due::Cancel => return Some(CancelSaga { at: at(self.now_s) }.into()),
                Due::Rearrange(place) => {
                    if let Some(wanted) = self.rearranges(place) {
                        return Some(wanted);
                    }
                }
                Due::StockArrives => self.behaviour.stock.iter_mut().flatten().for_each(|pieces| *pieces += 3),
                Due::Request(event) => self.handle(&event),
                Due::Work(part) => self.work(part),
                Due::Expiry(part) => self.expire(part),
            }
        }
    }

    /// What is known of the locations, which may be wrong by the time they are asked.
    fn candidates(&self) -> Vec<Candidate> {
        let candidate = |(place, location): (usize, &str)| {
            let lacks = ORDERED.iter().zip(self.behaviour.stock[place]);
            let lacks = lacks.filter(|((_, needed), there)| *there < i64::from(*needed));
            Candidate {
                location: LocationId::try_new(location).unwrap(),
                facts: None,
                lacks: lacks.map(|((sku, _), _)| Sku::try_new(*sku).unwrap()).collect(),
            }
        };
        LOCATIONS.into_iter().enumerate().map(candidate).collect()
    }

    /// People want all that has not left to be sent otherwise: by one location, or by two where there was one parcel of two products.
    fn rearranges(&self, place: usize) -> Option<OrderSagaCommand> {
        let skus: Vec<Sku> = self.open.iter().flat_map(|(_, skus)| skus.clone()).collect();
        let location = |place: usize| LocationId::try_new(LOCATIONS[place % 2]).unwrap();
        let shares = match (&self.open[..], &skus[..]) {
            ([], _) => return None,
            ([_], [one, other]) => vec![
                WantedShare { location: location(place), skus: vec![one.clone()] },
                WantedShare { location: location(place + 1), skus: vec![other.clone()] },
            ],
            _ => vec![WantedShare { location: location(place), skus }],
        };
        let fulfilments = self.open.iter().map(|(id, _)| *id).collect();
        let (tenant, by) = (TenantId::try_new("shop").unwrap(), Operator::try_new("staff").unwrap());
        Some(RearrangeShares { tenant, fulfilments, shares, by, at: at(self.now_s) }.into())
    }

    /// What people decide about a task at once.
    pub(super) fn decides(&mut self, task: TaskKind) -> Option<OrderSagaCommand> {
        if task != TaskKind::Lost || !self.behaviour.sends_again {
            return None;
        }
        self.behaviour.loses = false;
        self.replaced = self.lost;
        let (tenant, by) = (TenantId::try_new("shop").unwrap(), Operator::try_new("staff").unwrap());
        Some(DecideTask { tenant, task, decision: TaskDecision::SendAgain, note: None, by, at: at(self.now_s) }.into())
    }

    fn answer(&mut self, part: Part, kind: AnswerKind, amount: Option<i64>) {
        let key = format!("{part:?}");
        let version = self.versions.entry(key.clone()).or_default();
        *version += 1;
        let version = *version;
        let holds_s = match kind {
            AnswerKind::StockGranted => Some(900),
            AnswerKind::StockRenewed => Some(30 * 86_400),
            _ => None,
        };
        let amount = amount.map(|minor| Money::new(minor, Currency::try_new("EUR").unwrap()));
        let expiry_s = holds_s.map(|seconds| self.now_s + seconds);
        if let Some(expiry_s) = expiry_s {
            self.expiries_s.insert(key.clone(), expiry_s);
            self.put(expiry_s, Due::Expiry(part));
        }
        let expires_at = expiry_s.map(at);
        let answer = LearnAnswer { part, version, answer: Answer { kind, expires_at, amount }, at: at(self.now_s) };
        let delay = self.turn(&self.behaviour.answer_delays_s);
        self.send(format!("answer {key}"), delay, Due::Answer(answer.clone()));
        if self.behaviour.answers_twice {
            self.send(format!("answer {key}"), delay + 1, Due::Answer(answer));
        }
    }

    fn handle(&mut self, event: &OrderSagaEvent) {
        let Some(part) = part_of(event) else { return };
        if !self.handled.insert(format!("{event:?}")) {
            return;
        }
        match part {
            Part::Reservation(_) => self.inventory(part, event),
            Part::Payment(_) => self.payment(part, event),
            Part::Fulfilment(_) => self.warehouse(part, event),
        }
    }

    fn inventory(&mut self, part: Part, event: &OrderSagaEvent) {
        let key = format!("{part:?}");
        let held = self.held.get(&key).copied().unwrap_or(Held::Nothing);
        let (held, kind) = match (event, held) {
            (OrderSagaEvent::StockRequested(event), Held::Nothing) => {
                let place = place_of(&event.location);
                let wanted = parcel(&event.lines);
                if self.behaviour.stock[place].iter().zip(wanted).all(|(there, wanted)| *there >= wanted) {
                    self.move_stock(place, wanted.map(|pieces| -pieces));
                    (Held::Stock(place, wanted), AnswerKind::StockGranted)
                } else {
                    (Held::Over, AnswerKind::StockRefused)
                }
            }
            (OrderSagaEvent::StockRenewalRequested(_), Held::Stock(..)) => (held, AnswerKind::StockRenewed),
            (OrderSagaEvent::StockReleaseRequested(_), Held::Stock(place, parcel)) => {
                assert!(!self.left.contains(&key), "what has left is given back: {self:#?}");
                self.move_stock(place, parcel);
                (Held::Over, AnswerKind::StockReleased)
            }
            (OrderSagaEvent::StockReleaseRequested(_), Held::Nothing) => (Held::Over, AnswerKind::StockReleased),
            (OrderSagaEvent::StockShipmentRequested(event), Held::Stock(_, held)) => {
                assert_eq!(parcel(&event.lines), held, "other pieces leave than are held");
                (Held::Shipped(held), AnswerKind::StockShipped)
            }
            _ => (held, AnswerKind::StockRequestRefused),
        };
        self.held.insert(key, held);
        self.answer(part, kind, None);
    }

    /// Gives back what a reservation holds, unless it was renewed.
    fn expire(&mut self, part: Part) {
        let key = format!("{part:?}");
        let Some(Held::Stock(place, parcel)) = self.held.get(&key).copied() else { return };
        if self.expiries_s[&key] > self.now_s {
            return;
        }
        assert!(!self.left.contains(&key), "what has left expires: {self:#?}");
        self.move_stock(place, parcel);
        self.held.insert(key, Held::Over);
        self.answer(part, AnswerKind::StockExpired, None);
    }

    fn move_stock(&mut self, place: usize, pieces: Parcel) {
        self.behaviour.stock[place].iter_mut().zip(pieces).for_each(|(there, pieces)| *there += pieces);
    }

    /// What holds when all was delivered: it was paid once, and it was taken out of stock.
    pub(super) fn is_completed(&self) {
        let captured: i64 = self.purses.values().map(|purse| purse.captured - purse.refunded).sum();
        let owed = if self.behaviour.is_on_credit { 0 } else { self.behaviour.total };
        assert_eq!(captured, owed, "{self:#?}");
        let mut shipped = [0; 2];
        for held in self.held.values() {
            assert!(!matches!(held, Held::Stock(..)), "{self:#?}");
            if let Held::Shipped(parcel) = held {
                shipped.iter_mut().zip(parcel).for_each(|(sum, pieces)| *sum += pieces);
            }
        }
        assert_eq!(self.lost, self.replaced, "lost and not sent again: {self:#?}");
        let ordered = parcel(&lines());
        assert_eq!(shipped, [0, 1].map(|place| ordered[place] + self.lost[place]), "{self:#?}");
        assert!(self.has_shipped);
    }

    /// What holds when all is undone: no stock is held, nothing is authorised, and what was captured was given back.
    pub(super) fn is_undone(&self) {
        assert!(!self.held.values().any(|held| matches!(held, Held::Stock(..))), "{self:#?}");
        for purse in self.purses.values() {
            let is_open = purse.authorized && purse.captured == 0;
            assert!(!is_open && purse.captured == purse.refunded, "{self:#?}");
        }
    }
}

/// The stream that a request goes to; `None` for an event that asks nobody.
fn part_of(event: &OrderSagaEvent) -> Option<Part> {
    Some(match event {
        OrderSagaEvent::StockRequested(event) => Part::Reservation(event.reservation),
        OrderSagaEvent::StockRenewalRequested(event) => Part::Reservation(event.reservation),
        OrderSagaEvent::StockReleaseRequested(event) => Part::Reservation(event.reservation),
        OrderSagaEvent::StockShipmentRequested(event) => Part::Reservation(event.reservation),
        OrderSagaEvent::AuthorizationRequested(event) => Part::Payment(event.payment),
        OrderSagaEvent::CaptureRequested(event) => Part::Payment(event.payment),
        OrderSagaEvent::VoidRequested(event) => Part::Payment(event.payment),
        OrderSagaEvent::RefundRequested(event) => Part::Payment(event.payment),
        OrderSagaEvent::FulfilmentRequested(event) => Part::Fulfilment(event.fulfilment),
        OrderSagaEvent::FulfilmentReleaseRequested(event) => Part::Fulfilment(event.fulfilment),
        OrderSagaEvent::FulfilmentCancelRequested(event) => Part::Fulfilment(event.fulfilment),
        OrderSagaEvent::FulfilmentHoldRequested(event) => Part::Fulfilment(event.fulfilment),
        _ => return None,
    })
}
