//! The principal of a request.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use domain::{CustomerId, TenantId};

use super::claims::TokenRefusal;
use super::scope::{Scope, Scopes};
use super::verifier::Verifier;
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

impl<S> FromRequestParts<S> for Principal
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // A layer may have verified the token already.
        if let Some(principal) = parts.extensions.get::<Self>() {
            return Ok(principal.clone());
        }
        Ok(Verifier::from_ref(state).verify(bearer_token(&parts.headers)?).await?)
    }
}

/// The token of a request's one header `Authorization`.
///
/// # Errors
/// [`TokenRefusal`] when there is none, more than one, or no bearer token in it.
pub fn bearer_token(headers: &HeaderMap) -> Result<&str, TokenRefusal> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (given.next(), given.next()) else {
        return Err(TokenRefusal::Absent);
    };
    strip_bearer(value.to_str().map_err(|_| TokenRefusal::Malformed)?)
}

/// The token of `Bearer <token>`, for transports that carry it otherwise than in a header.
///
/// # Errors
/// [`TokenRefusal::Absent`] for any other scheme.
pub fn strip_bearer(value: &str) -> Result<&str, TokenRefusal> {
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(TokenRefusal::Absent),
    }
}

impl From<TokenRefusal> for Problem {
    fn from(refusal: TokenRefusal) -> Self {
        if refusal == TokenRefusal::NeitherCustomerNorStaff {
            return Self::forbidden(refusal.to_string());
        }
        Self::unauthenticated(refusal.to_string())
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
