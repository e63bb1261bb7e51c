//! What later decisions need of a stock item.

use serde::{Deserialize, Serialize};

use crate::{LocationId, Pieces, Sku, TenantId};

use super::level::{Availability, StockLevel};

/// The stock aggregate. The id of a stream is [`StockId::of`](crate::StockId::of) its tenant, location and SKU.
#[derive(Debug, Clone, Copy)]
pub struct Stock;

/// The state of the stock of a SKU at a location. Its size does not depend on how much has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StockState {
    /// The location does not keep the SKU.
    Absent,
    Item(StockItem),
}

/// A SKU that a location keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockItem {
    pub tenant: TenantId,
    pub location: LocationId,
    pub sku: Sku,
    pub level: StockLevel,
    /// Whether more may be reserved than is available.
    pub allows_backorder: bool,
}

impl StockState {
    /// The state's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Absent => "Absent",
            Self::Item(_) => "Item",
        }
    }

    /// The item's tenant. `None` while there is no item.
    pub const fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::Absent => None,
            Self::Item(item) => Some(&item.tenant),
        }
    }

    /// What a reservation may be granted.
    pub fn availability(&self) -> Availability {
        match self {
            Self::Absent => Availability::NONE,
            Self::Item(item) => item.availability(),
        }
    }

    /// How many backordered pieces could be set aside now.
    pub fn fillable(&self) -> Pieces {
        match self {
            Self::Absent => Pieces::ZERO,
            Self::Item(item) => item.level.fillable(),
        }
    }
}

impl StockItem {
    /// What a reservation may be granted.
    pub fn availability(&self) -> Availability {
        let available = self.level.available();
        let room = Pieces::MAX.saturating_sub(self.level.reserved).saturating_sub(available);
        Availability { available, backorder_max: if self.allows_backorder { room } else { Pieces::ZERO } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Decider;

    #[test]
    fn a_state_with_the_longest_names_is_within_its_bound() {
        let item = StockItem {
            tenant: TenantId::try_new("t".repeat(63)).unwrap(),
            location: LocationId::try_new("l".repeat(32)).unwrap(),
            sku: Sku::try_new("S".repeat(64)).unwrap(),
            level: StockLevel::default(),
            allows_backorder: true,
        };
        let names = item.tenant.as_str().len() + item.location.as_str().len() + item.sku.as_str().len();
        let bytes = size_of::<StockState>() + names;
        assert!(bytes <= Stock::STATE_BYTES_MAX.unwrap(), "{bytes} bytes");
    }
}
