//! The interface of every object with a global id.

use async_graphql::{ID, Interface};

use super::customer::Customer;
use super::order::Order;

/// An object with a global id.
#[derive(Interface)]
#[expect(clippy::large_enum_variant, reason = "an answer holds a hundred at most, and none for long")]
#[graphql(field(name = "id", ty = "ID", desc = "The global id of the object."))]
pub enum Node {
    /// An order.
    Order(Order),
    /// A customer.
    Customer(Customer),
}
