//! The carriers of this engine, by name.

use std::collections::BTreeMap;

use domain::Carrier as CarrierName;

use super::SharedCarrier;

/// The carriers that can be told something. What is decided about another one waits until it is among them.
#[derive(Clone, Default)]
pub struct Carriers(BTreeMap<CarrierName, SharedCarrier>);

impl Carriers {
    /// Carriers with their names.
    pub fn new(carriers: impl IntoIterator<Item = (CarrierName, SharedCarrier)>) -> Self {
        Self(carriers.into_iter().collect())
    }

    pub(crate) fn get(&self, name: &CarrierName) -> Option<&SharedCarrier> {
        self.0.get(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&CarrierName, &SharedCarrier)> {
        self.0.iter()
    }
}
