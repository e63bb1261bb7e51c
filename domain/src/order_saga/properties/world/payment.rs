//! Payment in the simulated world: it declines, fails to capture and expires as it is told.

use super::World;
use crate::order_saga::{AnswerKind, OrderSagaEvent, Part};

#[derive(Debug, Default)]
pub(super) struct Purse {
    pub(super) is_open: bool,
    pub(super) is_closed: bool,
    pub(super) authorized: bool,
    pub(super) captured: i64,
    pub(super) refunded: i64,
    pub(super) failed_captures: u32,
}

impl World {
    pub(super) fn payment(&mut self, part: Part, event: &OrderSagaEvent) {
        let behaviour = self.behaviour.clone();
        let is_first = self.purses.is_empty();
        let purse = self.purses.entry(format!("{part:?}")).or_default();
        let refused = vec![(AnswerKind::PaymentRequestRefused, None)];
        let answers = match event {
            OrderSagaEvent::AuthorizationRequested(_) if !purse.is_open && !purse.is_closed => {
                purse.is_open = true;
                let mut answers = vec![(AnswerKind::PaymentPending, None)];
                if !behaviour.never_pays {
                    answers.extend((0..behaviour.declines).map(|_| (AnswerKind::PaymentDeclined, None)));
                    purse.authorized = true;
                    answers.push((AnswerKind::PaymentAuthorized, Some(behaviour.total)));
                    if behaviour.authorization_expires && is_first {
                        purse.authorized = false;
                        purse.is_closed = true;
                        answers.push((AnswerKind::PaymentExpired, None));
                    }
                }
                answers
            }
            // A repetition of what is under way is not answered twice.
            OrderSagaEvent::AuthorizationRequested(_) if purse.is_open => return,
            OrderSagaEvent::CaptureRequested(_) if purse.authorized && purse.captured == 0 => {
                if purse.failed_captures < behaviour.captures_fail {
                    purse.failed_captures += 1;
                    vec![(AnswerKind::CaptureFailed, None)]
                } else {
                    purse.captured = behaviour.total;
                    vec![(AnswerKind::PaymentCaptured, Some(behaviour.total))]
                }
            }
            OrderSagaEvent::VoidRequested(_) if purse.captured == 0 => {
                purse.authorized = false;
                purse.is_closed = true;
                vec![(AnswerKind::PaymentVoided, None)]
            }
            OrderSagaEvent::RefundRequested(_) if purse.captured > purse.refunded => {
                purse.refunded = purse.captured;
                vec![(AnswerKind::PaymentRefunded, Some(purse.refunded))]
            }
            _ => refused,
        };
        for (kind, amount) in answers {
            self.answer(part, kind, amount);
        }
    }
}
