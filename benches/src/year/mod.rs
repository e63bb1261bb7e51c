//! A year of a real shop, placed live: its invoices as orders at their times on a clock that is much faster than the machine's, and its
//! stock received week by week.
//!
//! Guarantees: what orders, stock and money must be comes from the file by code that neither the engine nor its import has.

pub mod clock;
pub mod file;
pub mod stock;
