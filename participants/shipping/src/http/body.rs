//! How a location ships, as requests and answers spell it.

use command_kit::http::form::{Form, Text};
use command_kit::{Fields, Refusal};
use domain::shipping_location::{CarrierChoice, ShippingDetails};
use domain::{Carrier, CarrierService};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The forms of the texts.
pub(super) const TEXTS: &[Text] = &[
    Text::new("CarrierChoiceBody", "carrier", Form::Line, Carrier::LIMIT),
    Text::new("CarrierChoiceBody", "service", Form::Line, CarrierService::LIMIT),
];

/// How a location ships.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "carriers": [{"carrier": "postal", "service": "parcel"}, {"carrier": "courier", "service": "next-day"}],
    "parcelWeightG": 800
}))]
pub(super) struct ShippingBody {
    /// In the order in which they are asked for a label: at least one, at most five.
    carriers: Vec<CarrierChoiceBody>,
    /// What a parcel weighs, in grams.
    #[schema(minimum = 1, maximum = 70_000)]
    parcel_weight_g: u32,
}

/// A carrier with one of its services.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CarrierChoiceBody {
    /// The carrier, by a name that the engine's settings give one.
    carrier: String,
    /// The service, by the carrier's own name for it.
    service: String,
}

impl CarrierChoiceBody {
    fn of(choice: &CarrierChoice) -> Self {
        Self { carrier: choice.carrier.to_string(), service: choice.service.to_string() }
    }

    fn check(self, fields: &mut Fields, place: usize) -> Option<CarrierChoice> {
        let carrier = fields.check(&format!("/carriers/{place}/carrier"), Carrier::try_new(self.carrier));
        let service = fields.check(&format!("/carriers/{place}/service"), CarrierService::try_new(self.service));
        Some(CarrierChoice { carrier: carrier?, service: service? })
    }
}

impl ShippingBody {
    pub(super) fn of(details: &ShippingDetails) -> Self {
        Self {
            carriers: details.carriers.iter().map(CarrierChoiceBody::of).collect(),
            parcel_weight_g: details.parcel_weight_g,
        }
    }

    /// Checks the texts; the decision checks the rest.
    pub(super) fn check(self) -> Result<(Vec<CarrierChoice>, u32), Refusal> {
        let mut fields = Fields::default();
        let carriers: Vec<_> =
            self.carriers.into_iter().enumerate().map(|(place, one)| one.check(&mut fields, place)).collect();
        let carriers: Option<Vec<_>> = carriers.into_iter().collect();
        fields.finish(|| Some((carriers?, self.parcel_weight_g)))
    }
}
