//! Examines what a relay has published, against the log.
//!
//! Guarantees: it writes nothing and blocks nobody, and looks at the log up to given positions, so live traffic does not disturb it.
//! Memory holds one bit for each event and one batch.

mod claim;
mod histories;
mod page;
mod requests;
mod seen;
mod topic;
mod wait;

pub use histories::Histories;
pub use page::published_page;
pub use requests::{AuditedRoute, compare_requests};
pub use topic::compare;
pub use wait::wait;
