//! Filters and sorts as clients write them.

use async_graphql::{Enum, InputObject, Result};
use chrono::{DateTime, Utc};
use domain::Timestamp;
use read_models::Holds;
use read_models::query::{Comparison, Condition, Field, Sort, Value};

use super::given::Given;
use super::progress::{FulfilmentStatus, HoldKind, PaymentStatus};
use super::scalars::Long;
use super::states::{OrderKind, OrderState};
use crate::config::{CONDITIONS_MAX, LIST_MAX};
use crate::error::Code;

/// A filter of orders. An order must meet all given conditions.
#[derive(Debug, Clone, Default, InputObject)]
pub struct OrderWhere {
    /// The order meets all of these filters.
    #[graphql(name = "AND")]
    pub and: Given<Vec<Self>>,
    /// The order meets at least one of these filters.
    #[graphql(name = "OR")]
    pub or: Given<Vec<Self>>,
    /// The state of the order.
    pub state: Given<StateFilter>,
    /// Whether the order is a sale or a credit.
    pub kind: Given<KindFilter>,
    /// The order number.
    pub number: Given<StringFilter>,
    /// The customer's id.
    pub customer: Given<StringFilter>,
    /// The country that the order is shipped to, as an ISO 3166-1 alpha-2 code.
    pub country: Given<StringFilter>,
    /// The currency, as an ISO 4217 code.
    pub currency: Given<StringFilter>,
    /// The system that the order was imported from.
    pub source: Given<StringFilter>,
    /// The id of the order in the system that it was imported from.
    pub reference: Given<StringFilter>,
    /// Whether the order was imported.
    pub imported: Given<BooleanFilter>,
    /// When the order was placed.
    pub placed_at: Given<DateTimeFilter>,
    /// When the last event of the order was recorded.
    pub updated_at: Given<DateTimeFilter>,
    /// The total of the order in minor units, negative in a credit.
    pub total: Given<LongFilter>,
    /// How far the order is paid.
    pub payment_status: Given<PaymentStatusFilter>,
    /// How far the order is sent.
    pub fulfilment_status: Given<FulfilmentStatusFilter>,
    /// What holds the order.
    pub hold: Given<HoldFilter>,
    /// Whether anything holds the order.
    pub held: Given<BooleanFilter>,
}

/// A filter of a text. Texts are compared by code point. An absent text is unequal to any, and neither less nor
/// greater.
#[derive(Debug, Clone, Default, InputObject)]
pub struct StringFilter {
    /// The value is equal to this.
    pub eq: Given<String>,
    /// The value is not equal to this.
    pub ne: Given<String>,
    /// The value is one of these.
    #[graphql(name = "in")]
    pub one_of: Given<Vec<String>>,
    /// The value is less than this.
    pub lt: Given<String>,
    /// The value is less than or equal to this.
    pub lte: Given<String>,
    /// The value is greater than this.
    pub gt: Given<String>,
    /// The value is greater than or equal to this.
    pub gte: Given<String>,
    /// Whether the value is absent.
    pub is_null: Given<bool>,
}

/// A filter of the state.
#[derive(Debug, Clone, Default, InputObject)]
pub struct StateFilter {
    /// The value is equal to this.
    pub eq: Given<OrderState>,
    /// The value is not equal to this.
    pub ne: Given<OrderState>,
    /// The value is one of these.
    #[graphql(name = "in")]
    pub one_of: Given<Vec<OrderState>>,
}

/// A filter of how far an order is paid.
#[derive(Debug, Clone, Default, InputObject)]
pub struct PaymentStatusFilter {
    /// The value is equal to this.
    pub eq: Given<PaymentStatus>,
    /// The value is one of these.
    #[graphql(name = "in")]
    pub one_of: Given<Vec<PaymentStatus>>,
}

/// A filter of how far an order is sent.
#[derive(Debug, Clone, Default, InputObject)]
pub struct FulfilmentStatusFilter {
    /// The value is equal to this.
    pub eq: Given<FulfilmentStatus>,
    /// The value is one of these.
    #[graphql(name = "in")]
    pub one_of: Given<Vec<FulfilmentStatus>>,
}

/// A filter of what holds an order.
#[derive(Debug, Clone, Default, InputObject)]
pub struct HoldFilter {
    /// A hold of this kind is among those of the order.
    pub eq: Given<HoldKind>,
    /// A hold of one of these kinds is among those of the order.
    #[graphql(name = "in")]
    pub one_of: Given<Vec<HoldKind>>,
}

/// A filter of the kind.
#[derive(Debug, Clone, Default, InputObject)]
pub struct KindFilter {
    /// The value is equal to this.
    pub eq: Given<OrderKind>,
}

/// A filter of a boolean.
#[derive(Debug, Clone, Default, InputObject)]
pub struct BooleanFilter {
    /// The value is equal to this.
    pub eq: Given<bool>,
}

/// A filter of a point in time.
#[derive(Debug, Clone, Default, InputObject)]
pub struct DateTimeFilter {
    /// The value is equal to this.
    pub eq: Given<DateTime<Utc>>,
    /// The value is before this.
    pub lt: Given<DateTime<Utc>>,
    /// The value is before or at this.
    pub lte: Given<DateTime<Utc>>,
    /// The value is after this.
    pub gt: Given<DateTime<Utc>>,
    /// The value is at or after this.
    pub gte: Given<DateTime<Utc>>,
    /// Whether the value is absent.
    pub is_null: Given<bool>,
}

/// A filter of a whole number.
#[derive(Debug, Clone, Default, InputObject)]
pub struct LongFilter {
    /// The value is equal to this.
    pub eq: Given<Long>,
    /// The value is less than this.
    pub lt: Given<Long>,
    /// The value is less than or equal to this.
    pub lte: Given<Long>,
    /// The value is greater than this.
    pub gt: Given<Long>,
    /// The value is greater than or equal to this.
    pub gte: Given<Long>,
}

/// The sort order of orders. Ties are sorted by id. An absent value is the least.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Enum)]
pub enum OrderOrder {
    /// By time of placement, earliest first.
    PlacedAtAsc,
    /// By time of placement, latest first.
    #[default]
    PlacedAtDesc,
    /// By total in minor units, least first.
    TotalAsc,
    /// By total in minor units, greatest first.
    TotalDesc,
    /// By order number, ascending.
    NumberAsc,
    /// By order number, descending.
    NumberDesc,
    /// By time of the last change, earliest first.
    UpdatedAtAsc,
    /// By time of the last change, latest first.
    UpdatedAtDesc,
}

impl OrderOrder {
    /// The sort, and whether the greatest comes first.
    pub const fn sort(self) -> (Sort, bool) {
        match self {
            Self::PlacedAtAsc => (Sort::PlacedAt, false),
            Self::PlacedAtDesc => (Sort::PlacedAt, true),
            Self::TotalAsc => (Sort::Total, false),
            Self::TotalDesc => (Sort::Total, true),
            Self::NumberAsc => (Sort::Number, false),
            Self::NumberDesc => (Sort::Number, true),
            Self::UpdatedAtAsc => (Sort::UpdatedAt, false),
            Self::UpdatedAtDesc => (Sort::UpdatedAt, true),
        }
    }
}

/// The condition of a filter.
pub fn condition(filter: Option<OrderWhere>) -> Result<Condition> {
    let mut building = Building { left: CONDITIONS_MAX };
    building.all(filter.unwrap_or_default())
}

/// Counts conditions while it builds them.
struct Building {
    left: usize,
}

impl Building {
    fn all(&mut self, filter: OrderWhere) -> Result<Condition> {
        let mut parts = Vec::new();
        for part in filter.and.0.into_iter().flatten() {
            self.spend()?;
            parts.push(self.all(part)?);
        }
        if let Some(choices) = filter.or.0 {
            let choices = choices.into_iter().map(|choice| self.spend().and_then(|()| self.all(choice)));
            parts.push(Condition::Any(choices.collect::<Result<_>>()?));
        }
        self.states(&mut parts, filter.state.0, filter.kind.0)?;
        for (field, given) in [
            (Field::Number, filter.number),
            (Field::Customer, filter.customer),
            (Field::Country, filter.country),
            (Field::Currency, filter.currency),
            (Field::Source, filter.source),
            (Field::Reference, filter.reference),
        ] {
            self.text(&mut parts, field, given.0.unwrap_or_default())?;
        }
        if let Some(flag) = filter.imported.0.and_then(|filter| filter.eq.0) {
            self.spend()?;
            parts.push(Condition::Compare(Field::Imported, Comparison::Equal, Value::Flag(flag)));
        }
        self.moments(&mut parts, Field::PlacedAt, filter.placed_at.0.unwrap_or_default())?;
        self.moments(&mut parts, Field::UpdatedAt, filter.updated_at.0.unwrap_or_default())?;
        self.numbers(&mut parts, Field::Total, &filter.total.0.unwrap_or_default())?;
        self.statuses(&mut parts, filter.payment_status.0, filter.fulfilment_status.0)?;
        self.holds(&mut parts, filter.hold.0.unwrap_or_default())?;
        self.absence(&mut parts, Field::Holds, filter.held.0.and_then(|held| held.eq.0).map(|held| !held))?;
        Ok(Condition::All(parts))
    }

    fn spend(&mut self) -> Result<()> {
        self.left = self
            .left
            .checked_sub(1)
            .ok_or_else(|| Code::BadUserInput.error(format!("a filter has at most {CONDITIONS_MAX} conditions")))?;
        Ok(())
    }

    fn states(
        &mut self,
        parts: &mut Vec<Condition>,
        state: Option<StateFilter>,
        kind: Option<KindFilter>,
    ) -> Result<()> {
        let state = state.unwrap_or_default();
        let name = |state: OrderState| state.view().as_str().to_owned();
        let texts = StringFilter {
            eq: Given(state.eq.0.map(name)),
            ne: Given(state.ne.0.map(name)),
            one_of: Given(state.one_of.0.map(|states| states.into_iter().map(name).collect())),
            ..StringFilter::default()
        };
        self.text(parts, Field::State, texts)?;
        let eq = kind.and_then(|kind| kind.eq.0).map(|kind| kind.view().as_str().to_owned());
        self.text(parts, Field::Kind, StringFilter { eq: Given(eq), ..StringFilter::default() })
    }

    fn statuses(
        &mut self,
        parts: &mut Vec<Condition>,
        payment: Option<PaymentStatusFilter>,
        fulfilment: Option<FulfilmentStatusFilter>,
    ) -> Result<()> {
        let payment = payment.unwrap_or_default();
        let name = |status: PaymentStatus| domain::order::PaymentStatus::from(status).as_str().to_owned();
        let texts = StringFilter {
            eq: Given(payment.eq.0.map(name)),
            one_of: Given(payment.one_of.0.map(|statuses| statuses.into_iter().map(name).collect())),
            ..StringFilter::default()
        };
        self.text(parts, Field::PaymentStatus, texts)?;
        let fulfilment = fulfilment.unwrap_or_default();
        let name = |status: FulfilmentStatus| domain::order::FulfilmentStatus::from(status).as_str().to_owned();
        let texts = StringFilter {
            eq: Given(fulfilment.eq.0.map(name)),
            one_of: Given(fulfilment.one_of.0.map(|statuses| statuses.into_iter().map(name).collect())),
            ..StringFilter::default()
        };
        self.text(parts, Field::FulfilmentStatus, texts)
    }

    fn holds(&mut self, parts: &mut Vec<Condition>, filter: HoldFilter) -> Result<()> {
        let wanted = [filter.eq.0.map(|kind| vec![kind]), filter.one_of.0];
        for kinds in wanted.into_iter().flatten() {
            self.spend()?;
            let names: Vec<_> = kinds.into_iter().map(HoldKind::name).collect();
            parts.push(Condition::OneOf(Field::Holds, Holds::columns_with(&names)));
        }
        Ok(())
    }

    fn text(&mut self, parts: &mut Vec<Condition>, field: Field, filter: StringFilter) -> Result<()> {
        for (comparison, text) in [
            (Comparison::Equal, filter.eq.0),
            (Comparison::Unequal, filter.ne.0),
            (Comparison::Less, filter.lt.0),
            (Comparison::AtMost, filter.lte.0),
            (Comparison::Greater, filter.gt.0),
            (Comparison::AtLeast, filter.gte.0),
        ] {
            if let Some(text) = text {
                self.spend()?;
                parts.push(Condition::Compare(field, comparison, Value::Text(checked(text)?)));
            }
        }
        if let Some(texts) = filter.one_of.0 {
            self.spend()?;
            if texts.len() > LIST_MAX {
                return Err(Code::BadUserInput.error(format!("`in` takes at most {LIST_MAX} values")));
            }
            parts.push(Condition::OneOf(field, texts.into_iter().map(checked).collect::<Result<_>>()?));
        }
        self.absence(parts, field, filter.is_null.0)
    }

    fn absence(&mut self, parts: &mut Vec<Condition>, field: Field, absent: Option<bool>) -> Result<()> {
        if let Some(absent) = absent {
            self.spend()?;
            parts.push(Condition::Absent(field, absent));
        }
        Ok(())
    }

    fn moments(&mut self, parts: &mut Vec<Condition>, field: Field, filter: DateTimeFilter) -> Result<()> {
        for (comparison, moment) in [
            (Comparison::Equal, filter.eq.0),
            (Comparison::Less, filter.lt.0),
            (Comparison::AtMost, filter.lte.0),
            (Comparison::Greater, filter.gt.0),
            (Comparison::AtLeast, filter.gte.0),
        ] {
            if let Some(moment) = moment {
                self.spend()?;
                parts.push(Condition::Compare(field, comparison, Value::Moment(in_range(moment)?)));
            }
        }
        self.absence(parts, field, filter.is_null.0)
    }

    fn numbers(&mut self, parts: &mut Vec<Condition>, field: Field, filter: &LongFilter) -> Result<()> {
        for (comparison, number) in [
            (Comparison::Equal, filter.eq.0),
            (Comparison::Less, filter.lt.0),
            (Comparison::AtMost, filter.lte.0),
            (Comparison::Greater, filter.gt.0),
            (Comparison::AtLeast, filter.gte.0),
        ] {
            if let Some(Long(number)) = number {
                self.spend()?;
                parts.push(Condition::Compare(field, comparison, Value::Whole(number)));
            }
        }
        Ok(())
    }
}

/// Refuses NUL, which Postgres cannot store in text, so that no value could equal it.
pub fn checked(text: String) -> Result<String> {
    if text.contains('\0') { Err(Code::BadUserInput.error("a text holds NUL")) } else { Ok(text) }
}

/// A moment that Postgres can hold.
pub fn in_range(moment: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let moment = Timestamp::try_from(moment).map_err(|error| Code::BadUserInput.error(error.to_string()))?;
    Ok(moment.to_datetime())
}
