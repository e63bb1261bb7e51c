//! From a row of a file to a line of an order.
//!
//! Guarantees: a row becomes a line or a refusal with a code and a reason; a mapping that cannot work is refused before the
//! file is read, with the key in the mapping.
//! Does not: group lines to orders or look at other rows.

mod compile;
mod countries;
mod language;
mod line;
mod moment;
mod numbers;
mod price;
mod refusal;
mod take;

pub use compile::{MapError, Plan};
pub use countries::Country;
pub use language::{Kind, MapFile, Sign};
pub use line::{Head, Line, Reading, Verdict};
pub use moment::{Moments, ResolvedTime};
pub use price::Price;
pub use refusal::Refusal;
pub use take::{Column, Requirement, Scope};

/// The mapping of the data set "Online Retail".
pub const ONLINE_RETAIL: &str = include_str!("../../maps/online-retail.toml");

/// Mappings of exports that many shops have, by the name that `--map` takes.
pub const SHIPPED: [(&str, &str); 3] = [
    ("shopify", include_str!("../../maps/shopify.toml")),
    ("woocommerce", include_str!("../../maps/woocommerce.toml")),
    ("amazon", include_str!("../../maps/amazon.toml")),
];
