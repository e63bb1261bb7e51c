//! How locations were chosen, as their endpoint shows it.

use domain::Timestamp;
use domain::order_saga::{Considered, LeftOut, LocationFacts, Reach, RequestedLine, Route, RoutedShare};
use serde::Serialize;
use utoipa::ToSchema;

/// A comparison of locations.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RouteView {
    /// What each chosen location sends: several where the order was split, none where no location could send it.
    pub shares: Vec<RoutedShareView>,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// All locations of the policy, in its order.
    pub candidates: Vec<CandidateView>,
}

/// What one location sends.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RoutedShareView {
    pub location: String,
    pub lines: Vec<RoutedLineView>,
}

/// Pieces of one product.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RoutedLineView {
    pub sku: String,
    pub quantity: u32,
}

/// A location with what was known of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CandidateView {
    pub location: String,
    /// Why it does not send the order; absent for those that were chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOutName>,
    /// The SKUs of which it neither had all that the order needs nor could promise it.
    pub lacks: Vec<String>,
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
    /// How far the goods go, in metres, to a place near the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metres: Option<u32>,
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
            shares: route.shares.iter().map(RoutedShareView::of).collect(),
            at: route.at,
            candidates: route.candidates.iter().map(CandidateView::of).collect(),
        }
    }
}

impl RoutedShareView {
    pub(super) fn of(share: &RoutedShare) -> Self {
        let line = |line: &RequestedLine| RoutedLineView { sku: line.sku.to_string(), quantity: line.quantity.get() };
        Self { location: share.location.to_string(), lines: share.lines.iter().map(line).collect() }
    }
}

impl CandidateView {
    fn of(considered: &Considered) -> Self {
        let Considered { candidate, left_out } = considered;
        Self {
            location: candidate.location.to_string(),
            left_out: left_out.map(LeftOutName::of),
            lacks: candidate.lacks.iter().map(ToString::to_string).collect(),
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
            metres: facts.metres,
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
