//! Scalars, enumerations, lists, and values that may be null.

use std::borrow::Cow;

use async_graphql::registry::Registry;
use async_graphql::resolver_utils::EnumType;
use async_graphql::{Error, ID, OutputType};
use chrono::{DateTime, Utc};

use super::{Failure, ObjectInfo, Output, Selected, Writer};
use crate::consistency::ConsistencyToken;
use crate::schema::{Json, Long};

/// Scalars, each with the library's type that describes it and the way it is written.
macro_rules! scalars {
    ($($type:ty as $library:ty: |$value:ident, $out:ident| $write:expr;)+) => {$(
        impl Output for $type {
            fn name() -> Cow<'static, str> {
                <$library as OutputType>::type_name()
            }

            fn register(registry: &mut Registry) {
                <$library as OutputType>::create_type_info(registry);
            }

            fn write(&self, _: &Selected, $out: &mut Writer) -> Result<(), Failure> {
                let $value = self;
                $write;
                Ok(())
            }
        }
    )+};
}

scalars! {
    bool as bool: |value, out| out.scalar(value);
    i32 as i32: |value, out| out.scalar(value);
    &str as String: |value, out| out.scalar(*value);
    String as String: |value, out| out.scalar(value);
    uuid::Uuid as String: |value, out| out.plain_text(value.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()));
    ID as ID: |value, out| out.scalar(value.as_str());
    Long as Long: |value, out| out.scalar(&value.0);
    Json as Json: |value, out| out.scalar(&value.0);
    DateTime<Utc> as DateTime<Utc>: |value, out| out.plain_text(&value.to_rfc3339());
    ConsistencyToken as ConsistencyToken: |value, out| out.plain_text(&value.to_string());
}

/// Enumerations, whose values are declared for the library.
macro_rules! enumerations {
    ($($type:ty),+ $(,)?) => {$(
        impl Output for $type {
            fn name() -> Cow<'static, str> {
                <Self as OutputType>::type_name()
            }

            fn register(registry: &mut Registry) {
                <Self as OutputType>::create_type_info(registry);
            }

            fn write(&self, _: &Selected, out: &mut Writer) -> Result<(), Failure> {
                let item = Self::items().iter().find(|item| item.value == *self).expect("every value is listed");
                out.plain_text(item.name);
                Ok(())
            }
        }
    )+};
}

enumerations!(
    crate::schema::OrderState,
    crate::schema::OrderKind,
    crate::schema::OrderCommand,
    crate::schema::HoldKind,
    crate::schema::PaymentStatus,
    crate::schema::FulfilmentStatus,
    crate::schema::OrderPaymentState,
    crate::schema::OrderFulfilmentState,
    crate::schema::ReservationState,
    crate::schema::KitchenTicketState,
    crate::schema::FulfilmentState,
    crate::schema::PackingStep,
    crate::schema::ShipmentState,
    crate::schema::SagaPart,
    crate::schema::SagaState,
    crate::schema::SagaStep,
    crate::schema::SagaStageName,
    crate::schema::SagaWay,
    crate::schema::SagaPlace,
    crate::schema::SagaDeadlineKind
);

impl<T: Output> Output for Option<T> {
    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn qualified() -> String {
        let qualified = T::qualified();
        qualified.strip_suffix('!').map_or(qualified.clone(), str::to_owned)
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn objects() -> Vec<&'static ObjectInfo> {
        T::objects()
    }

    fn write(&self, selected: &Selected, out: &mut Writer) -> Result<(), Failure> {
        match self {
            Some(value) => out.nullable(|out| value.write(selected, out)),
            None => out.raw(b"null"),
        }
        Ok(())
    }
}

/// A value that may be null, or why it is not shown: its field is null then, with the error beside the answer.
impl<T: Output> Output for Result<Option<T>, Error> {
    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn qualified() -> String {
        Option::<T>::qualified()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn objects() -> Vec<&'static ObjectInfo> {
        T::objects()
    }

    fn write(&self, selected: &Selected, out: &mut Writer) -> Result<(), Failure> {
        match self {
            Ok(value) => value.write(selected, out)?,
            Err(error) => out.nullable(|_| Err(error.clone().into())),
        }
        Ok(())
    }
}

impl<T: Output> Output for Vec<T> {
    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn qualified() -> String {
        format!("[{}]!", T::qualified())
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn objects() -> Vec<&'static ObjectInfo> {
        T::objects()
    }

    fn write(&self, selected: &Selected, out: &mut Writer) -> Result<(), Failure> {
        out.raw(b"[");
        for (index, value) in self.iter().enumerate() {
            if index > 0 {
                out.raw(b",");
            }
            let known = out.failures();
            let written = value.write(selected, out);
            out.locate_at(known, index);
            written.map_err(|failure| failure.at(index))?;
        }
        out.raw(b"]");
        Ok(())
    }
}
