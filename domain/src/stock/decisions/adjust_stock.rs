use crate::decision::Decision;
use crate::{Difference, Pieces, Reason, Scope, TenantId, Timestamp};

use super::super::{AdjustmentReason, Stock, StockAdjusted, StockEvent, StockRejection, StockState};
use super::{item_of, with_shortage};

/// Change the quantity on hand for a reason.
///
/// A fact for every reason except [`AdjustmentReason::Correction`]: recorded whatever is on hand. Damage or loss of more than that
/// leaves zero and a discrepancy. A correction is a request, refused below zero on hand. Whatever leaves less than is set aside for
/// reservations is followed by a shortage. More than [`Pieces::MAX`] on hand cannot be kept and is refused for any reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdjustStock {
    pub tenant: TenantId,
    /// Not zero. Above zero for what is received, found or returned, below for what is damaged or lost.
    pub by: Difference,
    pub reason: AdjustmentReason,
    /// In the words of the person who reports it.
    pub note: Option<Reason>,
    pub at: Timestamp,
}

impl Decision<Stock> for AdjustStock {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::INVENTORY_WRITE]
    }

    fn decide(self, state: &StockState) -> Result<Vec<StockEvent>, StockRejection> {
        let item = item_of(state, &self.tenant)?;
        let pieces = self.by.pieces();
        if pieces.is_zero() {
            return Err(StockRejection::NoPieces);
        }
        let adds = self.by.get() > 0;
        if !self.reason.allows(adds) {
            return Err(StockRejection::WrongDirection { reason: self.reason, by: self.by });
        }
        let (level, discrepancy) = if adds {
            (item.level.with_more(pieces).ok_or(StockRejection::TooManyPieces)?, Pieces::ZERO)
        } else {
            item.level.with_fewer(pieces)
        };
        if self.reason == AdjustmentReason::Correction && !discrepancy.is_zero() {
            return Err(StockRejection::BelowZero { on_hand: item.level.on_hand, by: self.by });
        }
        let adjusted = StockEvent::StockAdjusted(StockAdjusted {
            location: item.location.clone(),
            sku: item.sku.clone(),
            by: Difference::between(item.level.on_hand, level.on_hand),
            reason: self.reason,
            discrepancy,
            note: self.note,
            level,
            at: self.at,
        });
        // More on hand is never the cause of a shortage.
        Ok(if adds { vec![adjusted] } else { with_shortage(adjusted, item, level, self.at) })
    }
}

impl AdjustmentReason {
    /// Whether stock may grow, or else shrink, for this reason.
    const fn allows(self, adds: bool) -> bool {
        match self {
            Self::Received | Self::Found | Self::Returned => adds,
            Self::Damaged | Self::Lost => !adds,
            Self::Correction => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use AdjustmentReason::{Correction, Damaged, Found, Lost, Received, Returned};

    use super::super::fixtures::*;
    use super::*;

    #[test]
    fn adds_what_came_and_takes_away_what_is_gone() {
        for reason in [Received, Found, Returned, Correction] {
            given([added()]).when(adjust(5, reason)).then([adjusted(5, reason, 0, level(5, 0, 0, 0))]);
        }
        for reason in [Damaged, Lost, Correction] {
            given(stocked(5)).when(adjust(-2, reason)).then([adjusted(-2, reason, 0, level(3, 0, 0, 0))]);
        }
    }

    #[test]
    fn a_loss_of_more_than_the_books_have_leaves_nothing_and_a_discrepancy() {
        for reason in [Damaged, Lost] {
            given(stocked(5)).when(adjust(-7, reason)).then([adjusted(-5, reason, 2, level(0, 0, 0, 0))]);
        }
    }

    #[test]
    fn a_loss_of_what_is_reserved_is_followed_by_a_shortage() {
        given(reserved_of(5, 4))
            .when(adjust(-3, Lost))
            .then([adjusted(-3, Lost, 0, level(2, 4, 0, 0)), shortage(2, level(2, 4, 0, 0))]);
        given(reserved_of(5, 4))
            .when(adjust(-2, Correction))
            .then([adjusted(-2, Correction, 0, level(3, 4, 0, 0)), shortage(1, level(3, 4, 0, 0))]);
    }

    #[test]
    fn what_is_backordered_is_not_short() {
        given(backordered_of(3, 5)).when(adjust(1, Received)).then([adjusted(1, Received, 0, level(4, 5, 2, 0))]);
        given(backordered_of(3, 5))
            .when(adjust(-1, Damaged))
            .then([adjusted(-1, Damaged, 0, level(2, 5, 2, 0)), shortage(1, level(2, 5, 2, 0))]);
    }

    #[test]
    fn refuses_a_correction_below_zero() {
        let by = Difference::try_new(-6).unwrap();
        given(stocked(5))
            .when(adjust(-6, Correction))
            .then_rejected(StockRejection::BelowZero { on_hand: pieces(5), by });
    }

    #[test]
    fn refuses_a_reason_that_contradicts_the_direction_and_an_adjustment_by_nothing() {
        for (by, reason) in [(-1, Received), (-1, Found), (-1, Returned), (1, Damaged), (1, Lost)] {
            let by = Difference::try_new(by).unwrap();
            given(stocked(5))
                .when(adjust(by.get(), reason))
                .then_rejected(StockRejection::WrongDirection { reason, by });
        }
        given(stocked(5)).when(adjust(0, Correction)).then_rejected(StockRejection::NoPieces);
    }

    #[test]
    fn refuses_more_than_can_be_kept_and_what_is_not_there() {
        let most = i64::try_from(Pieces::MAX.get()).unwrap();
        given(stocked(1)).when(adjust(most, Received)).then_rejected(StockRejection::TooManyPieces);
        given([]).when(adjust(1, Received)).then_rejected(StockRejection::NotFound);
        let foreign = AdjustStock { tenant: other_tenant(), ..adjust_stock(1, Received) };
        given(stocked(1)).when(foreign.into()).then_rejected(StockRejection::OtherTenant);
    }
}
