//! A carrier as shipments need it.

mod carriers;
pub mod http;

use std::sync::Arc;

pub use carriers::Carriers;

use domain::shipment::{LabelUrl, Scan};
use domain::{CarrierService, CountryCode, FulfilmentId, Money, Reason, Timestamp, TrackingNumber};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use service_kit::BoxError;

/// Who gets a parcel. It is made for one attempt and stored nowhere.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recipient {
    pub name: String,
    pub line1: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    pub city: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// Hides the personal data, so that no log line can have it.
impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recipient(..)")
    }
}

/// A parcel that a label is to be bought for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewParcel {
    pub service: CarrierService,
    pub weight_g: u32,
    pub pieces: u32,
    pub country: CountryCode,
    pub recipient: Recipient,
}

/// A label that a carrier has sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoldLabel {
    pub tracking: TrackingNumber,
    pub url: LabelUrl,
    pub cost: Money,
}

/// A parcel as its carrier shows it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownParcel {
    /// Ours, by the reference on its label; `None` for one that was not bought by us.
    pub shipment: Option<FulfilmentId>,
    pub tracking: TrackingNumber,
    /// From the label on, in any order.
    pub scans: Vec<Scan>,
}

/// A label as a carrier lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownLabel {
    /// Ours, by the reference on it; `None` for one that was not bought by us.
    pub shipment: Option<FulfilmentId>,
    pub tracking: TrackingNumber,
    pub is_voided: bool,
}

/// A page of a carrier's labels, the oldest first.
#[derive(Debug, Clone)]
pub struct Page {
    pub labels: Vec<KnownLabel>,
    /// The last of them, if there are more.
    pub next: Option<TrackingNumber>,
}

/// Why a carrier did not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum CarrierError {
    /// It refuses, and would again under the same key.
    #[error("the carrier refuses: {code}")]
    Refused { code: Reason },
    /// It was not told, or has not taken it. Nothing happened.
    #[error("the carrier cannot be told")]
    Unavailable(#[source] BoxError),
    /// Whether it happened is not known.
    #[error("the carrier gives no answer")]
    Unknown(#[source] BoxError),
}

/// An answer of a carrier.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, CarrierError>>;

/// What a carrier does. What has an effect has a key: the same key again has no second effect and gets the same answer.
pub trait Carrier: Send + Sync {
    /// Buys a label. The key is the reference on it too.
    fn buy<'a>(&'a self, key: &'a str, parcel: &'a NewParcel) -> Answer<'a, SoldLabel>;

    /// The label that was bought under a key, if one was.
    fn find<'a>(&'a self, key: &'a str) -> Answer<'a, Option<SoldLabel>>;

    /// Voids a label, with which the parcel is not carried then. Refused with [`HANDED_OVER`] where the carrier has the parcel.
    fn void<'a>(&'a self, key: &'a str, tracking: &'a TrackingNumber) -> Answer<'a, ()>;

    /// A parcel as it is now.
    fn read<'a>(&'a self, tracking: &'a TrackingNumber) -> Answer<'a, KnownParcel>;

    /// Labels that were bought at or after a moment, the oldest first, after one of them.
    fn list<'a>(&'a self, since: Timestamp, after: Option<&'a TrackingNumber>) -> Answer<'a, Page>;
}

/// The code of a carrier that does not void a label since it has the parcel.
pub const HANDED_OVER: &str = "HANDED_OVER";

/// A carrier that is shared.
pub type SharedCarrier = Arc<dyn Carrier>;
