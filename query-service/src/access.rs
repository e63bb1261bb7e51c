//! The viewer of a request, and what they may see.

use domain::CustomerId;
use domain::order::OrderCommand;
use read_models::query::Visibility;
use service_kit::auth::{Principal, Scope};

/// The authenticated caller, as resolvers see it.
#[derive(Debug, Clone)]
pub struct Viewer {
    principal: Principal,
}

impl Viewer {
    /// A viewer by the claims of their token.
    pub const fn new(principal: Principal) -> Self {
        Self { principal }
    }

    /// The claims of the token.
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The orders they may see.
    pub fn visibility(&self) -> Visibility {
        Visibility { tenant: self.principal.tenant.clone(), customer: self.principal.customer.clone() }
    }

    /// Whether they may read addresses. A customer sees only their own orders, so only their own addresses.
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

    /// Whether their token has all scopes that a command needs.
    pub fn may_give(&self, command: &OrderCommand) -> bool {
        self.may_all(command.scopes())
    }

    /// Whether their token has all of some scopes.
    pub fn may_all(&self, scopes: &[Scope]) -> bool {
        scopes.iter().all(|scope| self.may(*scope))
    }

    /// Whether their token has a scope.
    pub fn may(&self, scope: Scope) -> bool {
        self.principal.scopes.contains(scope)
    }
}
