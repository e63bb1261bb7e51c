//! Facts of reservations.

use super::{Answer, Held, Model, Place, Stage, Step, with};

impl Model {
    pub(super) fn back(&self) -> Place {
        if self.goes_on() { Place::Open } else { Place::Cancelled }
    }

    /// Gives back what a reservation holds; whether it held anything.
    fn give_back(&mut self, id: u8) -> bool {
        let back = self.back();
        let mut any = false;
        for piece in &mut self.pieces {
            let is_held = matches!(piece.place, Place::Reserved | Place::Backordered);
            if is_held && piece.reservation == Some(id) {
                (piece.place, piece.reservation) = (back, None);
                any = true;
            }
        }
        any
    }

    pub(super) fn stock(&mut self, step: &Step) -> Answer {
        match step {
            Step::Reserved { id, lines } => {
                let seen = self.held(*id);
                let is_over = seen == Some(Held::Over) && self.granted.contains(id);
                if is_over || seen == Some(Held::Granted) {
                    return vec![];
                }
                self.set_held(*id, Held::Granted);
                self.granted.insert(*id);
                let mut beyond = false;
                for (sku, quantity, backordered) in lines {
                    let backordered = (*backordered).min(*quantity);
                    for n in 0..*quantity {
                        let place = if n < quantity - backordered { Place::Reserved } else { Place::Backordered };
                        let found = self.first(*sku, |piece| piece.place == Place::Open);
                        beyond |= found.is_none();
                        if let Some(piece) = found {
                            (piece.place, piece.reservation) = (place, Some(*id));
                        }
                    }
                }
                let unexpected = seen.is_some() || !self.goes_on();
                with("StockReserved", &[(unexpected, "UnexpectedStock"), (beyond && !unexpected, "MoreThanOrdered")])
            }
            Step::ReservationFailed { id } => match self.held(*id) {
                Some(Held::Refused) => vec![],
                seen => {
                    self.set_held(*id, Held::Refused);
                    match seen {
                        Some(Held::Granted) => {
                            self.give_back(*id);
                            vec!["StockReleased", "StockReservationFailed", "StockLost"]
                        }
                        Some(_) => vec!["StockReservationFailed", "UnexpectedStock"],
                        None => vec!["StockReservationFailed"],
                    }
                }
            },
            Step::ReservationExpired { id } | Step::ReservationReleased { id } => {
                let seen = self.held(*id);
                if seen == Some(Held::Over) {
                    return vec![];
                }
                self.set_held(*id, Held::Over);
                let gave = self.give_back(*id);
                if matches!(step, Step::ReservationReleased { .. }) {
                    return vec!["StockReleased"];
                }
                let in_fulfilment = self.pieces.iter().any(|piece| {
                    let reservation = piece.fulfilment.and_then(|id| self.fulfilments[&id].reservation);
                    piece.place == Place::InFulfilment && reservation == Some(*id)
                });
                let is_lost = in_fulfilment || (gave && self.stage == Stage::Confirmed);
                with("StockReservationExpired", &[(is_lost, "StockLost")])
            }
            other => panic!("{other:?} is not about stock"),
        }
    }
}
