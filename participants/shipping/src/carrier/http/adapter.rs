//! A carrier by the protocol.

use domain::shipment::{LabelUrl, ParcelPlace, ParcelStatus, Scan};
use domain::{Currency, FulfilmentId, Money, Reason, Timestamp, TrackingNumber};
use futures::FutureExt;
use reqwest::StatusCode;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as NotKnown, StrDeserializer};
use service_kit::BoxError;
use service_kit::outside::{CallError, OutsideOptions};

use super::client::{Client, HttpCarrierError};
use super::objects::{Done, LabelBody, LabelList, LabelRequest, ParcelBody, RecipientBody, ScanBody};
use crate::carrier::{Answer, Carrier, CarrierError, KnownLabel, KnownParcel, NewParcel, Page, SoldLabel};

/// Labels of a page.
const PAGE: &str = "100";

/// A carrier by the protocol of `docs/carriers.md`.
pub struct HttpCarrier {
    client: Client,
}

impl HttpCarrier {
    /// The carrier of some options.
    pub fn new(options: OutsideOptions) -> Self {
        Self { client: Client::new(options) }
    }
}

/// Our shipment, by the reference on a label: the key that it was bought under.
fn shipment(reference: &str) -> Option<FulfilmentId> {
    let (shipment, number) = reference.rsplit_once('-')?;
    number.parse::<u32>().ok().and_then(|_| shipment.parse().ok())
}

/// An answer that breaks the protocol. What was told may have happened.
fn malformed(error: impl Into<BoxError>) -> CarrierError {
    CarrierError::Unknown(error.into())
}

fn sold(label: &LabelBody) -> Result<SoldLabel, CarrierError> {
    let currency = Currency::try_new(&label.cost.currency).map_err(malformed)?;
    Ok(SoldLabel {
        tracking: TrackingNumber::try_new(&label.tracking_number).map_err(malformed)?,
        url: LabelUrl::try_new(&label.label_url).map_err(malformed)?,
        cost: Money::new(label.cost.amount, currency),
    })
}

/// A scan; `None` for a status of which this release knows nothing.
fn scan(body: ScanBody) -> Result<Option<Scan>, CarrierError> {
    let status: StrDeserializer<'_, NotKnown> = body.status.as_str().into_deserializer();
    let Ok(status) = ParcelStatus::deserialize(status) else { return Ok(None) };
    let expected_at = body.expected_at.as_deref().map(Timestamp::try_new).transpose().map_err(malformed)?;
    Ok(Some(Scan {
        status,
        place: body.place.and_then(|place| ParcelPlace::try_new(place.trim()).ok()),
        expected_at,
        occurred_at: Timestamp::try_new(&body.occurred_at).map_err(malformed)?,
    }))
}

fn refused(code: &str) -> CarrierError {
    let unknown = || Reason::try_new("unknown").expect("it is short and printable");
    CarrierError::Refused { code: Reason::try_new(code).unwrap_or_else(|_| unknown()) }
}

/// What a failed call means for what was told.
fn failed(error: HttpCarrierError) -> CarrierError {
    match error {
        error if error.is_without_effect() => CarrierError::Unavailable(Box::new(error)),
        // With 425 the same key is at work in another request.
        CallError::Refused { status, refusal } if status != StatusCode::TOO_EARLY => refused(&refusal.code),
        error => CarrierError::Unknown(Box::new(error)),
    }
}

/// A tracking number as a part of a path.
fn encoded(tracking: &TrackingNumber) -> String {
    form_urlencoded::byte_serialize(tracking.as_str().as_bytes()).collect::<String>().replace('+', "%20")
}

impl Carrier for HttpCarrier {
    fn buy<'a>(&'a self, key: &'a str, parcel: &'a NewParcel) -> Answer<'a, SoldLabel> {
        async move {
            let body = LabelRequest {
                reference: key,
                service: &parcel.service,
                weight_g: parcel.weight_g,
                pieces: parcel.pieces,
                recipient: RecipientBody { recipient: &parcel.recipient, country: &parcel.country },
            };
            sold(&self.client.post::<LabelBody>("/labels", key, &body).await.map_err(failed)?)
        }
        .boxed()
    }

    fn find<'a>(&'a self, key: &'a str) -> Answer<'a, Option<SoldLabel>> {
        async move {
            let listed = self.client.get::<LabelList>("/labels", &[("reference", key)]).await.map_err(failed)?;
            listed.labels.iter().find(|label| label.reference == key).map(sold).transpose()
        }
        .boxed()
    }

    fn void<'a>(&'a self, key: &'a str, tracking: &'a TrackingNumber) -> Answer<'a, ()> {
        async move {
            let path = format!("/labels/{}/void", encoded(tracking));
            let Done {} = self.client.post(&path, key, &serde_json::json!({})).await.map_err(failed)?;
            Ok(())
        }
        .boxed()
    }

    fn read<'a>(&'a self, tracking: &'a TrackingNumber) -> Answer<'a, KnownParcel> {
        async move {
            let path = format!("/parcels/{}", encoded(tracking));
            let ParcelBody { tracking_number, reference, events } =
                self.client.get(&path, &[]).await.map_err(failed)?;
            let mut scans = Vec::with_capacity(events.len());
            for event in events {
                scans.extend(scan(event)?);
            }
            let tracking = TrackingNumber::try_new(tracking_number).map_err(malformed)?;
            Ok(KnownParcel { shipment: shipment(&reference), tracking, scans })
        }
        .boxed()
    }

    fn list<'a>(&'a self, since: Timestamp, after: Option<&'a TrackingNumber>) -> Answer<'a, Page> {
        async move {
            let since = since.to_rfc3339();
            let mut query = vec![("since", since.as_str()), ("limit", PAGE)];
            query.extend(after.map(|after| ("after", after.as_str())));
            let LabelList { labels, has_more } = self.client.get("/labels", &query).await.map_err(failed)?;
            let known = |label: LabelBody| {
                let tracking = TrackingNumber::try_new(&label.tracking_number).map_err(malformed)?;
                Ok(KnownLabel { shipment: shipment(&label.reference), tracking, is_voided: label.voided })
            };
            let labels = labels.into_iter().map(known).collect::<Result<Vec<_>, CarrierError>>()?;
            let last = labels.last().map(|label| label.tracking.clone());
            Ok(Page { labels, next: last.filter(|_| has_more) })
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_leads_to_its_shipment_and_another_one_to_none() {
        let id = "018f0000-0000-7000-8000-000000000001";
        assert_eq!(shipment(&format!("{id}-3")), id.parse().ok());
        for other in ["", id, "order 7", "x-1", &format!("{id}-"), &format!("{id}-x")] {
            assert_eq!(shipment(other), None, "{other}");
        }
    }

    #[test]
    fn a_status_of_which_nothing_is_known_says_nothing() {
        let body = |status: &str| ScanBody {
            status: status.to_owned(),
            occurred_at: "2026-06-01T12:00:00Z".to_owned(),
            place: Some(" Depot Zürich ".to_owned()),
            expected_at: None,
        };
        let known = scan(body("OUT_FOR_DELIVERY")).unwrap().unwrap();
        assert_eq!(known.status, ParcelStatus::OutForDelivery);
        assert_eq!(known.place.unwrap().as_str(), "Depot Zürich");
        assert_eq!(scan(body("IN_SPACE")).unwrap(), None);
        let broken = ScanBody { occurred_at: "yesterday".to_owned(), ..body("DELIVERED") };
        assert!(matches!(scan(broken), Err(CarrierError::Unknown(_))));
    }
}
