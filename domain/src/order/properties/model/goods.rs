//! Facts of fulfilments and what they send.

use super::{Answer, Fulfilment, Going, Held, LINES, Model, Piece, Place, Stage, Step, with};

impl Model {
    /// The first piece of a SKU that meets a condition: the first lines come first.
    pub(super) fn first(&mut self, sku: usize, can: impl Fn(&Piece) -> bool) -> Option<&mut Piece> {
        self.pieces.iter_mut().find(|piece| LINES[piece.line].0 == sku && can(piece))
    }

    pub(super) fn goods(&mut self, step: &Step) -> Answer {
        match step {
            Step::Planned { id, reservation, lines } => self.plan(*id, *reservation, lines),
            Step::FulfilmentCancelled { id } => {
                let known = self.fulfilments.get(id).cloned();
                if known.as_ref().is_some_and(|known| known.going == Going::Cancelled) {
                    return vec![];
                }
                let entry = self.fulfilment(*id, Going::Cancelled);
                entry.going = Going::Cancelled;
                let reservation = entry.reservation;
                let is_held = reservation.is_some_and(|id| self.held(id) == Some(Held::Granted));
                let to = if is_held { Place::Reserved } else { self.back() };
                let reservation = reservation.filter(|_| is_held);
                for piece in self.of(*id, &[Place::InFulfilment]) {
                    (piece.place, piece.fulfilment, piece.reservation) = (to, None, reservation);
                }
                let was_sent = known.is_some_and(|known| known.was_sent);
                with("FulfilmentCancelled", &[(was_sent, "UnexpectedFulfilment")])
            }
            Step::Sent { id, lines } => self.send(*id, lines),
            Step::Delivered { id } => {
                let known = self.fulfilments.get(id).map(|known| known.going);
                if known == Some(Going::Delivered) {
                    return vec![];
                }
                self.fulfilment(*id, Going::Delivered).going = Going::Delivered;
                for piece in self.of(*id, &[Place::InFulfilment, Place::Shipped]) {
                    piece.place = Place::Delivered;
                }
                with("ShipmentDelivered", &[(known != Some(Going::Sent), "UnexpectedShipment")])
            }
            Step::Lost { id } => {
                let known = self.fulfilments.get(id).map(|known| known.going);
                if known == Some(Going::Lost) {
                    return vec![];
                }
                self.fulfilment(*id, Going::Lost).going = Going::Lost;
                let back = self.back();
                for piece in self.of(*id, &[Place::InFulfilment, Place::Shipped, Place::Delivered]) {
                    (piece.place, piece.fulfilment) = (back, None);
                }
                with("ShipmentLost", &[(known != Some(Going::Sent), "UnexpectedShipment")])
            }
            other => panic!("{other:?} is not about goods"),
        }
    }

    fn fulfilment(&mut self, id: u8, going: Going) -> &mut Fulfilment {
        self.fulfilments.entry(id).or_insert(Fulfilment { going, reservation: None, was_sent: false })
    }

    fn of(&mut self, id: u8, places: &'static [Place]) -> impl Iterator<Item = &mut Piece> {
        let is_of = move |piece: &&mut Piece| piece.fulfilment == Some(id) && places.contains(&piece.place);
        self.pieces.iter_mut().filter(is_of)
    }

    fn plan(&mut self, id: u8, reservation: u8, lines: &[(usize, u32, u32)]) -> Answer {
        let came_late = self.fulfilments.contains_key(&id);
        if self.fulfilments.get(&id).is_some_and(|known| known.reservation.is_some()) {
            return vec![];
        }
        self.fulfilment(id, Going::Planned).reservation = Some(reservation);
        let mut beyond = false;
        for (sku, quantity, _) in lines {
            for _ in 0..*quantity {
                let is_of = |place| move |piece: &Piece| piece.place == place && piece.reservation == Some(reservation);
                let reserved = self.first(*sku, is_of(Place::Reserved)).is_some();
                let place = if reserved { Place::Reserved } else { Place::Backordered };
                let found = if came_late { None } else { self.first(*sku, is_of(place)) };
                beyond |= found.is_none();
                if let Some(piece) = found {
                    (piece.place, piece.fulfilment, piece.reservation) = (Place::InFulfilment, Some(id), None);
                }
            }
        }
        let unexpected = came_late || !self.goes_on();
        with("FulfilmentPlanned", &[(unexpected, "UnexpectedFulfilment"), (beyond && !unexpected, "MoreThanReserved")])
    }

    fn send(&mut self, id: u8, lines: &[(usize, u32, u32)]) -> Answer {
        let known = self.fulfilments.get(&id).cloned();
        if known.as_ref().is_some_and(|known| known.was_sent) {
            return vec![];
        }
        let entry = self.fulfilment(id, Going::Sent);
        (entry.going, entry.was_sent) = (Going::Sent, true);
        let reservation = entry.reservation;
        let mut beyond = false;
        for (sku, quantity, _) in lines {
            for _ in 0..*quantity {
                beyond |= !self.send_one(id, reservation, *sku);
            }
        }
        let back = self.back();
        for piece in self.of(id, &[Place::InFulfilment]) {
            (piece.place, piece.fulfilment) = (back, None);
        }
        let is_planned = known.is_some_and(|known| known.going == Going::Planned);
        let worth: i64 = self.left().map(|piece| LINES[piece.line].1).sum();
        let captured: i64 = self.payments.values().map(|payment| payment.captured).sum();
        with(
            "ShipmentDispatched",
            &[
                (self.stage != Stage::Confirmed || !is_planned, "UnexpectedShipment"),
                (!self.holds.is_empty(), "ShippedWhileHeld"),
                (worth > captured, "ShippedBeforeCapture"),
                (beyond, "MoreThanOrdered"),
            ],
        )
    }

    fn left(&self) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(|piece| matches!(piece.place, Place::Shipped | Place::Delivered))
    }

    /// Sends a piece of a SKU: one that was to be sent, else one of the reservation, else any that has not left, with what was cancelled last.
    fn send_one(&mut self, id: u8, reservation: Option<u8>, sku: usize) -> bool {
        let ranks = self.ranks();
        let of_reservation = |piece: &Piece| reservation.is_none() || piece.reservation == reservation;
        let rank = |piece: &Piece| match piece.place {
            Place::InFulfilment if piece.fulfilment == Some(id) => Some(0),
            Place::Reserved if of_reservation(piece) => Some(1),
            Place::Backordered if of_reservation(piece) => Some(2),
            Place::Open => Some(3),
            Place::Reserved => Some(4),
            Place::Backordered => Some(5),
            Place::Cancelled => Some(6),
            _ => None,
        };
        let can = |piece: &&mut Piece| LINES[piece.line].0 == sku && rank(piece).is_some();
        let first = |piece: &&mut Piece| (rank(piece), piece.line, piece.reservation.map(|id| ranks[&id]));
        let Some(piece) = self.pieces.iter_mut().filter(can).min_by_key(first) else { return false };
        (piece.place, piece.fulfilment, piece.reservation) = (Place::Shipped, Some(id), None);
        true
    }
}
