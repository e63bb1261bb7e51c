//! OAuth2 scopes, and the development roles that bundle them.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

pub use domain::Scope;

/// The scopes of a token. Names that the engine does not know are kept and have no effect.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(Arc<[Box<str>]>);

impl Scopes {
    /// Whether the scope is among them.
    pub fn contains(&self, scope: Scope) -> bool {
        self.contains_name(scope.as_str())
    }

    /// Whether a scope with this name is among them, such as `orders:hold.fraud`.
    pub fn contains_name(&self, name: &str) -> bool {
        self.0.binary_search_by(|held| held.as_ref().cmp(name)).is_ok()
    }

    /// The scopes' names, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }
}

impl<'a> FromIterator<&'a str> for Scopes {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        let mut names: Vec<Box<str>> = names.into_iter().map(Into::into).collect();
        names.sort_unstable();
        names.dedup();
        Self(names.into())
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().map(Scope::as_str).collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            write!(f, "{gap}{name}")?;
        }
        Ok(())
    }
}

/// A bundle of scopes for development tokens; real issuers choose their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A customer, who sees and changes their own orders and sets no price.
    Customer,
    /// A clerk, who works on all customers' orders.
    Clerk,
    /// All scopes.
    Admin,
}

/// A text that names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a role; give customer, clerk or admin")]
pub struct UnknownRole;

impl Role {
    /// The role's scopes.
    pub fn scopes(self) -> Scopes {
        use Scope as S;
        let shopper = [S::ORDERS_DRAFT, S::ORDERS_PLACE, S::ORDERS_READ, S::ORDERS_READ_PII, S::ORDERS_CANCEL];
        let counter = [
            S::TENANT_STAFF,
            S::ORDERS_PRICE,
            S::INVENTORY_READ,
            S::INVENTORY_WRITE,
            S::INVENTORY_RESERVE,
            S::FULFILMENT_WRITE,
            S::ORDERS_HOLD,
            S::ORDERS_HOLD_PAYMENT,
            S::ORDERS_NOTE,
            S::PAYMENTS_CAPTURE,
            S::PAYMENTS_REFUND,
            S::SAGA_OPERATE,
            S::NOTIFICATIONS_MANAGE,
        ];
        match self {
            Self::Customer => shopper.into_iter().collect(),
            Self::Clerk => shopper.into_iter().chain(counter).collect(),
            Self::Admin => Scope::ALL.iter().copied().collect(),
        }
    }

    /// The role's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Clerk => "clerk",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        [Self::Customer, Self::Clerk, Self::Admin].into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_found_by_their_exact_name() {
        let scopes: Scopes = "orders:read orders:hold.fraud orders:read".split(' ').collect();
        assert!(scopes.contains(Scope::ORDERS_READ) && scopes.contains(Scope::ORDERS_HOLD_FRAUD));
        assert!(!scopes.contains(Scope::ORDERS_READ_PII));
        assert_eq!(scopes.to_string(), "orders:hold.fraud orders:read");
    }

    #[test]
    fn clerks_hold_orders_and_only_admins_for_fraud() {
        let may = |role: Role, scope| role.scopes().contains(scope);
        for scope in [Scope::ORDERS_HOLD, Scope::ORDERS_HOLD_PAYMENT] {
            assert!(!may(Role::Customer, scope) && may(Role::Clerk, scope), "{scope}");
        }
        assert!(!may(Role::Clerk, Scope::ORDERS_HOLD_FRAUD) && may(Role::Admin, Scope::ORDERS_HOLD_FRAUD));
    }

    #[test]
    fn only_staff_set_prices_and_only_admins_import() {
        let may = |role: Role, scope| role.scopes().contains(scope);
        assert!(!may(Role::Customer, Scope::TENANT_STAFF) && may(Role::Clerk, Scope::TENANT_STAFF));
        assert!(!may(Role::Customer, Scope::ORDERS_PRICE) && may(Role::Clerk, Scope::ORDERS_PRICE));
        assert!(!may(Role::Clerk, Scope::ORDERS_IMPORT) && may(Role::Admin, Scope::ORDERS_IMPORT));
        assert_eq!("clerk".parse(), Ok(Role::Clerk));
        assert_eq!("root".parse::<Role>(), Err(UnknownRole));
    }
}
