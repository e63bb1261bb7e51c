//! A customer, apart from the fields that lead to orders: an order names its customer.

mod fields;

/// A customer whom the caller may see.
#[derive(Debug, Clone)]
pub struct Customer {
    customer: String,
}

impl Customer {
    /// The customer of a visible order.
    pub const fn new(customer: String) -> Self {
        Self { customer }
    }
}
