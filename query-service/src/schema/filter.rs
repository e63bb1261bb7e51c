//! Filters and sorts as clients write them.

use async_graphql::{Enum, InputObject, Result};
use chrono::{DateTime, Utc};
use domain::Timestamp;
use read_models::query::{Comparison, Condition, Field, Sort, Value};

use super::given::Given;
use super::order::{OrderKind, OrderState};
use super::scalars::Long;
use crate::config::{CONDITIONS_MAX, LIST_MAX};
use crate::error::Code;

/// Which orders. All that is given must be met.
#[derive(Debug, Clone, Default, InputObject)]
pub struct OrderWhere {
    /// All of these.
    #[graphql(name = "AND")]
    pub and: Given<Vec<Self>>,
    /// At least one of these.
    #[graphql(name = "OR")]
    pub or: Given<Vec<Self>>,
    /// Where it stands.
    pub state: Given<StateFilter>,
    /// Sale or credit.
    pub kind: Given<KindFilter>,
    /// Its number.
    pub number: Given<StringFilter>,
    /// Its customer.
    pub customer: Given<StringFilter>,
    /// ISO 3166-1 alpha-2 code.
    pub country: Given<StringFilter>,
    /// ISO 4217 code.
    pub currency: Given<StringFilter>,
    /// The system it was imported from.
    pub source: Given<StringFilter>,
    /// What it is called there.
    pub reference: Given<StringFilter>,
    /// Whether it was imported.
    pub imported: Given<BooleanFilter>,
    /// When it was placed.
    pub placed_at: Given<DateTimeFilter>,
    /// When its last event was recorded.
    pub updated_at: Given<DateTimeFilter>,
    /// Its total in minor units, negative in a credit.
    pub total: Given<LongFilter>,
}

/// A text. Comparison is by code point; an absent text is unequal to any and neither less nor greater.
#[derive(Debug, Clone, Default, InputObject)]
pub struct StringFilter {
    /// Equal.
    pub eq: Given<String>,
    /// Not equal.
    pub ne: Given<String>,
    /// One of these.
    #[graphql(name = "in")]
    pub one_of: Given<Vec<String>>,
    /// Less.
    pub lt: Given<String>,
    /// Less or equal.
    pub lte: Given<String>,
    /// Greater.
    pub gt: Given<String>,
    /// Greater or equal.
    pub gte: Given<String>,
    /// Whether there is none.
    pub is_null: Given<bool>,
}

/// A state.
#[derive(Debug, Clone, Default, InputObject)]
pub struct StateFilter {
    /// Equal.
    pub eq: Given<OrderState>,
    /// Not equal.
    pub ne: Given<OrderState>,
    /// One of these.
    #[graphql(name = "in")]
    pub one_of: Given<Vec<OrderState>>,
}

/// A kind.
#[derive(Debug, Clone, Default, InputObject)]
pub struct KindFilter {
    /// Equal.
    pub eq: Given<OrderKind>,
}

/// True or false.
#[derive(Debug, Clone, Default, InputObject)]
pub struct BooleanFilter {
    /// Equal.
    pub eq: Given<bool>,
}

/// A moment.
#[derive(Debug, Clone, Default, InputObject)]
pub struct DateTimeFilter {
    /// Equal.
    pub eq: Given<DateTime<Utc>>,
    /// Before.
    pub lt: Given<DateTime<Utc>>,
    /// Before or at.
    pub lte: Given<DateTime<Utc>>,
    /// After.
    pub gt: Given<DateTime<Utc>>,
    /// At or after.
    pub gte: Given<DateTime<Utc>>,
    /// Whether there is none.
    pub is_null: Given<bool>,
}

/// A whole number.
#[derive(Debug, Clone, Default, InputObject)]
pub struct LongFilter {
    /// Equal.
    pub eq: Given<Long>,
    /// Less.
    pub lt: Given<Long>,
    /// Less or equal.
    pub lte: Given<Long>,
    /// Greater.
    pub gt: Given<Long>,
    /// Greater or equal.
    pub gte: Given<Long>,
}

/// How orders are sorted; ties go by id. What has no value is the least.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Enum)]
pub enum OrderOrder {
    /// Placed first.
    PlacedAtAsc,
    /// Placed last.
    #[default]
    PlacedAtDesc,
    /// Least total.
    TotalAsc,
    /// Greatest total.
    TotalDesc,
    /// By number.
    NumberAsc,
    /// By number, backwards.
    NumberDesc,
    /// Changed longest ago.
    UpdatedAtAsc,
    /// Changed last.
    UpdatedAtDesc,
}

impl OrderOrder {
    /// What to sort by, and whether the greatest comes first.
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

/// Postgres has no NUL in texts, so nothing could ever equal one.
pub fn checked(text: String) -> Result<String> {
    if text.contains('\0') { Err(Code::BadUserInput.error("a text holds NUL")) } else { Ok(text) }
}

/// A moment that Postgres can hold.
pub fn in_range(moment: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let moment = Timestamp::try_from(moment).map_err(|error| Code::BadUserInput.error(error.to_string()))?;
    Ok(moment.to_datetime())
}
