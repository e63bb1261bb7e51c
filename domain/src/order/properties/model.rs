//! A model of an order in which every piece of goods is a thing of its own. It shares no code with the domain.

mod goods;
mod money;
mod stock;

use std::collections::{BTreeMap, BTreeSet};

/// SKU and price in minor units of each line, with how many pieces it has.
pub(super) const LINES: [(usize, i64, u32); 3] = [(0, 255, 3), (1, 100, 2), (0, 50, 2)];

/// Something that is asked of an order or has happened to it. Reservations, fulfilments and payments are told by small numbers.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Draft,
    Import,
    Place,
    Confirm,
    Reject(usize),
    Complete,
    Expire,
    Cancel(usize),
    Hold(usize),
    Release(usize),
    CancelLine { line: usize, pieces: u32 },
    Note(u8),
    Reserved { id: u8, lines: Vec<(usize, u32, u32)> },
    ReservationFailed { id: u8 },
    ReservationExpired { id: u8 },
    ReservationReleased { id: u8 },
    Screened(usize),
    ActionRequired { id: u8 },
    Authorized { id: u8, sum: i64 },
    Failed { id: u8, code: u8 },
    Captured { id: u8, sum: i64 },
    Voided { id: u8 },
    Refunded { id: u8, sum: i64 },
    ChargedBack { id: u8, sum: i64 },
    Planned { id: u8, reservation: u8, lines: Vec<(usize, u32, u32)> },
    FulfilmentCancelled { id: u8 },
    Sent { id: u8, lines: Vec<(usize, u32, u32)> },
    Delivered { id: u8 },
    Lost { id: u8 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Absent,
    Draft,
    Placed,
    Confirmed,
    Completed,
    Rejected(usize),
    Cancelled(usize),
    Expired,
    Imported,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Open,
    Reserved,
    Backordered,
    InFulfilment,
    Shipped,
    Delivered,
    Cancelled,
}

/// One piece of goods.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub line: usize,
    pub place: Place,
    pub reservation: Option<u8>,
    pub fulfilment: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Granted,
    Refused,
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Going {
    Planned,
    Sent,
    Delivered,
    Lost,
    Cancelled,
}

#[derive(Debug, Clone)]
struct Fulfilment {
    going: Going,
    reservation: Option<u8>,
    was_sent: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Payment {
    wants_action: bool,
    is_void: bool,
    failed_with: Option<u8>,
    pub authorized: i64,
    pub voided: i64,
    pub captured: i64,
    pub refunded: i64,
    pub charged_back: i64,
}

#[derive(Debug, Clone)]
pub(super) struct Model {
    pub stage: Stage,
    pub pieces: Vec<Piece>,
    pub holds: BTreeSet<usize>,
    pub payments: BTreeMap<u8, Payment>,
    reservations: Vec<(u8, Held)>,
    granted: BTreeSet<u8>,
    fulfilments: BTreeMap<u8, Fulfilment>,
    screening: Option<usize>,
    note: Option<u8>,
}

type Answer = Vec<&'static str>;

const REFUSED: &[&str] = &["refused"];

impl Model {
    pub(super) fn new() -> Self {
        Self {
            stage: Stage::Absent,
            pieces: Vec::new(),
            holds: BTreeSet::new(),
            payments: BTreeMap::new(),
            reservations: Vec::new(),
            granted: BTreeSet::new(),
            fulfilments: BTreeMap::new(),
            screening: None,
            note: None,
        }
    }

    pub(super) const fn goes_on(&self) -> bool {
        matches!(self.stage, Stage::Placed | Stage::Confirmed)
    }

    /// How many pieces of a line are in a place.
    pub(super) fn count(&self, line: usize, place: Place) -> u64 {
        self.pieces.iter().filter(|piece| piece.line == line && piece.place == place).count() as u64
    }

    /// How the step has to be answered: the names of its events, with exceptions by their kinds.
    pub(super) fn expect(&mut self, step: &Step) -> Answer {
        if self.stage == Stage::Absent && !matches!(step, Step::Draft | Step::Import) {
            return REFUSED.to_vec();
        }
        match step {
            Step::Draft => self.begin(Stage::Draft, "OrderDrafted"),
            Step::Import => self.begin(Stage::Imported, "OrderImported"),
            Step::Place
            | Step::Confirm
            | Step::Reject(_)
            | Step::Complete
            | Step::Expire
            | Step::Cancel(_)
            | Step::Hold(_)
            | Step::Release(_)
            | Step::CancelLine { .. } => self.request(step),
            Step::Note(note) => {
                if self.note.replace(*note) == Some(*note) {
                    vec![]
                } else {
                    vec!["NoteAdded"]
                }
            }
            Step::Reserved { .. }
            | Step::ReservationFailed { .. }
            | Step::ReservationExpired { .. }
            | Step::ReservationReleased { .. } => self.stock(step),
            Step::Planned { .. }
            | Step::FulfilmentCancelled { .. }
            | Step::Sent { .. }
            | Step::Delivered { .. }
            | Step::Lost { .. } => self.goods(step),
            Step::Screened(outcome) if self.screening == Some(*outcome) => vec![],
            Step::Screened(outcome) => {
                self.screening = Some(*outcome);
                let is_late = matches!(self.stage, Stage::Confirmed | Stage::Completed) && *outcome == 2;
                with("FraudScreened", &[(is_late, "RejectedByScreening")])
            }
            Step::ActionRequired { .. }
            | Step::Authorized { .. }
            | Step::Failed { .. }
            | Step::Captured { .. }
            | Step::Voided { .. }
            | Step::Refunded { .. }
            | Step::ChargedBack { .. } => self.money(step),
        }
    }

    fn begin(&mut self, stage: Stage, name: &'static str) -> Answer {
        match self.stage {
            Stage::Absent => {
                self.stage = stage;
                vec![name]
            }
            seen if seen == stage => vec![],
            _ => REFUSED.to_vec(),
        }
    }

    fn end(&mut self, stage: Stage) {
        self.stage = stage;
        self.holds.clear();
        for piece in self.pieces.iter_mut().filter(|piece| piece.place == Place::Open) {
            piece.place = Place::Cancelled;
        }
    }

    fn has_left(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece.place, Place::Shipped | Place::Delivered))
    }

    fn request(&mut self, step: &Step) -> Answer {
        match (step, self.stage) {
            (Step::Place, Stage::Draft) => {
                self.stage = Stage::Placed;
                for (line, (_, _, quantity)) in LINES.iter().enumerate() {
                    let piece = Piece { line, place: Place::Open, reservation: None, fulfilment: None };
                    self.pieces.extend((0..*quantity).map(|_| piece.clone()));
                }
                vec!["OrderPlaced"]
            }
            (Step::Place, Stage::Placed)
            | (Step::Confirm, Stage::Confirmed)
            | (Step::Complete, Stage::Completed)
            | (Step::Expire, Stage::Expired) => vec![],
            (Step::Expire, Stage::Draft) => {
                self.stage = Stage::Expired;
                vec!["OrderExpired"]
            }
            (Step::Confirm, Stage::Placed) => {
                self.stage = Stage::Confirmed;
                vec!["OrderConfirmed"]
            }
            (Step::Reject(reason), Stage::Rejected(seen)) | (Step::Cancel(reason), Stage::Cancelled(seen))
                if *reason == seen =>
            {
                vec![]
            }
            (Step::Reject(reason), Stage::Placed) if !self.has_left() => {
                self.end(Stage::Rejected(*reason));
                vec!["OrderRejected"]
            }
            (Step::Cancel(reason), Stage::Draft) => {
                self.end(Stage::Cancelled(*reason));
                vec!["OrderCancelled"]
            }
            (Step::Cancel(reason), Stage::Placed | Stage::Confirmed) if !self.has_left() && *reason != 2 => {
                self.end(Stage::Cancelled(*reason));
                vec!["OrderCancelled"]
            }
            (Step::Complete, Stage::Confirmed)
                if self.pieces.iter().all(|piece| matches!(piece.place, Place::Delivered | Place::Cancelled)) =>
            {
                self.end(Stage::Completed);
                vec!["OrderCompleted"]
            }
            (Step::Hold(kind), Stage::Placed | Stage::Confirmed) => {
                if self.holds.insert(*kind) {
                    vec!["OrderHeld"]
                } else {
                    vec![]
                }
            }
            (Step::Release(kind), Stage::Placed | Stage::Confirmed) => {
                if self.holds.remove(kind) {
                    vec!["HoldReleased"]
                } else {
                    vec![]
                }
            }
            (Step::CancelLine { line, pieces }, Stage::Placed | Stage::Confirmed) => {
                self.cancel_line(*line, u64::from(*pieces))
            }
            _ => REFUSED.to_vec(),
        }
    }

    fn cancel_line(&mut self, line: usize, in_all: u64) -> Answer {
        let more = in_all.saturating_sub(self.count(line, Place::Cancelled));
        let before = self.pieces.clone();
        for _ in 0..more {
            let ranks = self.ranks();
            let can = |piece: &&mut Piece| {
                let can = matches!(piece.place, Place::Open | Place::Reserved | Place::Backordered);
                piece.line == line && can
            };
            let first = |piece: &&mut Piece| {
                let place =
                    [Place::Open, Place::Backordered, Place::Reserved].iter().position(|place| *place == piece.place);
                (place, piece.reservation.map(|id| ranks[&id]))
            };
            let Some(piece) = self.pieces.iter_mut().filter(can).min_by_key(first) else {
                self.pieces = before;
                return REFUSED.to_vec();
            };
            piece.place = Place::Cancelled;
            piece.reservation = None;
        }
        if more == 0 {
            return vec![];
        }
        if self.pieces.iter().all(|piece| piece.place == Place::Cancelled) {
            self.pieces = before;
            return REFUSED.to_vec();
        }
        vec!["LinesCancelled"]
    }

    /// The reservations in the order in which they were heard of.
    fn ranks(&self) -> BTreeMap<u8, usize> {
        self.reservations.iter().enumerate().map(|(rank, (id, _))| (*id, rank)).collect()
    }

    fn held(&self, id: u8) -> Option<Held> {
        self.reservations.iter().find(|(known, _)| *known == id).map(|(_, held)| *held)
    }

    fn set_held(&mut self, id: u8, held: Held) {
        match self.reservations.iter_mut().find(|(known, _)| *known == id) {
            Some(known) => known.1 = held,
            None => self.reservations.push((id, held)),
        }
    }
}

/// An event with the exceptions that apply.
fn with(name: &'static str, exceptions: &[(bool, &'static str)]) -> Answer {
    let applying = exceptions.iter().filter(|(applies, _)| *applies).map(|(_, kind)| *kind);
    std::iter::once(name).chain(applying).collect()
}
