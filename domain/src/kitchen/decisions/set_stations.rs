use std::collections::BTreeSet;

use crate::decision::Decision;
use crate::{LocationId, Scope, TenantId, Timestamp};

use super::super::{
    CAPACITY_MAX, Kitchen, KitchenDetails, KitchenEvent, KitchenRejection, KitchenState, KitchenStation, STATIONS_MAX,
    StationsSet,
};
use super::{OF_STAFF, kitchen_of};

/// Say which stations a kitchen has. The first time makes the location one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetStations {
    pub tenant: TenantId,
    pub location: LocationId,
    pub stations: Vec<KitchenStation>,
    pub at: Timestamp,
}

impl Decision<Kitchen> for SetStations {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &KitchenState) -> Result<Vec<KitchenEvent>, KitchenRejection> {
        let Self { tenant, location, stations, at } = self;
        let names: BTreeSet<_> = stations.iter().map(|station| &station.name).collect();
        if names.len() != stations.len() || !(1..=STATIONS_MAX).contains(&stations.len()) {
            return Err(KitchenRejection::Stations);
        }
        if stations.iter().any(|station| !(1..=CAPACITY_MAX).contains(&station.capacity)) {
            return Err(KitchenRejection::Capacity);
        }
        if !matches!(state, KitchenState::Absent) {
            let kitchen = kitchen_of(state, &tenant)?;
            may_change(kitchen, &stations)?;
            let is_same = kitchen.stations.len() == stations.len()
                && stations.iter().all(|station| kitchen.stations.get(&station.name) == Some(&station.capacity));
            if is_same {
                return Ok(vec![]);
            }
        }
        Ok(vec![KitchenEvent::StationsSet(StationsSet { tenant, location, stations, at })])
    }
}

/// Whether all that is needed of the kitchen's stations stays.
fn may_change(kitchen: &KitchenDetails, stations: &[KitchenStation]) -> Result<(), KitchenRejection> {
    let of_menu = kitchen.menu.values().map(|dish| &dish.station);
    let of_tickets = kitchen.tickets.values().flat_map(|open| &open.items).map(|item| &item.item.station);
    for needed in of_menu.chain(of_tickets) {
        let capacity = stations.iter().find(|station| station.name == *needed).map(|station| station.capacity);
        let in_hand = kitchen.in_hand_at(needed);
        if capacity.is_none_or(|capacity| usize::try_from(capacity).is_ok_and(|capacity| capacity < in_hand)) {
            return Err(KitchenRejection::StationInUse(needed.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    fn set(stations: &[(&str, u32)]) -> super::super::KitchenCommand {
        SetStations { tenant: tenant(), location: location(), stations: station_list(stations), at: now() }.into()
    }

    #[test]
    fn a_location_becomes_a_kitchen_and_its_stations_change() {
        given([]).when(set(&[("stove", 2)])).then([stations(&[("stove", 2)])]);
        given(set_up()).when(set(&[("stove", 2), ("oven", 1)])).then_nothing();
        given(set_up()).when(set(&[("oven", 1), ("stove", 4), ("bar", 1)])).then([stations(&[
            ("oven", 1),
            ("stove", 4),
            ("bar", 1),
        ])]);
    }

    #[test]
    fn what_is_needed_stays() {
        let oven = KitchenRejection::StationInUse(station("oven"));
        given(set_up()).when(set(&[("stove", 2)])).then_rejected(oven);
        let busy =
            [queued(1, &["soup"], 600), queued(2, &["soup"], 600), begun(1, 1, "stove", 9), begun(2, 1, "stove", 9)];
        let history = [set_up(), busy.to_vec()].concat();
        let stove = KitchenRejection::StationInUse(station("stove"));
        given(history).when(set(&[("stove", 1), ("oven", 1)])).then_rejected(stove);
    }

    #[test]
    fn stations_are_named_once_and_have_room() {
        given([]).when(set(&[])).then_rejected(KitchenRejection::Stations);
        given([]).when(set(&[("a", 1), ("a", 2)])).then_rejected(KitchenRejection::Stations);
        given([]).when(set(&[("a", 0)])).then_rejected(KitchenRejection::Capacity);
        let rival =
            SetStations { tenant: rival(), location: location(), stations: station_list(&[("a", 1)]), at: now() };
        given(set_up()).when(rival.into()).then_rejected(KitchenRejection::OtherTenant);
    }
}
