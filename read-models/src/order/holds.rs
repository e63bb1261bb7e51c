//! What holds an order, as the column `holds` of `order_summary` has it.
//!
//! A set of kinds is one text, its kinds in a fixed order, so that an index finds the orders that a kind holds: they have one of the
//! few texts with it.

/// The kinds by name, in the order in which they are written.
const KINDS: [&str; 6] = ["FRAUD", "PAYMENT_ACTION", "ADDRESS", "STOCK", "EDIT", "MANUAL"];

/// What holds an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holds([bool; KINDS.len()]);

impl Holds {
    /// Of the column.
    pub fn of(column: Option<&str>) -> Self {
        let names: Vec<_> = column.unwrap_or_default().split(' ').collect();
        Self(KINDS.map(|kind| names.contains(&kind)))
    }

    /// For the column; `None` where nothing holds the order.
    pub fn column(self) -> Option<String> {
        let names: Vec<_> = self.names().collect();
        (!names.is_empty()).then(|| names.join(" "))
    }

    /// The names of the kinds.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        KINDS.into_iter().zip(self.0).filter_map(|(kind, holds)| holds.then_some(kind))
    }

    /// With a kind, or without it. `None` for a name that no kind has.
    #[must_use]
    pub fn with(self, name: &str, holds: bool) -> Option<Self> {
        let index = KINDS.iter().position(|kind| *kind == name)?;
        let mut kinds = self.0;
        kinds[index] = holds;
        Some(Self(kinds))
    }

    /// Every column of an order that one of some kinds holds.
    pub fn columns_with(names: &[&str]) -> Vec<String> {
        // A bit for each kind.
        let sets = (1_u32..1 << KINDS.len()).map(|bits| {
            let mut bit = 1_u32;
            Self(KINDS.map(|_| {
                let holds = bits & bit != 0;
                bit <<= 1;
                holds
            }))
        });
        let has = |set: &Self| set.names().any(|name| names.contains(&name));
        sets.filter(has).filter_map(Self::column).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_reads_back_as_it_was_written() {
        let held = Holds::of(None).with("MANUAL", true).unwrap().with("FRAUD", true).unwrap();
        assert_eq!(held.column().as_deref(), Some("FRAUD MANUAL"));
        assert_eq!(Holds::of(held.column().as_deref()), held);
        assert_eq!(held.with("FRAUD", false).unwrap().with("MANUAL", false).unwrap().column(), None);
        assert_eq!(held.with("TIRED", true), None);
    }

    #[test]
    fn every_set_with_a_kind_is_found() {
        let found = Holds::columns_with(&["STOCK"]);
        assert_eq!(found.len(), 32);
        assert!(found.contains(&"STOCK".to_owned()) && found.contains(&"FRAUD STOCK MANUAL".to_owned()));
        assert!(found.iter().all(|column| Holds::of(Some(column)).names().any(|name| name == "STOCK")));
        assert_eq!(Holds::columns_with(&KINDS).len(), 63);
    }

    #[test]
    fn the_kinds_are_those_of_the_domain() {
        let kinds = domain::order::HoldKind::ALL.map(|kind| serde_json::to_value(kind).unwrap());
        assert_eq!(kinds.map(|kind| kind.as_str().unwrap().to_owned()), KINDS.map(str::to_owned));
    }
}
