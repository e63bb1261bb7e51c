//! How the location was chosen, as its endpoint shows it.

use domain::Timestamp;
use domain::order_saga::{Considered, LeftOut, LocationFacts, Reach, Route};
use serde::Serialize;
use utoipa::ToSchema;

/// A comparison of locations.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RouteView {
    /// The location that was chosen; absent where none could send the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// All locations of the policy, in its order.
    pub candidates: Vec<CandidateView>,
}

/// A location with what was known of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CandidateView {
    pub location: String,
    /// Why it does not send the order; absent for the one that was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOutName>,
    /// Whether it had all that the order needs, or may promise it.
    pub has_stock: bool,
    /// Absent for a location that was not registered, which has no limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts: Option<FactsView>,
}

/// What was known of a location that was registered.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FactsView {
    /// Whether it is a kitchen rather than a warehouse.
    pub kitchen: bool,
    pub paused: bool,
    /// Whether it worked at the moment, by its hours.
    pub works: bool,
    pub reach: ReachName,
    /// Orders that stock was reserved for there and that had not left.
    pub open: u32,
    /// Most of them at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_max: Option<u32>,
    pub cost: u32,
}

/// Why a location does not send an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LeftOutName {
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

/// How well a location's zones fit where an order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReachName {
    /// It is in the country that the order goes to.
    Home,
    /// It serves that country from another one.
    Abroad,
    /// It does not send there.
    OutOfZone,
}

impl RouteView {
    pub(super) fn of(route: &Route) -> Self {
        Self {
            location: route.location.as_ref().map(ToString::to_string),
            at: route.at,
            candidates: route.candidates.iter().map(CandidateView::of).collect(),
        }
    }
}

impl CandidateView {
    fn of(considered: &Considered) -> Self {
        let Considered { candidate, left_out } = considered;
        Self {
            location: candidate.location.to_string(),
            left_out: left_out.map(LeftOutName::of),
            has_stock: candidate.has_stock,
            facts: candidate.facts.as_ref().map(FactsView::of),
        }
    }
}

impl FactsView {
    const fn of(facts: &LocationFacts) -> Self {
        Self {
            kitchen: facts.is_kitchen(),
            paused: facts.is_paused,
            works: facts.is_open,
            reach: match facts.reach {
                Reach::Home => ReachName::Home,
                Reach::Abroad => ReachName::Abroad,
                Reach::OutOfZone => ReachName::OutOfZone,
            },
            open: facts.open,
            open_max: facts.open_max,
            cost: facts.cost,
        }
    }
}

impl LeftOutName {
    const fn of(reason: LeftOut) -> Self {
        match reason {
            LeftOut::Tried => Self::Tried,
            LeftOut::Paused => Self::Paused,
            LeftOut::OutOfZone => Self::OutOfZone,
            LeftOut::Closed => Self::Closed,
            LeftOut::Full => Self::Full,
            LeftOut::NoStock => Self::NoStock,
            LeftOut::Worse => Self::Worse,
        }
    }
}
