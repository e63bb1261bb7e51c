//! The declaration of a kind's events, from which everything else about their shape follows.

/// Declares the events of one kind of stream, stored and public.
///
/// ```text
/// declare_events! {
///     kind "order" stream order_id: OrderId namespace "orders.order.v1";
///     /// Every fact of an order's stream.
///     stored OrderEvent upcasters [];
///     /// Every record of the order topic.
///     public PublicEvent;
///
///     /// A draft was begun.
///     OrderDrafted "1.0" [tenant: TenantId] { customer: Option<CustomerId>, currency: Currency }
///     says |event| format!("Draft begun in {}", event.currency);
/// }
/// ```
///
/// An event has a name, the version of its stored shape, fields that are only stored in brackets, fields that are public too
/// in braces, and a sentence for people about its public record. `at`, the moment it happened, is the last stored field and
/// need not be written. `role as "kind": AddressKind` is a field whose stored JSON has another name than the public one.
///
/// From that come: the stored struct and its variant, with [`StoredEvent`](crate::StoredEvent); in the module `records` the
/// public struct, whose fields are those in braces by way of [`ToPublic`](super::ToPublic) behind the four that every record
/// begins with, its variant, and [`PublicEvents`](super::PublicEvents); and the mapping from one to the other. The record's
/// schema is read from `schemas/avro/KIND/NAME.avsc`: two kinds may have records of one name, since each has its namespace.
///
/// `OrderImported "1.0" as ImportedOrder` is an event whose public record is another struct of the kind's module `contract`;
/// then [`ToRecord`](super::ToRecord) is implemented by hand.
///
/// Every kind has one more record, `ForeignEvent`, for rows that another program wrote.
macro_rules! declare_events {
    (
        kind $kind:literal stream $id:ident: $id_type:ident namespace $namespace:literal;
        $(#[$stored_doc:meta])* stored $stored:ident upcasters [$($upcaster:expr),* $(,)?];
        $(#[$public_doc:meta])* public $public:ident;
        $(
            $(#[doc = $doc:literal])*
            $event:ident $version:literal $(as $record:ident)?
            $([$($(#[doc = $only_doc:literal])* $only:ident: $only_type:ty),* $(,)?])?
            {$($(#[doc = $field_doc:literal])* $field:ident $(as $stored_name:literal)?: $type:ty),* $(,)?}
            says |$said:ident| $words:expr;
        )*
    ) => {
        $(#[$stored_doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $stored {
            $($(#[doc = $doc])* $event($event),)*
        }

        $(
            $(#[doc = $doc])*
            #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
            pub struct $event {
                $($($(#[doc = $only_doc])* pub $only: $only_type,)*)?
                $($(#[doc = $field_doc])* $(#[serde(rename = $stored_name)])? pub $field: $type,)*
                /// When it happened.
                pub at: $crate::Timestamp,
            }
        )*

        impl $crate::StoredEvent for $stored {
            const TYPES: &'static [$crate::EventType] =
                &[$($crate::EventType { name: stringify!($event), version: $version }),*];
            const UPCASTERS: &'static [$crate::upcast::Upcaster] = &[$($upcaster),*];

            fn index(&self) -> usize {
                match self {
                    $(Self::$event(_) => records::Index::$event as usize,)*
                }
            }
        }

        /// The public records and the mapping to them.
        pub(crate) mod records {
            use serde::{Deserialize, Deserializer, Serialize};

            use super::*;
            use $crate::contract::{Facts, ForeignRow, Head, PublicEvents, RecordType, ToPublic, ToRecord};

            $(#[$public_doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
            #[serde(untagged)]
            pub enum $public {
                $($(#[doc = $doc])* $event($event),)*
                /// A row that is no event of the engine's, written by a program of somebody's own.
                ForeignEvent(ForeignEvent),
            }

            /// The places of the records.
            pub(super) enum Index { $($event,)* ForeignEvent }

            $(declare_events! { @record
                [$($record)?] $(#[doc = $doc])* $event $id: $id_type
                { $($(#[doc = $field_doc])* $field: $type),* }
            })*

            /// A row that is no event of the engine's, written by a program of somebody's own.
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
            pub struct ForeignEvent {
                /// The row's aggregate id.
                pub $id: String,
                pub version: i64,
                pub tenant: String,
                /// Microseconds since 1970, in UTC.
                pub at: i64,
                /// The row's aggregate type; this kind's own where the row stands in the history of one of its streams.
                pub aggregate_type: String,
                pub event_type: String,
                pub event_version: String,
                /// The row's JSON body; `None` where it is too large to publish.
                pub body: Option<String>,
            }

            impl $public {
                /// The id of the stream.
                pub fn $id(&self) -> &str {
                    self.stream_id()
                }
            }

            impl PublicEvents for $public {
                type Id = $id_type;
                type Stored = $stored;

                const KIND: &'static str = $kind;
                const NAMESPACE: &'static str = $namespace;
                const RECORDS: &'static [RecordType] = &[
                    $($crate::contract::declare_events!(@type $kind $event),)*
                    $crate::contract::declare_events!(@type $kind ForeignEvent),
                ];

                fn index(&self) -> usize {
                    match self {
                        $(Self::$event(_) => Index::$event as usize,)*
                        Self::ForeignEvent(_) => Index::ForeignEvent as usize,
                    }
                }

                fn head(&self) -> Head<'_> {
                    match self {
                        $(Self::$event(record) => $crate::contract::declare_events!(@head record $id),)*
                        Self::ForeignEvent(record) => $crate::contract::declare_events!(@head record $id),
                    }
                }

                fn describe(&self) -> String {
                    match self {
                        $(Self::$event($said) => $words,)*
                        Self::ForeignEvent(event) => format!("{} by another program", event.event_type),
                    }
                }

                fn publish(facts: &Facts<$id_type>, stored: &$stored) -> Self {
                    match stored {
                        $($stored::$event(event) => Self::$event(event.to_record(facts)),)*
                    }
                }

                fn foreign(row: ForeignRow) -> Self {
                    Self::ForeignEvent(ForeignEvent {
                        $id: row.aggregate_id,
                        version: row.version,
                        tenant: row.tenant.to_string(),
                        // Its program may have stored any moment, and a reader that cannot take it would stand still.
                        at: row.recorded_at.nearest_given().micros(),
                        aggregate_type: row.aggregate_type,
                        event_type: row.event_type,
                        event_version: row.event_version,
                        body: row.body,
                    })
                }

                fn is_foreign(&self) -> bool {
                    matches!(self, Self::ForeignEvent(_))
                }

                fn read<'de, D: Deserializer<'de>>(index: usize, body: D) -> Result<Self, D::Error> {
                    $(if index == Index::$event as usize {
                        return <$event>::deserialize(body).map(Self::$event);
                    })*
                    if index == Index::ForeignEvent as usize {
                        return ForeignEvent::deserialize(body).map(Self::ForeignEvent);
                    }
                    Err(serde::de::Error::custom(format_args!("no record has index {index}")))
                }
            }
        }
    };

    // The public record of an event's own fields, with the mapping to it.
    (@record
        [] $(#[doc = $doc:literal])* $event:ident $id:ident: $id_type:ident
        { $($(#[doc = $field_doc:literal])* $field:ident: $type:ty),* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $event {
            pub $id: String,
            /// Place in the stream's history, from 1 without gaps.
            pub version: i64,
            pub tenant: String,
            /// Business time in microseconds since 1970, in UTC.
            pub at: i64,
            $($(#[doc = $field_doc])* pub $field: <$type as ToPublic>::Public,)*
        }

        impl ToRecord<$id_type> for super::$event {
            type Record = $event;

            fn to_record(&self, facts: &Facts<$id_type>) -> $event {
                $event {
                    $id: facts.id.to_string(),
                    version: facts.version,
                    tenant: facts.tenant.to_string(),
                    at: self.at.micros(),
                    $($field: self.$field.to_public(),)*
                }
            }
        }
    };

    // A record that the kind's contract writes itself.
    (@record [$record:ident] $(#[doc = $doc:literal])* $event:ident $id:ident: $id_type:ident { $($fields:tt)* }) => {
        pub use super::super::contract::$record as $event;
    };

    (@type $kind:literal $name:ident) => {
        RecordType {
            name: stringify!($name),
            avsc: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../schemas/avro/",
                $kind,
                "/",
                stringify!($name),
                ".avsc"
            )),
        }
    };

    (@head $record:ident $id:ident) => {
        Head { stream_id: &$record.$id, version: $record.version, tenant: &$record.tenant, at: $record.at }
    };
}
pub(crate) use declare_events;

/// Declares the public symbols of a stored enumeration, with the mapping to them. A symbol that the schema does not know reads
/// as `Unknown`, so that an old reader survives a new symbol.
macro_rules! declare_symbols {
    ($(#[$doc:meta])* $name:ident of $stored:ty { $($(#[$symbol_doc:meta])* $symbol:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name {
            $($(#[$symbol_doc])* $symbol,)*
            /// A symbol of a later release.
            #[serde(other)]
            Unknown,
        }

        impl $crate::contract::ToPublic for $stored {
            type Public = $name;

            fn to_public(&self) -> $name {
                type Stored = $stored;
                match self {
                    $(Stored::$symbol => $name::$symbol,)*
                }
            }
        }
    };
}
pub(crate) use declare_symbols;
