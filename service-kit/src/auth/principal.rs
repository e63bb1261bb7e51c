//! The principal of a request.

use std::sync::Arc;

use domain::{CustomerId, TenantId};

use super::scope::{Scope, Scopes};
use crate::problem::Problem;

/// The caller of a request, with tenant and scopes. Cheap to clone. All of it comes from the token alone, and only a
/// token that names a customer or has the scope `tenant:staff` makes a principal.
///
/// As an argument of a handler it is taken from `Authorization: Bearer`, and answers 401 where that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The token's `sub`: a person or a program.
    pub subject: Arc<str>,
    /// The only tenant whose data the caller may use.
    pub tenant: TenantId,
    /// The customer that the caller is. `None` for staff and programs, which have the scope `tenant:staff`.
    pub customer: Option<CustomerId>,
    pub scopes: Scopes,
}

impl Principal {
    /// Refuses a principal without the scope.
    ///
    /// # Errors
    /// A 403 [`Problem`] that names the scope.
    pub fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.scopes.contains(scope) {
            Ok(())
        } else {
            Err(Problem::forbidden(format!("this needs the scope {scope}")))
        }
    }

    /// Whether an order of `customer` may be seen by this principal: customers see only their own, staff see all of
    /// their tenant's.
    pub fn may_see(&self, customer: Option<&CustomerId>) -> bool {
        match &self.customer {
            Some(own) => customer == Some(own),
            None => self.scopes.contains(Scope::TENANT_STAFF),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;

    fn customer(name: &str) -> CustomerId {
        CustomerId::try_new(name).unwrap()
    }

    #[test]
    fn customers_see_their_own_and_staff_see_all() {
        let staff = Principal {
            subject: "clerk-1".into(),
            tenant: TenantId::try_new("shop").unwrap(),
            customer: None,
            scopes: Role::Clerk.scopes(),
        };
        let nobody = Principal { scopes: Role::Customer.scopes(), ..staff.clone() };
        assert!(!nobody.may_see(None) && !nobody.may_see(Some(&customer("18"))));
        let shopper = Principal { customer: Some(customer("17")), scopes: Role::Customer.scopes(), ..staff.clone() };
        assert!(staff.may_see(None) && staff.may_see(Some(&customer("18"))));
        assert!(shopper.may_see(Some(&customer("17"))));
        assert!(!shopper.may_see(Some(&customer("18"))) && !shopper.may_see(None));
        assert_eq!(shopper.require(Scope::ORDERS_PRICE).unwrap_err().status().as_u16(), 403);
        assert!(staff.require(Scope::ORDERS_PRICE).is_ok());
    }
}
