//! The documents of the protocol.

use domain::{CarrierService, CountryCode};
use serde::{Deserialize, Serialize};

use crate::carrier::Recipient;

/// What is asked for with `POST /labels`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LabelRequest<'a> {
    pub(super) reference: &'a str,
    pub(super) service: &'a CarrierService,
    pub(super) weight_g: u32,
    pub(super) pieces: u32,
    pub(super) recipient: RecipientBody<'a>,
}

/// A recipient with the country.
#[derive(Serialize)]
pub(super) struct RecipientBody<'a> {
    #[serde(flatten)]
    pub(super) recipient: &'a Recipient,
    pub(super) country: &'a CountryCode,
}

/// A label.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LabelBody {
    pub(super) tracking_number: String,
    pub(super) label_url: String,
    pub(super) cost: CostBody,
    #[serde(default)]
    pub(super) reference: String,
    #[serde(default)]
    pub(super) voided: bool,
}

/// What a label costs.
#[derive(Debug, Deserialize)]
pub(super) struct CostBody {
    /// Minor units.
    pub(super) amount: i64,
    pub(super) currency: String,
}

/// Labels of a list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LabelList {
    pub(super) labels: Vec<LabelBody>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// A parcel.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ParcelBody {
    pub(super) tracking_number: String,
    #[serde(default)]
    pub(super) reference: String,
    pub(super) events: Vec<ScanBody>,
}

/// A scan of a parcel.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScanBody {
    /// A symbol of [`ParcelStatus`](domain::shipment::ParcelStatus). Whatever else it is says nothing to this release.
    pub(super) status: String,
    /// RFC 3339.
    pub(super) occurred_at: String,
    #[serde(default)]
    pub(super) place: Option<String>,
    /// RFC 3339.
    #[serde(default)]
    pub(super) expected_at: Option<String>,
}

/// An answer to what has no other one.
#[derive(Debug, Deserialize)]
pub(super) struct Done {}

/// Why something is refused.
#[derive(Debug, Deserialize)]
pub(super) struct ErrorBody {
    pub(super) code: String,
}

/// What a webhook is about.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ParcelHint {
    #[serde(default)]
    pub(crate) tracking_number: Option<String>,
}
