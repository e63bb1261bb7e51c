//! The order's rows against its events.

mod rows;
mod sums;

pub(crate) use rows::{Order, OrderRows};
pub(crate) use sums::compare;
