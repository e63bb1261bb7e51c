//! Requests between participants, and their declaration.

use serde::{Deserialize, Serialize};

use super::RecordSet;
use crate::{InvalidTimestamp, RequestId, TenantId, Timestamp};

/// The requests that a participant takes from one topic. `declare_requests!` implements it.
pub trait Requests: RecordSet {
    /// What must be handled one after the other: requests of one key are, in the order in which they were asked. It is the
    /// record's key, and a field of its body.
    fn key(&self) -> &str;

    /// The record's name, such as `ReserveStock`.
    fn name(&self) -> &'static str {
        Self::RECORDS[self.index()].name
    }
}

/// One request as it goes to its topic.
///
/// Its record has the fields of [`RequestHead`] and then the body's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<R> {
    /// The id of the event that asks. A request that comes twice has the same id twice.
    pub id: RequestId,
    /// Whose data it is about, from the event that asks.
    pub tenant: TenantId,
    /// When it was asked.
    pub at: Timestamp,
    pub body: R,
}

/// The fields that every request's record begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestHead {
    /// The id of the event that asks.
    pub request_id: String,
    pub tenant: String,
    /// Microseconds since 1970, in UTC.
    pub at: i64,
}

/// Why a record's head is none of a request.
#[derive(Debug, thiserror::Error)]
pub enum InvalidHead {
    #[error("request id {0:?} is no UUID")]
    Id(String),
    #[error("tenant {0:?} is none")]
    Tenant(String),
    #[error("the time of asking is none")]
    At(#[from] InvalidTimestamp),
}

impl<R> Request<R> {
    /// The head of the request's record.
    pub fn head(&self) -> RequestHead {
        RequestHead { request_id: self.id.to_string(), tenant: self.tenant.to_string(), at: self.at.micros() }
    }

    /// The request of a record.
    ///
    /// # Errors
    /// [`InvalidHead`] for a head that no request has.
    pub fn of_record(head: RequestHead, body: R) -> Result<Self, InvalidHead> {
        let RequestHead { request_id, tenant, at } = head;
        let Ok(id) = request_id.parse() else { return Err(InvalidHead::Id(request_id)) };
        let Ok(tenant_id) = TenantId::try_new(&tenant) else { return Err(InvalidHead::Tenant(tenant)) };
        Ok(Self { id, tenant: tenant_id, at: Timestamp::try_from_micros(at)?, body })
    }
}

/// Declares the requests that a participant takes.
///
/// ```text
/// declare_requests! {
///     /// What inventory is asked for.
///     requests InventoryRequest of "inventory" namespace "inventory.commands.v1" key reservation_id;
///
///     /// Reserve stock at one location.
///     ReserveStock { location: String, lines: Vec<RequestedLine>, hold_for_s: i64 }
/// }
/// ```
///
/// From that come: a struct for each request, whose first field is the key and whose further ones are in braces, as plain public
/// types; their enumeration with [`Requests`]; and a conversion of each struct to it. The schema of a request's record is read
/// from `schemas/avro/PARTICIPANT-requests/NAME.avsc` and has the fields of [`RequestHead`](super::RequestHead) before the struct's.
macro_rules! declare_requests {
    (
        $(#[$requests_doc:meta])* requests $requests:ident of $participant:literal namespace $namespace:literal key $key:ident;
        $(
            $(#[doc = $doc:literal])*
            $request:ident {$($(#[doc = $field_doc:literal])* $field:ident: $type:ty),* $(,)?}
        )*
    ) => {
        $(#[$requests_doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        #[serde(untagged)]
        pub enum $requests {
            $($(#[doc = $doc])* $request($request),)*
        }

        $(
            $(#[doc = $doc])*
            #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
            pub struct $request {
                pub $key: String,
                $($(#[doc = $field_doc])* pub $field: $type,)*
            }

            impl From<$request> for $requests {
                fn from(request: $request) -> Self {
                    Self::$request(request)
                }
            }
        )*

        /// The places of the records, and behind the last one.
        enum Index { $($request,)* End }

        impl $crate::contract::RecordSet for $requests {
            const NAMESPACE: &'static str = $namespace;
            const RECORDS: &'static [$crate::contract::RecordType] = &[$(
                $crate::contract::RecordType {
                    name: stringify!($request),
                    avsc: include_str!(concat!(
                        env!("CARGO_MANIFEST_DIR"), "/../schemas/avro/", $participant, "-requests/", stringify!($request), ".avsc"
                    )),
                },
            )*];

            fn index(&self) -> usize {
                match self {
                    $(Self::$request(_) => Index::$request as usize,)*
                }
            }

            fn read<'de, D: serde::Deserializer<'de>>(index: usize, body: D) -> Result<Self, D::Error> {
                $(if index == Index::$request as usize {
                    return <$request as serde::Deserialize>::deserialize(body).map(Self::$request);
                })*
                Err(serde::de::Error::custom(format_args!("record {index} of {} is asked for", Index::End as usize)))
            }
        }

        impl $crate::contract::Requests for $requests {
            fn key(&self) -> &str {
                match self {
                    $(Self::$request(request) => &request.$key,)*
                }
            }
        }
    };
}
pub(crate) use declare_requests;
