//! How each tenant's orders are driven, as a file says it.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::TenantId;
use domain::order_saga::{Routing, SagaPolicy};
use serde::Deserialize;
use toml::{Table, Value};

/// How each tenant's orders are driven. A saga keeps the policy that it began with.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    by_tenant: BTreeMap<TenantId, Arc<SagaPolicy>>,
    /// Of the tenants that have none of their own.
    others: Arc<SagaPolicy>,
}

/// Why a file holds no policies.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    #[error("the policies are no TOML")]
    Syntax(#[from] toml::de::Error),
    #[error("the policies have {key}, which is none; `default` and `tenants.NAME` hold {known}")]
    UnknownKey { key: String, known: String },
    #[error("parcels_max is {given}; it is a number from 1 to {PARCELS_MAX}")]
    Parcels { given: u32 },
    #[error("parcels_max is {given} and routing POLICY_ORDER; orders are split only where routing is BEST")]
    SplitWithoutComparison { given: u32 },
    #[error("{tenant:?} in the policies is no tenant")]
    Tenant {
        tenant: String,
        #[source]
        source: domain::InvalidText,
    },
}

/// Most parcels of one order that a policy may allow: sets of so many locations are tried one after the other.
const PARCELS_MAX: u32 = 5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    default: Table,
    #[serde(default)]
    tenants: BTreeMap<String, Table>,
}

impl Policies {
    /// Parses a file: a table `default`, and a table `tenants.NAME` with what is different for a tenant.
    ///
    /// # Errors
    /// [`PolicyError`], also for a key that no policy has, so that a misspelt one does not go unnoticed.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let File { default, tenants } = toml::from_str(text)?;
        let known = known();
        let others = policy(&known, default.clone())?;
        let mut by_tenant = BTreeMap::new();
        for (name, own) in tenants {
            let tenant =
                TenantId::try_new(&*name).map_err(|source| PolicyError::Tenant { tenant: name.clone(), source })?;
            by_tenant.insert(tenant, Arc::new(policy(&known, merged(default.clone(), own))?));
        }
        Ok(Self { by_tenant, others: Arc::new(others) })
    }

    /// How a tenant's orders are driven; `None` for a tenant without a location, whose orders somebody else fulfils.
    pub(super) fn of(&self, tenant: &TenantId) -> Option<&Arc<SagaPolicy>> {
        let policy = self.by_tenant.get(tenant).unwrap_or(&self.others);
        Some(policy).filter(|policy| !policy.locations.is_empty())
    }
}

/// Every key with its default. What policies of earlier releases did not have is left out of one that is stored.
fn known() -> Table {
    let SagaPolicy { routing, parcels_max, .. } = SagaPolicy::default();
    let mut known = Table::try_from(SagaPolicy::default()).expect("a policy is a table");
    known.insert("routing".to_owned(), Value::try_from(routing).expect("a choice is a text"));
    known.insert("parcels_max".to_owned(), Value::from(parcels_max));
    known
}

fn policy(known: &Table, table: Table) -> Result<SagaPolicy, PolicyError> {
    check_keys(known, &table, "")?;
    let policy: SagaPolicy = table.try_into()?;
    match policy.parcels_max {
        given if !(1..=PARCELS_MAX).contains(&given) => Err(PolicyError::Parcels { given }),
        given if given > 1 && policy.routing != Routing::Best => Err(PolicyError::SplitWithoutComparison { given }),
        _ => Ok(policy),
    }
}

fn check_keys(known: &Table, table: &Table, path: &str) -> Result<(), PolicyError> {
    for (key, value) in table {
        match (known.get(key), value) {
            (Some(Value::Table(known)), Value::Table(table)) => check_keys(known, table, &format!("{path}{key}."))?,
            (Some(_), _) => {}
            (None, _) => {
                let known = known.keys().cloned().collect::<Vec<_>>().join(", ");
                return Err(PolicyError::UnknownKey { key: format!("{path}{key}"), known });
            }
        }
    }
    Ok(())
}

/// A tenant's own values over the common ones, table by table.
fn merged(mut common: Table, own: Table) -> Table {
    for (key, value) in own {
        match (common.remove(&key), value) {
            (Some(Value::Table(common_table)), Value::Table(table)) => {
                common.insert(key, Value::Table(merged(common_table, table)));
            }
            (_, value) => {
                common.insert(key, value);
            }
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use domain::order_saga::CaptureMoment;

    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::try_new(name).unwrap()
    }

    #[test]
    fn a_tenant_has_the_default_and_what_is_its_own() {
        let text = r#"
            [default]
            locations = ["zrh-1", "bsl-1"]
            stock_wait_s = 60
            screening.large_total_minor = 100
            [tenants.kitchen]
            capture = "AT_PACKING"
            screening.review_points = 10
        "#;
        let policies = Policies::parse(text).unwrap();
        let other = policies.of(&tenant("shop")).unwrap();
        assert_eq!((other.stock_wait_s, other.capture), (60, CaptureMoment::AtConfirmation));
        let kitchen = policies.of(&tenant("kitchen")).unwrap();
        assert_eq!((kitchen.stock_wait_s, kitchen.capture), (60, CaptureMoment::AtPacking));
        assert_eq!((kitchen.screening.large_total_minor, kitchen.screening.review_points), (100, 10));
        assert_eq!(kitchen.locations, other.locations);
    }

    #[test]
    fn orders_of_a_tenant_without_a_location_are_not_driven() {
        assert!(Policies::default().of(&tenant("shop")).is_none());
        let policies = Policies::parse("[tenants.shop]\nlocations = [\"zrh-1\"]").unwrap();
        assert!(policies.of(&tenant("shop")).is_some() && policies.of(&tenant("other")).is_none());
    }

    /// The file of a local stack and of compose has each key with its default behind a `#`.
    #[test]
    fn the_file_that_comes_along_says_what_every_key_is_without_it() {
        const FILE: &str = include_str!("../../../deploy/policies.toml");
        let shown = FILE.lines().filter_map(|line| line.strip_prefix('#')).filter(|line| !line.starts_with([' ', '#']));
        let shown = shown.filter(|line| line.contains(" = ")).collect::<Vec<_>>().join("\n");
        let shown: Table = toml::from_str(&shown).unwrap();
        let mut known = known();
        known.remove("locations");
        assert_eq!(shown, known);
        let policies = Policies::parse(FILE).unwrap();
        let locations = policies.of(&tenant("demo")).unwrap().locations.clone();
        assert_eq!(*policies.others, SagaPolicy { locations, ..SagaPolicy::default() });
    }

    #[test]
    fn a_file_with_a_mistake_is_refused() {
        let unknown = Policies::parse("[default]\nscreening.reviews = 1").unwrap_err();
        assert!(unknown.to_string().contains("screening.reviews"), "{unknown}");
        assert!(matches!(Policies::parse("[tenants.\"A B\"]"), Err(PolicyError::Tenant { .. })));
        assert!(matches!(Policies::parse("[default]\nanswer_s = \"soon\""), Err(PolicyError::Syntax(_))));
        assert!(matches!(Policies::parse("[defaults]"), Err(PolicyError::Syntax(_))));
        let parcels =
            |text: &str| Policies::parse(&format!("[default]\n{text}")).map(|policies| policies.others.parcels_max);
        assert_eq!(parcels("routing = \"BEST\"\nparcels_max = 5").unwrap(), 5);
        assert!(matches!(parcels("routing = \"BEST\"\nparcels_max = 6"), Err(PolicyError::Parcels { given: 6 })));
        assert!(matches!(parcels("parcels_max = 0"), Err(PolicyError::Parcels { given: 0 })));
        assert!(matches!(parcels("parcels_max = 2"), Err(PolicyError::SplitWithoutComparison { given: 2 })));
    }
}
