use serde::Serialize;

use crate::decision::Decision;
use crate::{LineId, Pieces, Quantity, Reason, Scope, Timestamp};

use super::super::matching::Matching;
use super::super::progress::Holders;
use super::super::{
    CancelReason, Draft, LineQuantities, LinesCancelled, Order, OrderEvent, OrderRejection, OrderState, PieceState,
};
use super::{SAMPLE_AT, SAMPLE_LINE, Sample, open_of};

/// Cancel pieces of lines that no location has to send yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CancelLines {
    pub lines: Vec<CancelledLine>,
    pub reason: CancelReason,
    /// In the words of whoever cancels them.
    pub note: Option<Reason>,
    #[serde(skip)]
    pub at: Timestamp,
}

/// How much of a line is cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CancelledLine {
    pub line_id: LineId,
    /// How many of its pieces are cancelled in all from then on, with those that were cancelled before. Where it is no more than
    /// before, nothing changes.
    pub cancelled: Quantity,
}

/// Where pieces are that can be cancelled, in the order in which they are.
const CANCELLABLE: [PieceState; 3] = [PieceState::Open, PieceState::Backordered, PieceState::Reserved];

impl Decision<Order> for CancelLines {
    fn scopes(&self) -> &'static [Scope] {
        match self.reason {
            CancelReason::Customer | CancelReason::Staff | CancelReason::Discarded => &[Scope::ORDERS_CANCEL],
            CancelReason::PaymentFailed | CancelReason::OutOfStock | CancelReason::FulfilmentFailed => {
                &[Scope::SAGA_OPERATE]
            }
        }
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        let draft = open_of(state, "CancelLines")?;
        if self.reason == CancelReason::Discarded {
            return Err(OrderRejection::NotAllowed { state: state.name(), command: "CancelLines" });
        }
        let mut matching = Matching::new(&draft.lines, draft.progress.clone(), Holders::default());
        for line in &self.lines {
            line.cancel(draft, &mut matching)?;
        }
        if matching.changes.is_empty() {
            return Ok(vec![]);
        }
        let is_left = |line: &LineQuantities| line.sum() > line.cancelled;
        if !matching.progress.lines.values().any(is_left) {
            return Err(OrderRejection::NothingLeft);
        }
        let (reason, note, at) = (self.reason, self.note, self.at);
        Ok(vec![OrderEvent::LinesCancelled(LinesCancelled { changes: matching.changes, reason, note, at })])
    }
}

impl CancelledLine {
    fn cancel(&self, draft: &Draft, matching: &mut Matching<'_>) -> Result<(), OrderRejection> {
        let line = draft.line(self.line_id).ok_or(OrderRejection::LineNotFound(self.line_id))?;
        let before = matching.progress.lines.get(&line.id).map_or(Pieces::ZERO, |line| line.cancelled);
        let wanted = Pieces::from(self.cancelled).saturating_sub(before);
        let missing =
            CANCELLABLE.iter().fold(wanted, |missing, from| matching.line(line, missing, *from, PieceState::Cancelled));
        if missing.is_zero() {
            return Ok(());
        }
        let cancellable = Pieces::from(self.cancelled).saturating_sub(missing).get();
        Err(OrderRejection::NotCancellable { line: line.id, cancellable })
    }
}

impl Sample for CancelLines {
    fn sample() -> Option<Self> {
        let cancelled = Quantity::try_new(1).expect("one is a quantity");
        let lines = vec![CancelledLine { line_id: SAMPLE_LINE, cancelled }];
        Some(Self { lines, reason: CancelReason::Customer, note: None, at: SAMPLE_AT })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::order::{LineQuantities, OrderRejection, PieceState as P};
    use crate::{Pieces, fold, testing::given};

    #[test]
    fn cancels_as_many_pieces_in_all_as_it_says() {
        given(placed_history()).when(cancel_lines(&[(1, 2)])).then([lines_cancelled(&[(1, 2, P::Open)])]);
        let history = || placed_history().into_iter().chain([lines_cancelled(&[(1, 1, P::Open)])]);
        given(history()).when(cancel_lines(&[(1, 1)])).then_nothing();
        given(history()).when(cancel_lines(&[(1, 2)])).then([lines_cancelled(&[(1, 1, P::Open)])]);
    }

    #[test]
    fn takes_open_pieces_before_reserved_ones_and_those_from_their_reservation() {
        let history = || placed_history().into_iter().chain([reserved(1, &[(1, 2)])]);
        let cancelled = lines_cancelled(&[(1, 1, P::Open), (1, 1, P::Reserved)]);
        given(history()).when(cancel_lines(&[(1, 2)])).then([cancelled.clone()]);
        let state = fold::<crate::order::Order>(&history().chain([cancelled]).collect::<Vec<_>>()).unwrap();
        let held = &state.progress().unwrap().reservations[0].held;
        let rest = LineQuantities { reserved: Pieces::try_new(1).unwrap(), ..LineQuantities::default() };
        assert_eq!(held.values().copied().collect::<Vec<_>>(), [rest]);
    }

    #[test]
    fn refuses_pieces_that_are_being_sent_and_the_last_of_an_order() {
        let history = placed_history().into_iter().chain([reserved(1, &[(1, 2)]), planned(1, 1, &[(1, 2)])]);
        let line = line_id(1);
        given(history)
            .when(cancel_lines(&[(1, 2)]))
            .then_rejected(OrderRejection::NotCancellable { line, cancellable: 1 });
        given(placed_history()).when(cancel_lines(&[(1, 3)])).then_rejected(OrderRejection::NothingLeft);
        given(placed_history())
            .when(cancel_lines(&[(1, 4)]))
            .then_rejected(OrderRejection::NotCancellable { line, cancellable: 3 });
    }

    #[test]
    fn refuses_other_lines_and_orders_that_do_not_go_on() {
        given(placed_history()).when(cancel_lines(&[(9, 1)])).then_rejected(OrderRejection::LineNotFound(line_id(9)));
        given([drafted()]).when(cancel_lines(&[(1, 1)])).then_rejected(not_allowed("Draft", "CancelLines"));
        given([imported()]).when(cancel_lines(&[(1, 1)])).then_rejected(not_allowed("Imported", "CancelLines"));
        given([]).when(cancel_lines(&[(1, 1)])).then_rejected(OrderRejection::NotFound);
    }
}
