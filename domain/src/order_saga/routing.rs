//! Which locations send an order: a pure rule over what is recorded of each.
//!
//! Guarantees: an order goes whole to one location where one has everything, and else to as few as possible; all lines of a SKU go to the
//! same one; what stands in a location's way is named; the same facts give the same locations. Does not: promise stock or time. The
//! reservation and the location do, and what they refuse is routed again.

use serde::{Deserialize, Serialize};

use crate::location::contract::ContractLocationDetails;
use crate::location::{LocationDetails, LocationKind};
use crate::reservation::RequestedLine;
use crate::{CountryCode, LocationId, Sku, Timestamp};

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
    /// The SKUs of which it neither has all that the order needs nor may promise it.
    pub lacks: Vec<Sku>,
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
    /// `None` for those that were chosen.
    pub left_out: Option<LeftOut>,
}

/// What one location sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutedShare {
    pub location: LocationId,
    pub lines: Vec<RequestedLine>,
}

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Routed {
    /// Empty where the lines cannot be sent.
    pub(super) shares: Vec<RoutedShare>,
    pub(super) candidates: Vec<Considered>,
}

/// Most locations that are looked at for a split, the best first, so that all sets of them can be tried.
const SPLIT_AMONG_MAX: usize = 12;

/// Chooses for some lines among candidates, which are given in the order of preference. `is_tried` says of which it is known that they
/// do not send them.
///
/// Of those that nothing stands in the way of and that have everything, the nearest is chosen, then one that works now, then the cheapest,
/// then the first. Where none has everything, the lines are split among as few as possible, at most `parcels_max`; of several sets of that
/// many, the one with the best in it, then the second best, and so on.
pub(super) fn route(
    lines: &[RequestedLine],
    parcels_max: usize,
    candidates: &[Candidate],
    is_tried: impl Fn(&LocationId) -> bool,
) -> Routed {
    let obstacles: Vec<_> = candidates
        .iter()
        .map(|one| if is_tried(&one.location) { Some(LeftOut::Tried) } else { one.obstacle() })
        .collect();
    let has = |place: usize, sku: &Sku| !candidates[place].lacks.contains(sku);
    let mut able: Vec<usize> = (0..candidates.len())
        .filter(|place| obstacles[*place].is_none() && lines.iter().any(|line| has(*place, &line.sku)))
        .collect();
    able.sort_by_key(|place| (candidates[*place].rank(), *place));
    let covers = |set: &[usize]| lines.iter().all(|line| set.iter().any(|place| has(*place, &line.sku)));
    let alone = able.iter().find(|place| covers(&[**place])).map(|place| vec![*place]);
    able.truncate(SPLIT_AMONG_MAX);
    let chosen = alone.or_else(|| (2..=parcels_max.min(able.len())).find_map(|count| first_set(&able, count, &covers)));
    let chosen = chosen.unwrap_or_default();
    let sender = |line: &&RequestedLine| chosen.iter().copied().find(|place| has(*place, &line.sku));
    let share = |place: &usize| RoutedShare {
        location: candidates[*place].location.clone(),
        lines: lines.iter().filter(|line| sender(line) == Some(*place)).cloned().collect(),
    };
    let left_out = |place: usize| match obstacles[place] {
        _ if chosen.contains(&place) => None,
        Some(obstacle) => Some(obstacle),
        None if covers(&[place]) => Some(LeftOut::Worse),
        None => Some(LeftOut::NoStock),
    };
    let considered = candidates
        .iter()
        .enumerate()
        .map(|(place, one)| Considered { candidate: one.clone(), left_out: left_out(place) });
    Routed { shares: chosen.iter().map(share).collect(), candidates: considered.collect() }
}

/// The first set of so many places that covers the lines, in the order of the places.
fn first_set(places: &[usize], count: usize, covers: &impl Fn(&[usize]) -> bool) -> Option<Vec<usize>> {
    fn extend(
        places: &[usize],
        count: usize,
        chosen: &mut Vec<usize>,
        covers: &impl Fn(&[usize]) -> bool,
    ) -> Option<Vec<usize>> {
        if count == 0 {
            return covers(chosen).then(|| chosen.clone());
        }
        for (number, place) in places.iter().enumerate() {
            chosen.push(*place);
            if let Some(set) = extend(&places[number + 1..], count - 1, chosen, covers) {
                return Some(set);
            }
            chosen.pop();
        }
        None
    }
    extend(places, count, &mut Vec::with_capacity(count), covers)
}

impl Candidate {
    /// What stands in its way whatever it has, the reason that lasts longest first.
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
    use crate::Quantity;

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

    fn sku(code: &str) -> Sku {
        Sku::try_new(code).unwrap()
    }

    /// Three lines of two SKUs.
    fn lines() -> Vec<RequestedLine> {
        let line = |code: &str| RequestedLine { sku: sku(code), quantity: Quantity::try_new(1).unwrap() };
        vec![line("cup"), line("plate"), line("cup")]
    }

    fn lacking(code: &str, facts: Option<LocationFacts>, lacks: &[&str]) -> Candidate {
        let lacks = lacks.iter().map(|code| sku(code)).collect();
        Candidate { location: LocationId::try_new(code).unwrap(), facts, lacks }
    }

    fn candidate(code: &str, facts: Option<LocationFacts>, has_stock: bool) -> Candidate {
        lacking(code, facts, if has_stock { &[] } else { &["cup", "plate"] })
    }

    fn verdicts(candidates: &[Candidate]) -> Vec<Option<LeftOut>> {
        route(&lines(), 1, candidates, |_| false).candidates.into_iter().map(|one| one.left_out).collect()
    }

    /// What each location sends, by the SKUs of its lines.
    fn sent(parcels_max: usize, candidates: &[Candidate]) -> Vec<(String, Vec<String>)> {
        let routed = route(&lines(), parcels_max, candidates, |location| location.as_str() == "tried");
        let skus = |share: &RoutedShare| share.lines.iter().map(|line| line.sku.to_string()).collect();
        routed.shares.iter().map(|share| (share.location.to_string(), skus(share))).collect()
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
        let considered = route(&lines(), 1, &[first, second], |location| location.as_str() == "a").candidates;
        assert_eq!(considered.iter().map(|one| one.left_out).collect::<Vec<_>>(), [Some(LeftOut::Tried), None]);
    }

    #[test]
    fn an_order_is_split_only_where_it_may_be_and_no_location_has_everything() {
        let (cups, plates) = (lacking("c", None, &["plate"]), lacking("p", None, &["cup"]));
        assert_eq!(sent(1, &[cups.clone(), plates.clone()]), []);
        let parcel = |location: &str, skus: &[&str]| {
            (location.to_owned(), skus.iter().map(|sku| (*sku).to_owned()).collect::<Vec<_>>())
        };
        let split = [parcel("c", &["cup", "cup"]), parcel("p", &["plate"])];
        assert_eq!(sent(2, &[cups.clone(), plates.clone()]), split);
        let all = candidate("all", Some(LocationFacts { cost: 99, ..facts() }), true);
        assert_eq!(sent(2, &[cups.clone(), plates.clone(), all]), [parcel("all", &["cup", "plate", "cup"])]);
        let tried = lacking("tried", Some(facts()), &["cup"]);
        let near = lacking("n", Some(facts()), &["cup"]);
        let better = [parcel("n", &["plate"]), parcel("c", &["cup", "cup"])];
        assert_eq!(sent(3, &[cups, plates, tried, near]), better, "the nearer one, and no third");
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
        let lacks = prop::sample::subsequence(vec!["cup", "plate"], 0..=2);
        (code, prop::option::of(facts), lacks).prop_map(|(code, facts, lacks)| lacking(code, facts, &lacks))
    }

    /// Whether nothing but its stock stands in a candidate's way.
    fn sends(one: &Candidate) -> bool {
        let can = |facts: &LocationFacts| {
            let has_room = facts.open_max.is_none_or(|max| facts.open < max);
            let works = facts.is_open || facts.kind == LocationKind::Warehouse;
            !facts.is_paused && facts.reach != Reach::OutOfZone && has_room && works
        };
        one.location.as_str() != "c" && one.facts.as_ref().is_none_or(can)
    }

    proptest! {
        #[test]
        fn all_is_sent_by_as_few_as_can_and_every_other_has_a_reason(
            candidates in prop::collection::vec(any_candidate(), 0..6),
            parcels_max in 1_usize..4,
        ) {
            let Routed { shares, candidates: considered } =
                route(&lines(), parcels_max, &candidates, |location| location.as_str() == "c");
            let given: Vec<_> = considered.iter().map(|one| one.candidate.clone()).collect();
            prop_assert_eq!(&given, &candidates);
            let able: Vec<_> = candidates.iter().filter(|one| sends(one)).collect();
            let has = |one: &&&Candidate, code: &str| !one.lacks.contains(&sku(code));
            let fewest = if able.iter().any(|one| one.lacks.is_empty()) {
                1
            } else if able.iter().any(|one| has(&one, "cup")) && able.iter().any(|one| has(&one, "plate")) {
                2
            } else {
                usize::MAX
            };
            prop_assert_eq!(shares.len(), if fewest <= parcels_max { fewest } else { 0 });
            let chosen: Vec<_> = considered.iter().filter(|one| one.left_out.is_none()).collect();
            prop_assert_eq!(chosen.len(), shares.len());
            prop_assert!(chosen.iter().all(|one| sends(&one.candidate)));
            let mut left: Vec<_> = lines();
            for line in shares.iter().flat_map(|share| &share.lines) {
                let place = left.iter().position(|one| one == line);
                left.remove(place.expect("nothing is sent twice"));
            }
            prop_assert!(shares.is_empty() || left.is_empty());
            for share in &shares {
                prop_assert!(!share.lines.is_empty());
                let able_to = |one: &&&Considered| {
                    one.candidate.location == share.location
                        && share.lines.iter().all(|line| !one.candidate.lacks.contains(&line.sku))
                };
                prop_assert!(chosen.iter().any(|one| able_to(&one)));
            }
        }
    }
}
