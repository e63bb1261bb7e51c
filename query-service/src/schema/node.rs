//! The interface of every object with a global id.

use std::borrow::Cow;

use async_graphql::ID;
use async_graphql::registry::{MetaType, MetaTypeId, Registry};

use super::customer::Customer;
use super::order::Order;
use crate::output::{Failure, FieldMeta, ObjectInfo, Output, Selected, Writer, Written, described};

/// An object with a global id.
pub enum Node<'a> {
    Order(Order<'a>),
    Customer(Customer<'a>),
}

impl Node<'_> {
    /// The selection of one type of object.
    pub fn of<T: Output>(selected: &Selected) -> &Selected {
        selected.of_type(&T::name())
    }
}

impl Output for Node<'_> {
    fn name() -> Cow<'static, str> {
        "Node".into()
    }

    fn register(registry: &mut Registry) {
        registry.create_output_type::<Written<Self>, _>(MetaTypeId::Interface, |registry| {
            Order::register(registry);
            Customer::register(registry);
            let id = FieldMeta::of::<ID>("id", &["The global id of the object."]);
            MetaType::Interface {
                name: Self::name().into_owned(),
                description: described(&["An object with a global id."]),
                fields: [(id.name.to_owned(), id.meta(registry))].into_iter().collect(),
                possible_types: Self::objects().iter().map(|object| object.name.to_owned()).collect(),
                extends: false,
                keys: None,
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                rust_typename: Some(std::any::type_name::<Written<Self>>()),
                directive_invocations: Vec::new(),
                requires_scopes: Vec::new(),
            }
        });
    }

    fn objects() -> Vec<&'static ObjectInfo> {
        [Order::objects(), Customer::objects()].concat()
    }

    fn write(&self, selected: &Selected, out: &mut Writer) -> Result<(), Failure> {
        match self {
            Self::Order(order) => order.write(Self::of::<Order<'_>>(selected), out),
            Self::Customer(customer) => customer.write(Self::of::<Customer<'_>>(selected), out),
        }
    }
}
