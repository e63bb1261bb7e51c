//! Conditions on orders, compiled to SQL with their values as parameters.

use chrono::{DateTime, Utc};
use tokio_postgres::types::{ToSql, Type};

use crate::{ViewKind, ViewState};

/// A field that conditions compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    State,
    Kind,
    /// The order number.
    Number,
    /// The customer's id.
    Customer,
    /// ISO 3166-1 alpha-2 code.
    Country,
    /// ISO 4217 code.
    Currency,
    Imported,
    /// The system it was imported from.
    Source,
    /// Its id in that system.
    Reference,
    PlacedAt,
    /// When its last event was recorded.
    UpdatedAt,
    /// Its total in minor units, negative in a credit.
    Total,
    PaymentStatus,
    FulfilmentStatus,
    /// What holds it, as one text.
    Holds,
}

/// How a field is compared with one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    Equal,
    /// Not equal. A field without a value is unequal to any value.
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Moment(DateTime<Utc>),
    Whole(i64),
    Flag(bool),
}

/// A condition on an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All of them; true without any.
    All(Vec<Self>),
    /// At least one of them; false without any.
    Any(Vec<Self>),
    /// A field compared with a value.
    Compare(Field, Comparison, Value),
    /// A field that equals one of a list of texts.
    OneOf(Field, Vec<String>),
    /// Whether a field has no value (`true`) or has one (`false`).
    Absent(Field, bool),
}

impl Field {
    const fn column(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Kind => "kind",
            Self::Number => "number",
            Self::Customer => "customer",
            Self::Country => "country",
            Self::Currency => "currency",
            Self::Imported => "imported",
            Self::Source => "source",
            Self::Reference => "reference",
            Self::PlacedAt => "placed_at",
            Self::UpdatedAt => "updated_at",
            Self::Total => "total_minor",
            Self::PaymentStatus => "payment_status",
            Self::FulfilmentStatus => "fulfilment_status",
            Self::Holds => "holds",
        }
    }
}

impl Comparison {
    const fn operator(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Unequal => "IS DISTINCT FROM",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// Conditions on rows of `order_summary` as text, and the parameters of their statement.
pub(crate) struct ConditionSql {
    table: &'static str,
    taken: usize,
    values: Vec<(Box<dyn ToSql + Sync + Send>, Type)>,
}

impl ConditionSql {
    /// For a statement that calls `order_summary` by `table`, and numbers its parameters after `taken` others.
    pub const fn new(table: &'static str, taken: usize) -> Self {
        Self { table, taken, values: Vec::new() }
    }

    /// Adds a value and returns its placeholder.
    pub(super) fn bind(&mut self, value: impl ToSql + Sync + Send + 'static, kind: Type) -> String {
        self.bind_boxed(Box::new(value), kind)
    }

    /// The same for a value in a box.
    pub(super) fn bind_boxed(&mut self, value: Box<dyn ToSql + Sync + Send>, kind: Type) -> String {
        self.values.push((value, kind));
        format!("${}", self.taken + self.values.len())
    }

    /// The parameters so far, in order, with their types.
    pub fn values(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.values.iter().map(|(value, kind)| (&**value as &(dyn ToSql + Sync), kind.clone())).collect()
    }

    /// The condition as text. Its values become parameters: only names of columns and numbers of parameters are text.
    pub fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::All(parts) => self.joined(parts, " AND ", "TRUE"),
            Condition::Any(parts) => self.joined(parts, " OR ", "FALSE"),
            // No index finds what is unequal; one finds the other states.
            Condition::Compare(field @ Field::State, Comparison::Unequal, Value::Text(text)) => {
                let others: Vec<_> = STATES.into_iter().filter(|state| state != text).collect();
                format!("{} IN ({})", self.column(*field), literals(&others))
            }
            Condition::Compare(field, Comparison::Unequal, value) => {
                let placeholder = self.value(value);
                format!("{} {} {placeholder}", self.column(*field), Comparison::Unequal.operator())
            }
            Condition::Compare(field, comparison, value) => {
                let placeholder = self.value(value);
                self.indexed(*field, &format!("{} {placeholder}", comparison.operator()))
            }
            Condition::OneOf(field, values) => {
                let placeholder = self.bind(values.clone(), Type::TEXT_ARRAY);
                self.indexed(*field, &format!("= ANY ({placeholder})"))
            }
            Condition::Absent(field, absent) => self.absence(*field, *absent),
        }
    }

    /// A comparison in a form that an index of `order_summary` answers: by the expression that the index has, and with all values
    /// of the columns that come before it there. It means the same as the comparison of the column alone.
    fn indexed(&self, field: Field, comparison: &str) -> String {
        let column = self.column(field);
        match field {
            Field::Number => format!("(coalesce({column}, '') {comparison} AND {column} IS NOT NULL)"),
            Field::PlacedAt => format!("(coalesce({column}, {NEVER}) {comparison} AND {column} IS NOT NULL)"),
            Field::Kind => format!("({column} {comparison} AND {})", self.any_imported()),
            Field::Currency => {
                format!("({column} {comparison} AND {} AND {})", self.any_imported(), self.any_kind())
            }
            Field::State
            | Field::Customer
            | Field::Country
            | Field::Imported
            | Field::Source
            | Field::Reference
            | Field::UpdatedAt
            | Field::Total
            | Field::PaymentStatus
            | Field::FulfilmentStatus
            | Field::Holds => format!("{column} {comparison}"),
        }
    }

    /// Whether a field has no value, in the same form.
    fn absence(&self, field: Field, absent: bool) -> String {
        let column = self.column(field);
        match (field, absent) {
            (Field::Number, true) => format!("(coalesce({column}, '') = '' AND {column} IS NULL)"),
            (Field::Number, false) => format!("(coalesce({column}, '') > '' AND {column} IS NOT NULL)"),
            (Field::PlacedAt, true) => format!("(coalesce({column}, {NEVER}) = {NEVER} AND {column} IS NULL)"),
            (Field::PlacedAt, false) => format!("(coalesce({column}, {NEVER}) > {NEVER} AND {column} IS NOT NULL)"),
            // Just the imported orders have a source and a reference.
            (Field::Source | Field::Reference, true) => {
                format!("({column} IS NULL AND NOT {})", self.column(Field::Imported))
            }
            (field, true) => self.indexed(field, "IS NULL"),
            (field, false) => self.indexed(field, "IS NOT NULL"),
        }
    }

    fn any_imported(&self) -> String {
        format!("{} IN (FALSE, TRUE)", self.column(Field::Imported))
    }

    fn any_kind(&self) -> String {
        format!("{} IN ({})", self.column(Field::Kind), literals(&KINDS))
    }

    fn column(&self, field: Field) -> String {
        format!("{}.{}", self.table, field.column())
    }

    fn joined(&mut self, parts: &[Condition], operator: &str, empty: &str) -> String {
        if parts.is_empty() {
            return empty.to_owned();
        }
        let parts: Vec<String> = parts.iter().map(|part| self.condition(part)).collect();
        format!("({})", parts.join(operator))
    }

    fn value(&mut self, value: &Value) -> String {
        match value {
            Value::Text(text) => self.bind(text.clone(), Type::TEXT),
            Value::Moment(moment) => self.bind(*moment, Type::TIMESTAMPTZ),
            Value::Whole(number) => self.bind(*number, Type::INT8),
            Value::Flag(flag) => self.bind(*flag, Type::BOOL),
        }
    }
}

/// What an order that was never placed is sorted by.
const NEVER: &str = "'-infinity'::timestamptz";
/// The stored texts of all states.
const STATES: [&str; 8] = [
    ViewState::Draft.as_str(),
    ViewState::Placed.as_str(),
    ViewState::Confirmed.as_str(),
    ViewState::Rejected.as_str(),
    ViewState::Cancelled.as_str(),
    ViewState::Expired.as_str(),
    ViewState::Completed.as_str(),
    ViewState::Foreign.as_str(),
];
/// The stored texts of all kinds.
const KINDS: [&str; 2] = [ViewKind::Sale.as_str(), ViewKind::Credit.as_str()];

/// Does not compile when a state or a kind is added, which then belongs into the lists above.
const _: fn(ViewState, ViewKind) = |state, kind| match (state, kind) {
    (
        ViewState::Draft
        | ViewState::Placed
        | ViewState::Confirmed
        | ViewState::Rejected
        | ViewState::Cancelled
        | ViewState::Expired
        | ViewState::Completed
        | ViewState::Foreign,
        ViewKind::Sale | ViewKind::Credit,
    ) => (),
};

/// Names of the code's own as text of SQL.
fn literals(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn comparisons_become_columns_and_parameters_behind_those_that_are_taken() {
        let compare =
            |field, comparison, text: &str| Condition::Compare(field, comparison, Value::Text(text.to_owned()));
        let mut sql = ConditionSql::new("o", 1);
        let text = sql.condition(&Condition::All(vec![
            compare(Field::State, Comparison::Equal, "PLACED"),
            compare(Field::Country, Comparison::Unequal, "GB"),
            Condition::Compare(Field::PlacedAt, Comparison::AtLeast, Value::Moment(DateTime::UNIX_EPOCH)),
            Condition::Compare(Field::Imported, Comparison::Equal, Value::Flag(true)),
        ]));
        assert_eq!(
            text,
            "(o.state = $2 AND o.country IS DISTINCT FROM $3 \
             AND (coalesce(o.placed_at, '-infinity'::timestamptz) >= $4 AND o.placed_at IS NOT NULL) AND o.imported = $5)"
        );
        assert_eq!(sql.values().len(), 4);
    }

    proptest! {
        #[test]
        fn no_value_reaches_the_text(value in any::<String>()) {
            let mut sql = ConditionSql::new("o", 1);
            let text = sql.condition(&Condition::Compare(Field::Number, Comparison::Equal, Value::Text(value)));
            prop_assert_eq!(text, "(coalesce(o.number, '') = $2 AND o.number IS NOT NULL)");
            prop_assert_eq!(sql.values().len(), 1);
        }
    }

    #[test]
    fn values_never_enter_the_text() {
        let mut sql = ConditionSql::new("order_summary", 0);
        let text = sql.condition(&Condition::All(vec![
            Condition::Compare(Field::Number, Comparison::Equal, Value::Text("'; DROP TABLE order_summary; --".into())),
            Condition::Any(vec![
                Condition::OneOf(Field::State, vec!["PLACED".into(), "%".into()]),
                Condition::Absent(Field::Customer, true),
            ]),
        ]));
        assert_eq!(
            text,
            "((coalesce(order_summary.number, '') = $1 AND order_summary.number IS NOT NULL) \
             AND (order_summary.state = ANY ($2) OR order_summary.customer IS NULL))"
        );
        assert_eq!(sql.values().len(), 2);
    }

    #[test]
    fn no_condition_is_true_and_no_alternative_is_false() {
        let mut sql = ConditionSql::new("order_summary", 0);
        assert_eq!(sql.condition(&Condition::All(vec![])), "TRUE");
        assert_eq!(sql.condition(&Condition::Any(vec![])), "FALSE");
    }
}
