use crate::decision::Decision;
use crate::{Scope, TenantId, Timestamp};

use super::super::{
    COURSE_MAX, Kitchen, KitchenEvent, KitchenRejection, KitchenState, MENU_MAX, MenuItem, MenuItemSet,
    PREPARATION_S_MAX,
};
use super::{OF_STAFF, kitchen_of};

/// Put a SKU on the menu, or change how it is made. Tickets that are there already keep to what they were taken with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetMenuItem {
    pub tenant: TenantId,
    pub item: MenuItem,
    pub at: Timestamp,
}

impl Decision<Kitchen> for SetMenuItem {
    fn scopes(&self) -> &'static [Scope] {
        OF_STAFF
    }

    fn decide(self, state: &KitchenState) -> Result<Vec<KitchenEvent>, KitchenRejection> {
        let Self { tenant, item, at } = self;
        let MenuItem { sku, station, course, preparation_s } = item;
        let kitchen = kitchen_of(state, &tenant)?;
        if !(1..=COURSE_MAX).contains(&course) {
            return Err(KitchenRejection::Course);
        }
        if !(1..=PREPARATION_S_MAX).contains(&preparation_s) {
            return Err(KitchenRejection::Preparation);
        }
        if !kitchen.stations.contains_key(&station) {
            return Err(KitchenRejection::UnknownStation(station));
        }
        match kitchen.menu.get(&sku) {
            None if kitchen.menu.len() >= MENU_MAX => return Err(KitchenRejection::MenuFull),
            Some(dish) if dish.station == station && dish.course == course && dish.preparation_s == preparation_s => {
                return Ok(vec![]);
            }
            Some(_) | None => {}
        }
        let location = kitchen.location.clone();
        Ok(vec![KitchenEvent::MenuItemSet(MenuItemSet { location, sku, station, course, preparation_s, at })])
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::*;

    fn set(sku_name: &str, station_name: &str, course: u32, preparation_s: u32) -> super::super::KitchenCommand {
        let item = MenuItem { sku: sku(sku_name), station: station(station_name), course, preparation_s };
        SetMenuItem { tenant: tenant(), item, at: now() }.into()
    }

    #[test]
    fn the_menu_has_it_until_it_is_made_otherwise() {
        let opened = || [stations(&[("stove", 2), ("oven", 1)])];
        given(opened()).when(set("soup", "stove", 1, 240)).then([on_menu("soup", "stove", 1, 240)]);
        given(set_up()).when(set("soup", "stove", 1, 240)).then_nothing();
        given(set_up()).when(set("soup", "oven", 2, 300)).then([on_menu("soup", "oven", 2, 300)]);
    }

    #[test]
    fn it_is_made_at_a_station_of_the_kitchen_in_a_time_and_a_course_that_can_be() {
        let grill = KitchenRejection::UnknownStation(station("grill"));
        given(set_up()).when(set("soup", "grill", 1, 240)).then_rejected(grill);
        given(set_up()).when(set("soup", "stove", 0, 240)).then_rejected(KitchenRejection::Course);
        given(set_up()).when(set("soup", "stove", 1, 0)).then_rejected(KitchenRejection::Preparation);
        given([]).when(set("soup", "stove", 1, 1)).then_rejected(KitchenRejection::NotFound);
    }
}
