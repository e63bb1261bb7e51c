use domain::order::{AddressKind, OrderCommand, OrderState, SetAddress};
use domain::{OrderId, SubjectId};
use event_store::Expectation;
use service_kit::auth::{Principal, Scope};

use super::address::SealedAddress;
use super::input::NewAddress;
use super::run::{Task, is_visible, require};
use super::{AddressDetails, Answer, Caller, Commands, Refusal};

impl Commands {
    /// Sets or replaces an address of a draft. Its personal part is sealed under the customer's key.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.set_address", skip_all, fields(order.id = %order_id))]
    pub async fn set_address(&self, caller: &Caller, order_id: OrderId, input: &NewAddress) -> Result<Answer, Refusal> {
        let principal = &caller.principal;
        require(principal, Scope::ORDERS_DRAFT)?;
        let state = self.bus.load(&order_id.to_string()).await?.state;
        // Checked before sealing, which would create a key: the caller must not create one for another customer's
        // order.
        if !is_visible(principal, &state) {
            return Err(Refusal::order_not_found());
        }
        let sealed = match self.stored_equal(principal, &state, input).await? {
            Some(sealed) => sealed,
            None => self.seal(principal, &state, order_id, input).await?,
        };
        let command = self.addressing(principal, input, sealed)?;
        let (operation, expects) = ("order.set_address", Expectation::Existing);
        self.run(caller, Task { operation, order_id, line_id: None, expects, input, command }).await
    }

    pub(super) fn addressing(
        &self,
        principal: &Principal,
        input: &NewAddress,
        sealed: SealedAddress,
    ) -> Result<OrderCommand, Refusal> {
        require(principal, Scope::ORDERS_DRAFT)?;
        let address = sealed.in_country(input.country);
        Ok(OrderCommand::SetAddress(SetAddress { kind: input.kind, address, at: self.clock.now() }))
    }

    /// The stored sealed address, if its details equal the input. Sealing the same details twice gives different texts,
    /// so a repeat must use the stored ones to change nothing.
    pub(super) async fn stored_equal(
        &self,
        principal: &Principal,
        state: &OrderState,
        input: &NewAddress,
    ) -> Result<Option<SealedAddress>, Refusal> {
        let OrderState::Draft(draft) = state else { return Ok(None) };
        let stored = match input.kind {
            AddressKind::Shipping => &draft.shipping_address,
            AddressKind::Billing => &draft.billing_address,
        };
        let Some(stored) = stored else { return Ok(None) };
        // After an erasure there is nothing to compare with, and sealing fails with the right refusal.
        let opened = AddressDetails::open(&self.keys, &principal.tenant, stored).await?;
        Ok((opened.as_ref() == Some(&input.details)).then(|| SealedAddress::of(stored)))
    }

    async fn seal(
        &self,
        principal: &Principal,
        state: &OrderState,
        order_id: OrderId,
        input: &NewAddress,
    ) -> Result<SealedAddress, Refusal> {
        let subject = SubjectId::of_order(state.customer(), order_id);
        input.details.seal(&self.keys, &principal.tenant, &subject).await
    }
}
