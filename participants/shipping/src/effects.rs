//! Telling carriers what was decided, reading parcels, and recording what carriers say.

use std::sync::Arc;

use domain::shipment::{
    Effect, EffectKind, Label, RecordLabel, RecordParcel, RecordRefusal, RecordVoided, ShipmentDetails, ShipmentState,
    effect_key,
};
use domain::shipping_location::CarrierChoice;
use domain::{Carrier as CarrierName, FulfilmentId, Reason};
use event_store::Metadata;
use service_kit::errors::chain;

use crate::carrier::{CarrierError, HANDED_OVER, KnownParcel, NewParcel, SharedCarrier, SoldLabel};
use crate::context::Shipments;
use crate::recipient::Addressee;
use crate::request::AskError;

/// Most effects that are told one after the other, each begun by the result of the one before: every carrier refuses, twice.
const IN_A_ROW_MAX: usize = 12;

/// What a carrier said to an effect.
enum Told {
    Sold(SoldLabel),
    Voided,
    /// The parcel shows why a label cannot be voided.
    Seen(KnownParcel),
    Refused {
        code: Reason,
        is_final: bool,
    },
}

impl Shipments {
    /// Tells carriers what is under way in a shipment, and of what follows from their answers. Where one does not answer, the shipment's
    /// timer asks later.
    ///
    /// # Errors
    /// [`AskError`] when an answer cannot be recorded; the shipment's timer finds it out.
    pub(crate) async fn tell(&self, id: FulfilmentId, state: Arc<ShipmentState>) -> Result<(), AskError> {
        let mut state = state;
        for _ in 0..IN_A_ROW_MAX {
            let Some((shipment, effect)) = under_way(&state) else { return Ok(()) };
            let before = effect.number;
            let told = self.call(id, shipment, effect).await;
            measure(effect, &told);
            let told = match told {
                Ok(told) => told,
                Err(error) => {
                    tracing::warn!(
                        shipment.id = %id,
                        effect = name(&effect.kind),
                        number = before,
                        error = chain(&error),
                        "an effect has no result yet; it is looked for later"
                    );
                    return Ok(());
                }
            };
            state = self.record_told(id, shipment, before, told).await?;
            let is_same = under_way(&state).is_some_and(|(_, effect)| effect.number == before);
            if is_same {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn record_told(
        &self,
        id: FulfilmentId,
        shipment: &ShipmentDetails,
        effect: u32,
        told: Told,
    ) -> Result<Arc<ShipmentState>, AskError> {
        let (tenant, at, metadata) = (&shipment.tenant, self.now(), Metadata::default());
        let had_failed = shipment.name() == "Failed";
        let state = match told {
            Told::Sold(SoldLabel { tracking, url, cost }) => {
                self.record(id, tenant, metadata, RecordLabel { effect, tracking, url, cost, at }).await
            }
            Told::Voided => self.record(id, tenant, metadata, RecordVoided { effect, at }).await,
            Told::Seen(KnownParcel { tracking, scans, .. }) => {
                self.record(id, tenant, metadata, RecordParcel { tracking, scans, at }).await
            }
            Told::Refused { code, is_final } => {
                self.record(id, tenant, metadata, RecordRefusal { effect, code, is_final, at }).await
            }
        }?;
        if !had_failed && state.name() == "Failed" {
            metrics::counter!("shipments_failed_total").increment(1);
            tracing::warn!(shipment.id = %id, "no carrier takes a shipment; people have to");
        }
        Ok(state)
    }

    async fn call(&self, id: FulfilmentId, shipment: &ShipmentDetails, effect: &Effect) -> Result<Told, CarrierError> {
        let key = effect_key(id, effect.number);
        match (&effect.kind, &shipment.label) {
            (EffectKind::Buy(choice), _) => self.buy(&key, shipment, effect, choice).await,
            (EffectKind::Void, Some(label)) => self.void(&key, label).await,
            (EffectKind::Void, None) => Err(CarrierError::Unavailable("there is no label".into())),
        }
    }

    async fn buy(
        &self,
        key: &str,
        shipment: &ShipmentDetails,
        effect: &Effect,
        choice: &CarrierChoice,
    ) -> Result<Told, CarrierError> {
        let carrier = self.carrier(&choice.carrier)?;
        match self.addressee(shipment, effect.tries).await {
            Addressee::Known { country, recipient } => {
                let (service, weight_g, pieces) = (choice.service.clone(), shipment.weight_g, shipment.pieces);
                let parcel = NewParcel { service, weight_g, pieces, country, recipient };
                match carrier.buy(key, &parcel).await {
                    Ok(sold) => Ok(Told::Sold(sold)),
                    Err(CarrierError::Refused { code }) => Ok(Told::Refused { code, is_final: false }),
                    Err(error) => Err(error),
                }
            }
            Addressee::NotYet(error) => Err(CarrierError::Unavailable(error)),
            // An earlier attempt may have bought it without an answer. Then it is in force, and is not bought anew.
            Addressee::Never(code) => Ok(match carrier.find(key).await? {
                Some(sold) => Told::Sold(sold),
                None => Told::Refused { code: own_code(code), is_final: true },
            }),
        }
    }

    async fn void(&self, key: &str, label: &Label) -> Result<Told, CarrierError> {
        let carrier = self.carrier(&label.choice.carrier)?;
        match carrier.void(key, &label.tracking).await {
            Ok(()) => Ok(Told::Voided),
            Err(CarrierError::Refused { code }) if code.as_str() == HANDED_OVER => {
                Ok(Told::Seen(carrier.read(&label.tracking).await?))
            }
            Err(CarrierError::Refused { code }) => Ok(Told::Refused { code, is_final: false }),
            Err(error) => Err(error),
        }
    }

    /// A carrier by its name. What is decided about one that is not configured waits for it.
    pub(crate) fn carrier(&self, name: &CarrierName) -> Result<&SharedCarrier, CarrierError> {
        self.carriers.get(name).ok_or_else(|| {
            CarrierError::Unavailable(format!("no carrier {name} is configured; SHIPPING_CARRIERS names them").into())
        })
    }

    /// Reads a parcel at its carrier, records what it shows, and tells the carrier of what follows.
    ///
    /// # Errors
    /// [`AskError`] when what it shows cannot be recorded. A carrier that does not answer is asked later.
    pub(crate) async fn look(&self, id: FulfilmentId, shipment: &ShipmentDetails) -> Result<(), AskError> {
        let Some(label) = shipment.followed() else { return Ok(()) };
        let read = match self.carrier(&label.choice.carrier) {
            Ok(carrier) => carrier.read(&label.tracking).await,
            Err(error) => Err(error),
        };
        match read {
            Ok(KnownParcel { tracking, scans, .. }) => {
                let seen = RecordParcel { tracking, scans, at: self.now() };
                let state = self.record(id, &shipment.tenant, Metadata::default(), seen).await?;
                self.tell(id, state).await
            }
            Err(error) => {
                tracing::warn!(shipment.id = %id, error = chain(&error), "a parcel cannot be read; later again");
                Ok(())
            }
        }
    }
}

fn under_way(state: &ShipmentState) -> Option<(&ShipmentDetails, &Effect)> {
    let shipment = state.shipment()?;
    Some((shipment, shipment.effect.as_ref()?))
}

const fn name(kind: &EffectKind) -> &'static str {
    match kind {
        EffectKind::Buy(_) => "buy",
        EffectKind::Void => "void",
    }
}

fn measure(effect: &Effect, told: &Result<Told, CarrierError>) {
    let result = match told {
        Ok(Told::Sold(_) | Told::Voided) => "done",
        Ok(Told::Seen(_) | Told::Refused { .. }) | Err(CarrierError::Refused { .. }) => "refused",
        Err(CarrierError::Unavailable(_)) => "unavailable",
        Err(CarrierError::Unknown(_)) => "unknown",
    };
    metrics::counter!("shipping_effects_total", "effect" => name(&effect.kind), "result" => result).increment(1);
}

fn own_code(code: &str) -> Reason {
    Reason::try_new(code).expect("the engine's own codes are short and printable")
}
