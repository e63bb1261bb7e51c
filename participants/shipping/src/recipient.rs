//! Who gets a parcel: the address, opened for one attempt and kept nowhere.

use domain::CountryCode;
use domain::shipment::ShipmentDetails;
use service_kit::BoxError;
use service_kit::keyring::OpenError;

use crate::carrier::Recipient;
use crate::context::Shipments;

/// How often the address of an order is looked for. Its record comes by another topic, so it may be late.
const TRIES_MAX: u32 = 10;

/// Whether somebody can get it.
pub(crate) enum Addressee {
    Known {
        country: CountryCode,
        recipient: Recipient,
    },
    /// Not now.
    NotYet(BoxError),
    /// Never; the code says why.
    Never(&'static str),
}

impl Shipments {
    /// Who gets the parcel of a shipment. `tries` is how often a label was asked for in vain.
    pub(crate) async fn addressee(&self, shipment: &ShipmentDetails, tries: u32) -> Addressee {
        let address = match self.addresses.find(&shipment.tenant, shipment.order).await {
            Ok(Some(address)) => address,
            Ok(None) if tries >= TRIES_MAX => return Addressee::Never("recipient_unknown"),
            Ok(None) => return Addressee::NotYet("the order's address is not known yet".into()),
            Err(error) => return Addressee::NotYet(error.into()),
        };
        match self.keys.open(&shipment.tenant, &address.details).await {
            Ok(opened) => match serde_json::from_slice(&opened) {
                Ok(recipient) => Addressee::Known { country: address.country, recipient },
                Err(_) => Addressee::Never("recipient_unreadable"),
            },
            Err(OpenError::Destroyed { .. }) => Addressee::Never("recipient_erased"),
            Err(error) => Addressee::NotYet(error.into()),
        }
    }
}
