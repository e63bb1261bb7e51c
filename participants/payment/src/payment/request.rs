//! Requests to payments, whether they come by HTTP or in messages, and reports of the provider.

use domain::payment::{
    AttachMethod, CapturePayment, Payment, PaymentCommand, PaymentEvent, PaymentRejection, PaymentState, RefundPayment,
    Request, RequestPayment, VoidPayment,
};
use domain::{CustomerId, Money, OrderId, PaymentId, ProviderReference, Reason, RequestId, TenantId, Timestamp};
use event_store::{ExecuteError, Expectation, Members, Metadata, UnitEffects, UnitOfWork, UnitOutcome};

use crate::context::Payments;

/// What is asked of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    Request { customer: Option<CustomerId>, amount: Money },
    Attach { method: ProviderReference },
    Capture { amount: Money },
    Void,
    Refund { amount: Money, reason: Reason },
}

/// Who asks, and for which order.
#[derive(Debug, Clone)]
pub struct AskedBy {
    /// The same in every repetition.
    pub request: RequestId,
    pub tenant: TenantId,
    pub order: OrderId,
    pub metadata: Metadata,
}

/// Why a request, or a report of the provider, was left without an event.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It cannot be answered, however often it is repeated.
    #[error("payment {payment} does not take this")]
    Refused {
        payment: PaymentId,
        #[source]
        source: PaymentRejection,
    },
    /// The store; see [`ExecuteError`] for whether a repetition may succeed.
    #[error("payment {payment} could not be decided")]
    Store {
        payment: PaymentId,
        #[source]
        source: ExecuteError,
    },
}

impl Asked {
    pub(super) fn command(&self, by: &AskedBy, at: Timestamp) -> PaymentCommand {
        let request = Request { id: by.request, tenant: by.tenant.clone(), order: by.order };
        match self.clone() {
            Self::Request { customer, amount } => RequestPayment { request, customer, amount, at }.into(),
            Self::Attach { method } => AttachMethod { request, method, at }.into(),
            Self::Capture { amount } => CapturePayment { request, amount, at }.into(),
            Self::Void => VoidPayment { request, at }.into(),
            Self::Refund { amount, reason } => RefundPayment { request, amount, reason, at }.into(),
        }
    }
}

impl Payments {
    /// Answers a request that came in a message: the answer is the event that is stored with the request's id. A repetition stores
    /// nothing. The provider is not told yet; see [`Payments::tell_started`].
    ///
    /// # Errors
    /// [`AskError`], with nothing stored or, for a lost connection, an unknown outcome that a repetition finds out.
    #[tracing::instrument(name = "message.payment", skip_all, fields(payment.id = %id))]
    pub async fn answer(&self, id: PaymentId, asked: &Asked, by: &AskedBy) -> Result<Vec<PaymentEvent>, AskError> {
        let is_new = matches!(asked, Asked::Request { .. });
        let expects = if is_new { Expectation::New } else { Expectation::Existing };
        let command = asked.command(by, self.now());
        self.decide(id, expects, &by.tenant, &by.metadata, &command).await
    }

    /// Decides a command of the engine's own.
    pub(super) async fn record(
        &self,
        id: PaymentId,
        tenant: &TenantId,
        command: impl Into<PaymentCommand>,
    ) -> Result<Vec<PaymentEvent>, AskError> {
        self.decide(id, Expectation::Existing, tenant, &Metadata::default(), &command.into()).await
    }

    async fn decide(
        &self,
        id: PaymentId,
        expects: Expectation,
        tenant: &TenantId,
        metadata: &Metadata,
        command: &PaymentCommand,
    ) -> Result<Vec<PaymentEvent>, AskError> {
        let mut members = Members::default();
        let member = members.add::<Payment>(&id.to_string(), expects);
        let work = UnitOfWork {
            tenant: tenant.clone(),
            metadata: metadata.clone(),
            members: &members,
            idempotency: None,
            decide: &|work| work.decide(member, command.clone()),
            answer: &|_: Result<&Vec<PaymentEvent>, &PaymentRejection>, _: &UnitEffects| None,
        };
        match self.runner.units().run(work).await {
            Ok(UnitOutcome::Done(done)) => Ok(done.value),
            Ok(UnitOutcome::Refused(source)) => Err(AskError::Refused { payment: id, source }),
            Ok(UnitOutcome::Repeated(_)) => Ok(Vec::new()),
            Err(source) => Err(AskError::Store { payment: id, source }),
        }
    }

    /// A payment as this process knows it, for whoever has just changed or read it, or looks again where it is not what is needed.
    pub(super) async fn recent(&self, id: PaymentId) -> Result<std::sync::Arc<PaymentState>, AskError> {
        let recent = self.runner.units().recent::<Payment>(&id.to_string()).await;
        recent.map_err(|source| AskError::Store { payment: id, source })
    }

    /// A payment as of now.
    pub(super) async fn state(&self, id: PaymentId) -> Result<std::sync::Arc<PaymentState>, AskError> {
        let loaded = self.runner.units().load::<Payment>(&id.to_string()).await;
        loaded.map(|loaded| loaded.state).map_err(|source| AskError::Store { payment: id, source })
    }
}
