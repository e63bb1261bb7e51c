//! Given / when / then for any decider, so that a decision's test reads as a sentence.

use std::fmt::Debug;

use crate::{Decider, fold, order::Order};

/// The events before the command.
pub struct Given<D: Decider> {
    history: Vec<D::Event>,
}

/// The result of a command.
#[must_use]
pub struct Outcome<D: Decider> {
    result: Result<Vec<D::Event>, D::Rejection>,
}

/// Starts a test of an order.
pub fn given(history: impl IntoIterator<Item = <Order as Decider>::Event>) -> Given<Order> {
    given_for(history)
}

/// Starts a test of any decider.
pub fn given_for<D: Decider>(history: impl IntoIterator<Item = D::Event>) -> Given<D> {
    Given { history: history.into_iter().collect() }
}

impl<D: Decider> Given<D> {
    /// Decides a command after the history.
    ///
    /// # Panics
    /// If the history does not fold.
    pub fn when(self, command: D::Command) -> Outcome<D> {
        let state = fold::<D>(&self.history).expect("the given history folds");
        Outcome { result: D::decide(&state, command) }
    }
}

impl<D: Decider> Outcome<D>
where
    D::Event: PartialEq + Debug,
    D::Rejection: PartialEq,
{
    /// Asserts that the command led to exactly these events.
    ///
    /// # Panics
    /// If it did not.
    pub fn then(self, expected: impl IntoIterator<Item = D::Event>) {
        assert_eq!(self.result, Ok(expected.into_iter().collect()));
    }

    /// The events that the command led to.
    ///
    /// # Panics
    /// If it was refused.
    pub fn events(self) -> Vec<D::Event> {
        self.result.unwrap_or_else(|rejection| panic!("refused: {rejection}"))
    }

    /// Asserts that the command led to no event.
    ///
    /// # Panics
    /// If something happened or was refused.
    pub fn then_nothing(self) {
        self.then([]);
    }

    /// Asserts that the command was refused for this reason.
    ///
    /// # Panics
    /// If it was accepted, or refused for another.
    pub fn then_rejected(self, expected: D::Rejection) {
        assert_eq!(self.result, Err(expected));
    }
}
