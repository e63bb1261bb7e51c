//! How values of the domain look in public records.

use crate::{
    Address, Carrier, CarrierService, CountryCode, Currency, CustomerId, Description, Difference, EventId,
    ExternalReference, FulfilmentId, ImportSource, LineId, LocationId, Money, Operator, OrderId, OrderNumber,
    PaymentId, Pieces, ProviderReference, Quantity, Reason, RequestId, ReservationId, Sealed, Sku, StationName,
    SubjectId, TenantId, Timestamp, TrackingNumber, TransferId, WebhookEndpointId,
};

use super::{ContractAddress, ContractMoney, ContractSealed};

/// A value with a public form, which is the type of a field in an Avro schema.
pub trait ToPublic {
    type Public;

    fn to_public(&self) -> Self::Public;
}

/// Types whose public form is their text.
macro_rules! public_as_text {
    ($($name:ident),* $(,)?) => {
        $(impl ToPublic for $name {
            type Public = String;

            fn to_public(&self) -> String {
                self.to_string()
            }
        })*
    };
}

public_as_text!(
    Carrier,
    CarrierService,
    CountryCode,
    Currency,
    CustomerId,
    Description,
    EventId,
    ExternalReference,
    FulfilmentId,
    ImportSource,
    LineId,
    LocationId,
    Operator,
    OrderId,
    OrderNumber,
    PaymentId,
    ProviderReference,
    Reason,
    RequestId,
    ReservationId,
    Sku,
    StationName,
    SubjectId,
    TenantId,
    TrackingNumber,
    TransferId,
    WebhookEndpointId,
);

impl ToPublic for Quantity {
    type Public = i64;

    fn to_public(&self) -> i64 {
        self.get().into()
    }
}

impl ToPublic for Pieces {
    type Public = i64;

    fn to_public(&self) -> i64 {
        i64::try_from(self.get()).expect("pieces are at most Pieces::MAX")
    }
}

impl ToPublic for Difference {
    type Public = i64;

    fn to_public(&self) -> i64 {
        self.get()
    }
}

impl ToPublic for u32 {
    type Public = i64;

    fn to_public(&self) -> i64 {
        i64::from(*self)
    }
}

impl ToPublic for bool {
    type Public = Self;

    fn to_public(&self) -> Self {
        *self
    }
}

impl ToPublic for Timestamp {
    /// Microseconds since 1970, in UTC.
    type Public = i64;

    fn to_public(&self) -> i64 {
        self.micros()
    }
}

impl ToPublic for Money {
    type Public = ContractMoney;

    fn to_public(&self) -> ContractMoney {
        ContractMoney { minor: self.minor(), currency: self.currency().to_public() }
    }
}

impl ToPublic for Address {
    type Public = ContractAddress;

    fn to_public(&self) -> ContractAddress {
        ContractAddress {
            country: self.country.to_public(),
            details: self.details.to_public(),
            contact: self.contact.to_public(),
        }
    }
}

impl ToPublic for Sealed {
    type Public = ContractSealed;

    fn to_public(&self) -> ContractSealed {
        ContractSealed { subject: self.subject().to_public(), data: self.data().to_owned() }
    }
}

impl<T: ToPublic> ToPublic for Option<T> {
    type Public = Option<T::Public>;

    fn to_public(&self) -> Self::Public {
        self.as_ref().map(ToPublic::to_public)
    }
}

impl<T: ToPublic> ToPublic for Vec<T> {
    type Public = Vec<T::Public>;

    fn to_public(&self) -> Self::Public {
        self.iter().map(ToPublic::to_public).collect()
    }
}
