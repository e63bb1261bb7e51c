use serde::Serialize;

use crate::decision::Decision;
use crate::{Reason, Scope, Timestamp};

use super::super::{NOTES_MAX, NoteAdded, Order, OrderEvent, OrderRejection, OrderState};
use super::{SAMPLE_AT, Sample};

/// Add a note to an order, in whatever state it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AddNote {
    pub note: Reason,
    #[serde(skip)]
    pub at: Timestamp,
}

impl Decision<Order> for AddNote {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::ORDERS_NOTE]
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        let progress = state.progress().ok_or(OrderRejection::NotFound)?;
        if progress.last_note.as_ref().is_some_and(|last| last.note == self.note && last.at == self.at) {
            return Ok(vec![]);
        }
        if progress.notes >= NOTES_MAX {
            return Err(OrderRejection::TooManyNotes);
        }
        Ok(vec![OrderEvent::NoteAdded(NoteAdded { note: self.note, at: self.at })])
    }
}

impl Sample for AddNote {
    fn sample() -> Option<Self> {
        let note = Reason::try_new("sample").expect("the text is short and printable");
        Some(Self { note, at: SAMPLE_AT })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::{
        order::{NOTES_MAX, OrderRejection},
        testing::given,
    };

    #[test]
    fn is_added_in_every_state() {
        given([drafted()]).when(add_note("call first", 20)).then([note_added("call first", 20)]);
        given(confirmed_history()).when(add_note("call first", 20)).then([note_added("call first", 20)]);
        given([drafted(), cancelled()]).when(add_note("call first", 20)).then([note_added("call first", 20)]);
        given([imported()]).when(add_note("call first", 20)).then([note_added("call first", 20)]);
    }

    #[test]
    fn a_repeat_is_not_a_fact_and_the_same_words_later_are() {
        let history = || [drafted(), note_added("call first", 20)];
        given(history()).when(add_note("call first", 20)).then_nothing();
        given(history()).when(add_note("call first", 21)).then([note_added("call first", 21)]);
    }

    #[test]
    fn refuses_nothing_and_the_note_after_the_last() {
        given([]).when(add_note("call first", 20)).then_rejected(OrderRejection::NotFound);
        let full = (0..NOTES_MAX).map(|n| note_added("call first", n.into()));
        given(std::iter::once(drafted()).chain(full))
            .when(add_note("call first", 99_999))
            .then_rejected(OrderRejection::TooManyNotes);
    }
}
