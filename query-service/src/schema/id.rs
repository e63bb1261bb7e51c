//! Global ids: a type and a key, so that `node` can find the object.

use async_graphql::{Error, ID};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use crate::error::Code;

/// The type and key in a global id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeId {
    /// An order.
    Order(Uuid),
    /// A customer.
    Customer(String),
}

impl NodeId {
    /// The id as clients see it.
    pub fn global(&self) -> ID {
        let text = match self {
            Self::Order(id) => format!("Order:{id}"),
            Self::Customer(customer) => format!("Customer:{customer}"),
        };
        STANDARD.encode(text).into()
    }

    /// Reads a global id.
    pub fn parse(id: &str) -> Option<Self> {
        let text = String::from_utf8(STANDARD.decode(id).ok()?).ok()?;
        match text.split_once(':')? {
            ("Order", id) => Uuid::parse_str(id).ok().map(Self::Order),
            ("Customer", customer) => {
                domain::CustomerId::try_new(customer).ok().map(|_| Self::Customer(customer.into()))
            }
            _ => None,
        }
    }

    /// The id of an order.
    pub const fn of_order(&self) -> Option<Uuid> {
        match self {
            Self::Order(id) => Some(*id),
            Self::Customer(_) => None,
        }
    }

    /// The id of a customer.
    pub fn of_customer(&self) -> Option<String> {
        match self {
            Self::Order(_) => None,
            Self::Customer(id) => Some(id.clone()),
        }
    }

    /// An order's id, global or bare.
    pub fn order(id: &str) -> Result<Uuid, Error> {
        match (Uuid::parse_str(id), Self::parse(id)) {
            (Ok(id), _) | (_, Some(Self::Order(id))) => Ok(id),
            _ => Err(Code::BadUserInput.error("this is no order's id")),
        }
    }

    /// A customer's id, global or bare.
    pub fn customer(id: &str) -> Result<String, Error> {
        match Self::parse(id) {
            Some(Self::Customer(customer)) => Ok(customer),
            _ if domain::CustomerId::try_new(id).is_ok() => Ok(id.to_owned()),
            _ => Err(Code::BadUserInput.error("this is no customer's id")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_global_id_reads_back_and_bare_ones_are_taken() {
        let order = Uuid::from_u128(7);
        let id = NodeId::Order(order).global();
        assert_eq!(NodeId::parse(&id), Some(NodeId::Order(order)));
        assert_eq!(NodeId::order(&id).unwrap(), order);
        assert_eq!(NodeId::order(&order.to_string()).unwrap(), order);
        assert_eq!(NodeId::customer("17850").unwrap(), "17850");
        assert_eq!(NodeId::customer(&NodeId::Customer("17850".into()).global()).unwrap(), "17850");
        assert!(NodeId::order("17850").is_err() && NodeId::customer("a b").is_err());
    }
}
