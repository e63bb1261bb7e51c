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

use super::screening::Signals;

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
    /// How far the goods go, in metres; `None` where it is not known of both ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metres: Option<u32>,
    /// Orders that stock is reserved for there and that have not left.
    pub open: u32,
    /// Most of them at once; `None` where there is no limit.
    pub open_max: Option<u32>,
    pub cost: u32,
}

impl LocationFacts {
    /// What is known of a location at a moment for an order, of which `signals` tell where it goes; the location has `open` orders. `None`
    /// where this release cannot read what was published of it.
    ///
    /// An order whose country is not known goes wherever a location sends, and one whose postal code is not known to all of its zones'
    /// areas in that country.
    pub fn of(
        published: &ContractLocationDetails,
        (is_paused, open): (bool, u32),
        signals: &Signals,
        now: Timestamp,
    ) -> Option<Self> {
        let details: LocationDetails = serde_json::from_value(serde_json::to_value(published).ok()?).ok()?;
        let area = signals.shipping_area.as_deref();
        let postal_area = area.and_then(|area| area.postal_prefix.as_ref());
        let reach = |to: CountryCode| match (details.serves(to, postal_area), details.country == to) {
            (false, _) => Reach::OutOfZone,
            (true, true) => Reach::Home,
            (true, false) => Reach::Abroad,
        };
        Some(Self {
            kind: details.kind,
            is_paused,
            is_open: details.is_open(now),
            reach: signals.shipping_country.map_or(Reach::Home, reach),
            metres: area.and_then(|area| area.near).zip(details.coordinates).map(|(to, from)| from.metres_to(to)),
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

/// Metres that make no difference: where goods go is not known more exactly.
const EQUALLY_NEAR_M: u32 = 10_000;

/// Most locations that are looked at for a split, the best first, so that all sets of them can be tried.
const SPLIT_AMONG_MAX: usize = 12;

/// Chooses for some lines among candidates, which are given in the order of preference. `is_tried` says of which it is known that they
/// do not send them.
///
/// Of those that nothing stands in the way of and that have everything, one in the country is chosen, then the nearest, then one that works
/// now, then the cheapest, then the first. Those that are equally far by tens of kilometres are equally near. Where none has everything,
/// the lines are split among as few as possible, at most `parcels_max`; of several sets of that many, the one with the best in it, then the
/// second best, and so on.
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

    /// The less, the better. One that was not registered is as far as one abroad, and one whose distance is not known farther than any.
    fn rank(&self) -> (Reach, u32, bool, u32) {
        let unknown = (Reach::Abroad, u32::MAX, false, 0);
        let tens = |metres: Option<u32>| metres.map_or(u32::MAX, |metres| metres / EQUALLY_NEAR_M);
        self.facts.as_ref().map_or(unknown, |facts| (facts.reach, tens(facts.metres), !facts.is_open, facts.cost))
    }
}

#[cfg(test)]
mod tests;
