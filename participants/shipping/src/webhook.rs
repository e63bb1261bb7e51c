//! Webhooks of carriers: hints, after which the parcel is read.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use command_kit::Refusal;
use command_kit::http::method_not_allowed;
use domain::shipment::{EffectKind, RecordParcel, ShipmentState};
use domain::{Carrier as CarrierName, TrackingNumber};
use event_store::Metadata;
use service_kit::errors::chain;
use service_kit::standard_webhooks::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, WebhookKey};

use crate::carrier::CarrierError;
use crate::carrier::http::ParcelHint;
use crate::code::{CARRIER_UNAVAILABLE, WEBHOOK_MALFORMED, WEBHOOK_NOT_SIGNED};
use crate::context::Shipments;
use crate::request::AskError;

/// Largest webhook, in bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;

#[derive(Clone)]
struct Webhooks {
    shipments: Arc<Shipments>,
    key: Option<WebhookKey>,
}

pub(crate) fn routes(shipments: Arc<Shipments>, key: Option<WebhookKey>) -> Router {
    Router::new()
        .route("/v1/webhooks/carriers/{carrier}", post(take))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(Webhooks { shipments, key })
}

/// Answers 204 to what was taken, or is about nothing of ours; the carrier sends anything else again.
async fn take(
    State(webhooks): State<Webhooks>,
    Path(carrier): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let not_signed = |detail: String| Refusal::new(WEBHOOK_NOT_SIGNED, detail);
    let key = webhooks.key.as_ref().ok_or_else(|| not_signed("no webhooks are expected here".to_owned()))?;
    let signed = (text(ID_HEADER), text(TIMESTAMP_HEADER), text(SIGNATURE_HEADER));
    key.verify(signed, &body, webhooks.shipments.now()).map_err(|error| not_signed(error.to_string()))?;
    let malformed = |detail: String| Refusal::new(WEBHOOK_MALFORMED, detail);
    let carrier = CarrierName::try_new(carrier).map_err(|error| malformed(error.to_string()))?;
    let ParcelHint { tracking_number } = serde_json::from_slice(&body).map_err(|error| malformed(error.to_string()))?;
    let result = match tracking_number.and_then(|number| TrackingNumber::try_new(number).ok()) {
        Some(tracking) => webhooks.shipments.hinted(&carrier, &tracking).await,
        None => Ok(()),
    };
    let label = if result.is_ok() { "taken" } else { "failed" };
    metrics::counter!("shipping_webhooks_total", "result" => label).increment(1);
    result.map(|()| StatusCode::NO_CONTENT)
}

impl Shipments {
    /// Reads the parcel that a webhook is about, and records what it shows.
    async fn hinted(&self, carrier: &CarrierName, tracking: &TrackingNumber) -> Result<(), Refusal> {
        let unavailable = |error: &(dyn std::error::Error + 'static)| {
            tracing::warn!(%carrier, %tracking, error = chain(error), "a webhook's parcel was not recorded; it is sent again");
            Refusal::new(CARRIER_UNAVAILABLE, "the parcel cannot be looked at; send it again")
        };
        let read = match self.carrier(carrier) {
            Ok(carrier) => carrier.read(tracking).await,
            Err(error) => Err(error),
        };
        let known = match read {
            Ok(known) => known,
            Err(CarrierError::Refused { code }) => {
                tracing::warn!(%carrier, %tracking, %code, "a webhook is about a parcel that is not there");
                return Ok(());
            }
            Err(error) => return Err(unavailable(&error)),
        };
        let Some(id) = known.shipment else { return Ok(()) };
        let mut state = self.state(id).await.map_err(|error| unavailable(&error))?;
        if is_being_bought(&state) {
            // The carrier has sold the label, and its answer was lost or is under way. The purchase repeated has the same answer.
            self.tell(id, state).await.map_err(|error| unavailable(&error))?;
            state = self.state(id).await.map_err(|error| unavailable(&error))?;
            if is_being_bought(&state) {
                return Err(unavailable(&CarrierError::Unknown("the parcel's label is not known yet".into())));
            }
        }
        let label = state.shipment().and_then(|shipment| Some((shipment, shipment.label.as_ref()?)));
        let is_ours = |carrier_of: &CarrierName| carrier_of == carrier;
        let Some((shipment, _)) = label.filter(|(_, label)| is_ours(&label.choice.carrier)) else { return Ok(()) };
        let seen = RecordParcel { tracking: known.tracking, scans: known.scans, at: self.now() };
        let recorded = self.record(id, &shipment.tenant, Metadata::default(), seen).await;
        let told = match recorded {
            Ok(state) => self.tell(id, state).await,
            Err(error) => Err(error),
        };
        match told {
            Ok(()) => Ok(()),
            Err(AskError::Refused { source, .. }) => {
                tracing::warn!(%tracking, error = chain(&source), "a webhook is about a parcel of somebody else's");
                Ok(())
            }
            Err(error @ AskError::Store { .. }) => Err(unavailable(&error)),
        }
    }
}

fn is_being_bought(state: &ShipmentState) -> bool {
    let effect = state.shipment().and_then(|shipment| shipment.effect.as_ref());
    effect.is_some_and(|effect| matches!(effect.kind, EffectKind::Buy(_)))
}
