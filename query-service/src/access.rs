//! Who asks, and what of it decides what they see.

use domain::CustomerId;
use read_models::query::Visibility;
use service_kit::auth::{Principal, Scope};

/// The one who asks, as resolvers see them.
#[derive(Debug, Clone)]
pub struct Viewer {
    principal: Principal,
}

impl Viewer {
    /// Everything about a viewer comes from their token.
    pub const fn new(principal: Principal) -> Self {
        Self { principal }
    }

    /// Who they are.
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Whose orders they see.
    pub fn visibility(&self) -> Visibility {
        Visibility { tenant: self.principal.tenant.clone(), customer: self.principal.customer.clone() }
    }

    /// Whether they may read addresses: a customer reads nobody's but their own anyway.
    pub fn reads_personal_data(&self) -> bool {
        self.principal.customer.is_some() || self.may(Scope::ORDERS_READ_PII)
    }

    /// Whether they are that customer, or staff.
    pub fn sees_customer(&self, customer: &str) -> bool {
        self.principal.customer.as_ref().is_none_or(|own| own.as_str() == customer)
    }

    /// Whether they are that very customer.
    pub fn is_customer(&self, customer: &str) -> bool {
        self.principal.customer.as_ref().map(CustomerId::as_str) == Some(customer)
    }

    /// Whether their token has a scope.
    pub fn may(&self, scope: Scope) -> bool {
        self.principal.scopes.contains(scope)
    }
}
