//! Telling the provider what was decided, asking what became of it, and recording what it says.

use std::collections::VecDeque;

use domain::payment::{
    Effect, EffectKind, PaymentDetails, PaymentEvent, PaymentState, RecordObservation, RecordRefusal, effect_key,
};
use domain::{PaymentId, Reason, Timestamp};
use service_kit::errors::chain;

use super::request::AskError;
use crate::context::Payments;
use crate::provider::{Known, NewPayment, ProviderError};

/// Most effects that are told one after the other, each begun by the result of the one before.
const IN_A_ROW_MAX: usize = 8;

impl Payments {
    /// Tells the provider of the effects that begin with some events, and records what it answers. Where it does not answer, the
    /// payment's timer asks later.
    ///
    /// # Errors
    /// [`AskError`] when an answer cannot be recorded; the payment's timer finds it out.
    pub async fn tell_started(&self, id: PaymentId, events: &[PaymentEvent]) -> Result<(), AskError> {
        let started = events.iter().filter_map(PaymentEvent::starts).collect();
        self.tell_all(id, started).await
    }

    /// Tells the provider of effects by their numbers.
    pub(super) async fn tell_all(&self, id: PaymentId, numbers: Vec<u32>) -> Result<(), AskError> {
        let mut waiting = VecDeque::from(numbers);
        // Whoever tells of the first one has just changed or read the payment.
        let mut state = self.recent(id).await?;
        for _ in 0..IN_A_ROW_MAX {
            let Some(number) = waiting.pop_front() else { return Ok(()) };
            let events = self.tell(id, &state, number).await?;
            waiting.extend(events.iter().filter_map(PaymentEvent::starts));
            if !waiting.is_empty() {
                state = self.state(id).await?;
            }
        }
        Ok(())
    }

    /// Tells the provider of one effect, if it is still under way.
    async fn tell(&self, id: PaymentId, state: &PaymentState, number: u32) -> Result<Vec<PaymentEvent>, AskError> {
        let Some(payment) = state.payment() else { return Ok(Vec::new()) };
        let Some(effect) = payment.effect(number) else { return Ok(Vec::new()) };
        let told = self.call(id, payment, effect).await;
        let result = match &told {
            Ok(_) => "answered",
            Err(ProviderError::Refused { .. }) => "refused",
            Err(ProviderError::Unavailable(_)) => "unavailable",
            Err(ProviderError::Unknown(_)) => "unknown",
        };
        metrics::counter!("payment_effects_total", "effect" => name(&effect.kind), "result" => result).increment(1);
        let tenant = &payment.inbox.tenant;
        match told {
            Ok(seen) => self.record(id, tenant, RecordObservation { seen, effect: Some(number), at: self.now() }).await,
            Err(ProviderError::Refused { code }) => self.refused(id, payment, number, code).await,
            Err(error @ (ProviderError::Unavailable(_) | ProviderError::Unknown(_))) => {
                tracing::warn!(
                    payment.id = %id,
                    effect = name(&effect.kind),
                    number,
                    error = chain(&error),
                    "an effect has no result yet; it is looked for later"
                );
                Ok(Vec::new())
            }
        }
    }

    async fn call(
        &self,
        id: PaymentId,
        payment: &PaymentDetails,
        effect: &Effect,
    ) -> Result<domain::payment::ObservedPayment, ProviderError> {
        let key = effect_key(id, effect.number);
        let provider = &self.provider;
        match (&effect.kind, &payment.reference) {
            (EffectKind::Open, _) => {
                let new = NewPayment {
                    payment: id,
                    order: payment.inbox.order,
                    tenant: payment.inbox.tenant.clone(),
                    amount: payment.amount,
                };
                provider.open(&key, &new).await
            }
            (EffectKind::Authorize { method }, Some(reference)) => provider.authorize(&key, reference, method).await,
            (EffectKind::Capture { step, .. }, Some(reference)) => provider.capture(&key, reference, *step).await,
            (EffectKind::Void, Some(reference)) => provider.cancel(&key, reference).await,
            (EffectKind::Refund { step, .. }, Some(reference)) => provider.refund(&key, reference, *step).await,
            (_, None) => Err(ProviderError::Unavailable("the provider's payment is not known yet".into())),
        }
    }

    /// The provider refuses an effect. Why is often that it has happened already, so that the payment is read first.
    async fn refused(
        &self,
        id: PaymentId,
        payment: &PaymentDetails,
        number: u32,
        code: Reason,
    ) -> Result<Vec<PaymentEvent>, AskError> {
        let tenant = &payment.inbox.tenant;
        let mut events = match &payment.reference {
            None => Vec::new(),
            Some(reference) => match self.provider.read(reference).await {
                Ok(Known { seen, .. }) => {
                    self.record(id, tenant, RecordObservation { seen, effect: None, at: self.now() }).await?
                }
                Err(error) => {
                    tracing::warn!(payment.id = %id, error = chain(&error), "a refused effect is looked at later");
                    return Ok(Vec::new());
                }
            },
        };
        events.extend(self.record(id, tenant, RecordRefusal { effect: number, code, at: self.now() }).await?);
        Ok(events)
    }

    /// Asks the provider what became of a payment, and tells it again of the effects that are due and still without a result.
    pub(super) async fn look(&self, id: PaymentId, now: Timestamp) -> Result<(), AskError> {
        let state = self.state(id).await?;
        let Some(payment) = state.payment() else { return Ok(()) };
        if let Some(reference) = &payment.reference {
            match self.provider.read(reference).await {
                Ok(known) => self.take(id, known).await?,
                Err(error) => {
                    tracing::warn!(payment.id = %id, error = chain(&error), "the provider cannot be asked; later again");
                    return Ok(());
                }
            }
        }
        let state = self.state(id).await?;
        let effects = state.payment().into_iter().flat_map(PaymentDetails::effects);
        let due = effects.filter(|effect| effect.ask_at <= now).map(|effect| effect.number).collect();
        self.tell_all(id, due).await
    }

    /// Records what the provider says of a payment, and tells it of what follows.
    ///
    /// # Errors
    /// [`AskError::Refused`] where the payment was not asked for here, or is another one at the provider.
    pub(crate) async fn take(&self, id: PaymentId, known: Known) -> Result<(), AskError> {
        let mut state = self.recent(id).await?;
        if state.payment().is_none() {
            // Another process may have asked for it meanwhile.
            state = self.state(id).await?;
        }
        let source = domain::payment::PaymentRejection::NotRequested;
        let Some(payment) = state.payment() else { return Err(AskError::Refused { payment: id, source }) };
        let observation = RecordObservation { seen: known.seen, effect: None, at: self.now() };
        let events = self.record(id, &payment.inbox.tenant, observation).await?;
        self.tell_started(id, &events).await
    }
}

const fn name(kind: &EffectKind) -> &'static str {
    match kind {
        EffectKind::Open => "open",
        EffectKind::Authorize { .. } => "authorize",
        EffectKind::Capture { .. } => "capture",
        EffectKind::Void => "void",
        EffectKind::Refund { .. } => "refund",
    }
}
