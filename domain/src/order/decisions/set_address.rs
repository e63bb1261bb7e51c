use crate::decision::Decision;
use crate::{Address, CountryCode, Scope, Sealed, SubjectId, Timestamp};

use super::super::{AddressChanged, AddressKind, Order, OrderEvent, OrderRejection, OrderState};
use super::{SAMPLE_AT, Sample, draft_of};

/// Set or replace an address of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAddress {
    pub kind: AddressKind,
    /// Sealed by the caller, except the country.
    pub address: Address,
    pub at: Timestamp,
}

impl Decision<Order> for SetAddress {
    fn scopes(&self) -> &'static [Scope] {
        &[Scope::ORDERS_DRAFT]
    }
    fn decide(self, state: &OrderState) -> Result<Vec<OrderEvent>, OrderRejection> {
        let draft = draft_of(state, "SetAddress")?;
        let seen = match self.kind {
            AddressKind::Shipping => &draft.shipping_address,
            AddressKind::Billing => &draft.billing_address,
        };
        if seen.as_ref() == Some(&self.address) {
            return Ok(vec![]);
        }
        Ok(vec![OrderEvent::AddressChanged(AddressChanged { role: self.kind, address: self.address, at: self.at })])
    }
}

impl Sample for SetAddress {
    fn sample() -> Option<Self> {
        let subject = SubjectId::try_new("sample").expect("the text is short and printable");
        let country = CountryCode::try_new("ZZ").expect("the code is user-assigned");
        let address =
            Address { country, details: Sealed::new(subject, "sample".to_owned()), contact: None, area: None };
        Some(Self { kind: AddressKind::Billing, address, at: SAMPLE_AT })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use crate::{
        order::{AddressKind, OrderRejection},
        testing::given,
    };

    #[test]
    fn sets_and_replaces_an_address() {
        given([drafted()]).when(set_address(AddressKind::Shipping, "DE")).then([address_changed("DE")]);
        given([drafted(), address_changed("DE")])
            .when(set_address(AddressKind::Shipping, "FR"))
            .then([address_changed("FR")]);
    }

    #[test]
    fn a_repeat_is_not_a_fact() {
        given([drafted(), address_changed("DE")]).when(set_address(AddressKind::Shipping, "DE")).then_nothing();
    }

    #[test]
    fn refuses_an_order_that_is_no_draft() {
        given([]).when(set_address(AddressKind::Billing, "DE")).then_rejected(OrderRejection::NotFound);
        given(placed_history())
            .when(set_address(AddressKind::Billing, "DE"))
            .then_rejected(not_allowed("Placed", "SetAddress"));
    }
}
