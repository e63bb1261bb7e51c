//! Which location sends an order: a pure rule over what is recorded of each.
//!
//! Guarantees: an order goes whole to one location, so that it has no splits; what stands in a location's way is named; the same facts
//! give the same location. Does not: promise stock or time. The reservation and the location do, and what they refuse is routed again.

use serde::{Deserialize, Serialize};

use crate::location::contract::ContractLocationDetails;
use crate::location::{LocationDetails, LocationKind};
use crate::{CountryCode, LocationId, Timestamp};

/// How well a location's zones fit where the order goes, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reach {
    /// It is in the country that the order goes to, and serves it.
    Home,
    /// It serves the country that the order goes to from another one.
    Abroad,
    /// It does not send there.
    OutOfZone,
}

/// What is known of a location that was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationFacts {
    pub kind: LocationKind,
    pub is_paused: bool,
    /// Whether it works at the moment, by its hours.
    pub is_open: bool,
    pub reach: Reach,
    /// Orders that stock is reserved for there and that have not left.
    pub open: u32,
    /// Most of them at once; `None` where there is no limit.
    pub open_max: Option<u32>,
    pub cost: u32,
}

impl LocationFacts {
    /// What is known of a location at a moment for an order that goes to a country, which has `open` orders. `None` where this release
    /// cannot read what was published of it.
    ///
    /// An order whose country is not known goes wherever a location sends.
    pub fn of(
        published: &ContractLocationDetails,
        (is_paused, open): (bool, u32),
        to: Option<CountryCode>,
        now: Timestamp,
    ) -> Option<Self> {
        let details: LocationDetails = serde_json::from_value(serde_json::to_value(published).ok()?).ok()?;
        let reach = |to: CountryCode| match (details.serves(to, None), details.country == to) {
            (false, _) => Reach::OutOfZone,
            (true, true) => Reach::Home,
            (true, false) => Reach::Abroad,
        };
        Some(Self {
            kind: details.kind,
            is_paused,
            is_open: details.is_open(now),
            reach: to.map_or(Reach::Home, reach),
            open,
            open_max: details.open_max,
            cost: details.cost,
        })
    }

    /// Whether the location prepares what is ordered.
    pub const fn is_kitchen(&self) -> bool {
        matches!(self.kind, LocationKind::Kitchen)
    }
}

/// A location that an order may be sent from, with what was known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub location: LocationId,
    /// `None` for one that was not registered: it has no limits.
    pub facts: Option<LocationFacts>,
    /// Whether it has all that the order needs, or may promise it.
    pub has_stock: bool,
}

/// Why a location does not send an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LeftOut {
    /// It was asked and has refused, or has rejected the order.
    Tried,
    /// It is given no orders at the moment.
    Paused,
    /// It does not send there.
    OutOfZone,
    /// It is a kitchen that does not work at the moment.
    Closed,
    /// It has as many orders as it takes at once.
    Full,
    /// It lacks something that the order needs.
    NoStock,
    /// It could send the order, and another one is better.
    Worse,
}

/// A candidate with the rule's word on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    #[serde(flatten)]
    pub candidate: Candidate,
    /// `None` for the one that was chosen.
    pub left_out: Option<LeftOut>,
}

/// Chooses among candidates, which are given in the order of preference. `is_tried` says of which it is known that they do not send it.
///
/// Of those that nothing stands in the way of, the nearest is chosen, then one that works now, then the cheapest, then the first.
pub fn route(candidates: &[Candidate], is_tried: impl Fn(&LocationId) -> bool) -> Vec<Considered> {
    let obstacles: Vec<_> = candidates
        .iter()
        .map(|one| if is_tried(&one.location) { Some(LeftOut::Tried) } else { one.obstacle() })
        .collect();
    let able = obstacles.iter().enumerate().filter(|(_, obstacle)| obstacle.is_none()).map(|(place, _)| place);
    let chosen = able.min_by_key(|place| (candidates[*place].rank(), *place));
    let considered = candidates.iter().zip(obstacles).enumerate().map(|(place, (candidate, obstacle))| Considered {
        candidate: candidate.clone(),
        left_out: obstacle.or((chosen != Some(place)).then_some(LeftOut::Worse)),
    });
    considered.collect()
}

impl Candidate {
    /// What stands in its way, the reason that lasts longest first.
    fn obstacle(&self) -> Option<LeftOut> {
        let facts = self.facts.as_ref();
        let is = |holds: fn(&LocationFacts) -> bool| facts.is_some_and(holds);
        if is(|facts| facts.is_paused) {
            Some(LeftOut::Paused)
        } else if is(|facts| facts.reach == Reach::OutOfZone) {
            Some(LeftOut::OutOfZone)
        } else if is(|facts| facts.kind == LocationKind::Kitchen && !facts.is_open) {
            Some(LeftOut::Closed)
        } else if is(|facts| facts.open_max.is_some_and(|max| facts.open >= max)) {
            Some(LeftOut::Full)
        } else if !self.has_stock {
            Some(LeftOut::NoStock)
        } else {
            None
        }
    }

    /// The less, the better. One that was not registered is as far as one abroad.
    fn rank(&self) -> (Reach, bool, u32) {
        let unknown = (Reach::Abroad, false, 0);
        self.facts.as_ref().map_or(unknown, |facts| (facts.reach, !facts.is_open, facts.cost))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn facts() -> LocationFacts {
        LocationFacts {
            kind: LocationKind::Warehouse,
            is_paused: false,
            is_open: true,
            reach: Reach::Home,
            open: 0,
            open_max: None,
            cost: 10,
        }
    }

    #[test]
    fn facts_follow_from_what_is_published() {
        let zones =
            serde_json::json!([{"country": "CH", "postal_prefixes": ["80"]}, {"country": "LI", "postal_prefixes": []}]);
        let spans = serde_json::json!([{"day": "MONDAY", "opens": 480, "closes": 1020}]);
        let published = |kind: &str| -> ContractLocationDetails {
            serde_json::from_value(
                serde_json::json!({"name": "Zürich", "kind": kind, "country": "CH", "coordinates": null,
                "zones": zones, "hours": {"time_zone": "Europe/Zurich", "spans": spans}, "open_max": 5, "cost": 3}),
            )
            .unwrap()
        };
        // A Monday in summer.
        let at = |text: &str| Timestamp::try_new(text).unwrap();
        let of = |to: &str, now: &str| {
            let to = Some(CountryCode::try_new(to).unwrap());
            LocationFacts::of(&published("KITCHEN"), (false, 2), to, at(now)).unwrap()
        };
        let home = of("CH", "2026-06-01T06:00:00Z");
        assert_eq!((home.reach, home.is_open, home.open, home.open_max), (Reach::Home, true, 2, Some(5)));
        assert!(home.is_kitchen() && !of("CH", "2026-06-01T05:00:00Z").is_open);
        assert_eq!(of("LI", "2026-06-01T06:00:00Z").reach, Reach::Abroad);
        assert_eq!(of("DE", "2026-06-01T06:00:00Z").reach, Reach::OutOfZone);
        assert_eq!(LocationFacts::of(&published("DEPOT"), (false, 0), None, Timestamp::EPOCH), None);
    }

    fn candidate(code: &str, facts: Option<LocationFacts>, has_stock: bool) -> Candidate {
        Candidate { location: LocationId::try_new(code).unwrap(), facts, has_stock }
    }

    fn verdicts(candidates: &[Candidate]) -> Vec<Option<LeftOut>> {
        route(candidates, |_| false).into_iter().map(|one| one.left_out).collect()
    }

    #[test]
    fn the_nearest_that_works_and_costs_least_is_chosen_and_then_the_first() {
        let abroad = candidate("a", Some(LocationFacts { reach: Reach::Abroad, cost: 0, ..facts() }), true);
        let closed = candidate("b", Some(LocationFacts { is_open: false, cost: 0, ..facts() }), true);
        let dear = candidate("c", Some(LocationFacts { cost: 11, ..facts() }), true);
        let (first, second) = (candidate("d", Some(facts()), true), candidate("e", Some(facts()), true));
        let worse = Some(LeftOut::Worse);
        assert_eq!(
            verdicts(&[abroad.clone(), closed.clone(), dear.clone(), first, second]),
            [worse, worse, worse, None, worse]
        );
        assert_eq!(verdicts(&[abroad.clone(), closed.clone(), dear]), [worse, worse, None]);
        assert_eq!(verdicts(&[abroad, closed]), [worse, None], "a warehouse that is closed sends when it opens");
    }

    #[test]
    fn what_stands_in_the_way_is_named() {
        let with = |change: fn(&mut LocationFacts)| {
            let mut facts = facts();
            change(&mut facts);
            candidate("a", Some(facts), true)
        };
        let kitchen = with(|facts| (facts.kind, facts.is_open) = (LocationKind::Kitchen, false));
        let full = with(|facts| (facts.open, facts.open_max) = (3, Some(3)));
        let all = [
            with(|facts| facts.is_paused = true),
            with(|facts| facts.reach = Reach::OutOfZone),
            kitchen,
            full,
            candidate("a", Some(facts()), false),
            candidate("a", None, false),
        ];
        let reasons = [LeftOut::Paused, LeftOut::OutOfZone, LeftOut::Closed, LeftOut::Full, LeftOut::NoStock];
        let reasons: Vec<_> = reasons.into_iter().chain([LeftOut::NoStock]).map(Some).collect();
        assert_eq!(verdicts(&all), reasons);
    }

    #[test]
    fn locations_that_nobody_registered_follow_in_the_order_of_the_policy() {
        let (first, second) = (candidate("a", None, true), candidate("b", None, true));
        assert_eq!(verdicts(&[first.clone(), second.clone()]), [None, Some(LeftOut::Worse)]);
        let considered = route(&[first, second], |location| location.as_str() == "a");
        assert_eq!(considered.iter().map(|one| one.left_out).collect::<Vec<_>>(), [Some(LeftOut::Tried), None]);
    }

    fn any_candidate() -> impl Strategy<Value = Candidate> {
        let reach = prop::sample::select(vec![Reach::Home, Reach::Abroad, Reach::OutOfZone]);
        let kind = prop::sample::select(vec![LocationKind::Warehouse, LocationKind::Kitchen]);
        let facts = (kind, any::<(bool, bool)>(), reach, 0_u32..3, prop::option::of(1_u32..3), 0_u32..3).prop_map(
            |(kind, (is_paused, is_open), reach, open, open_max, cost)| LocationFacts {
                kind,
                is_paused,
                is_open,
                reach,
                open,
                open_max,
                cost,
            },
        );
        let code = prop::sample::select(vec!["a", "b", "c"]);
        (code, prop::option::of(facts), any::<bool>()).prop_map(|(code, facts, has)| candidate(code, facts, has))
    }

    proptest! {
        #[test]
        fn one_is_chosen_where_one_can_send_and_every_other_has_a_reason(
            candidates in prop::collection::vec(any_candidate(), 0..6),
        ) {
            let considered = route(&candidates, |location| location.as_str() == "c");
            let given: Vec<_> = considered.iter().map(|one| one.candidate.clone()).collect();
            prop_assert_eq!(&given, &candidates);
            let chosen: Vec<_> = considered.iter().filter(|one| one.left_out.is_none()).collect();
            let could = |one: &&Considered| one.left_out.is_none() || one.left_out == Some(LeftOut::Worse);
            prop_assert_eq!(chosen.len(), usize::from(considered.iter().any(|one| could(&one))));
            for one in considered.iter().filter(could) {
                prop_assert!(one.candidate.has_stock && one.candidate.location.as_str() != "c");
                let sends = |facts: &LocationFacts| {
                    let has_room = facts.open_max.is_none_or(|max| facts.open < max);
                    let works = facts.is_open || facts.kind == LocationKind::Warehouse;
                    !facts.is_paused && facts.reach != Reach::OutOfZone && has_room && works
                };
                prop_assert!(one.candidate.facts.as_ref().is_none_or(sends));
            }
        }
    }
}
