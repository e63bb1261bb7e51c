//! `orderctl token`: a development token.

use std::io::Write;

use clap::Args;
use domain::{CustomerId, TenantId};
use service_kit::BoxError;
use service_kit::auth::Role;
use service_kit::config::Variables;

use crate::args::DEFAULT_TENANT;
use crate::engine::{Bearer, Tokens};

/// `token`
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// Role of the token, which decides what its holder may do: customer, clerk or admin
    #[arg(long, value_parser = role)]
    pub role: Role,
    /// Id of the customer; required for the role customer
    #[arg(long, value_name = "ID", required_if_eq("role", "customer"))]
    pub customer: Option<CustomerId>,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Lifetime of the token, in seconds
    #[arg(long, default_value_t = 43_200, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=31_536_000))]
    pub lifetime_s: u32,
}

/// Prints a token.
///
/// # Errors
/// When there is no key to sign with.
pub fn print(variables: &Variables, args: TokenArgs) -> Result<bool, BoxError> {
    let bearer = Bearer { role: args.role, tenant: args.tenant, customer: args.customer };
    let token = Tokens::from_variables(variables)?.token(&bearer, args.lifetime_s)?;
    writeln!(std::io::stdout(), "{token}")?;
    Ok(true)
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|_| "give customer, clerk or admin".to_owned())
}
