//! Whatever is typed, it is a condition that means what it says, or refused.

use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<Condition, ConditionError> {
    text.parse()
}

#[test]
fn comparisons_are_those_of_the_read_models() {
    let condition = parse("state=placed and country != 'GB' AND placedAt >= 2011-01-31 and imported = TRUE").unwrap();
    let compared = |field, comparison, value| query::Condition::Compare(field, comparison, value);
    let text = |text: &str| query::Value::Text(text.to_owned());
    let midnight = DateTime::parse_from_rfc3339("2011-01-31T00:00:00Z").unwrap().to_utc();
    let expected = vec![
        compared(query::Field::State, query::Comparison::Equal, text("PLACED")),
        compared(query::Field::Country, query::Comparison::Unequal, text("GB")),
        compared(query::Field::PlacedAt, query::Comparison::AtLeast, query::Value::Moment(midnight)),
        compared(query::Field::Imported, query::Comparison::Equal, query::Value::Flag(true)),
    ];
    assert_eq!(condition.in_database(), query::Condition::All(expected));
    assert_eq!(
        condition.to_string(),
        "state = 'PLACED' and country != 'GB' and placedAt >= 2011-01-31T00:00:00Z and imported = true"
    );
}

#[test]
fn totals_compare_in_major_units_whatever_the_currency() {
    let condition = parse("total >= 12.5 and total < 100").unwrap();
    assert_eq!(condition.in_database(), query::Condition::All(vec![]));
    let admits = |minor, currency| condition.admits_total(minor, Some(currency));
    assert!(admits(1_250, Currency::GBP) && !admits(1_249, Currency::GBP) && !admits(10_000, Currency::GBP));
    assert!(admits(13, Currency::JPY) && !admits(12, Currency::JPY));
    assert!(admits(12_500, Currency::try_new("KWD").unwrap()));
    assert!(parse("total < -0.01").unwrap().admits_total(-2, Some(Currency::GBP)));
}

#[test]
fn what_means_nothing_is_refused_by_name() {
    for (text, part) in [
        ("", "ends where a field should be"),
        ("colour = red", "\"colour\" is no field"),
        ("'state' = PLACED", "is no field"),
        ("state", "ends where an operator"),
        ("state is PLACED", "\"is\" is no operator"),
        ("state => PLACED", "\"=>\" is no operator"),
        ("state =", "ends where a value"),
        ("state = LOST", "give DRAFT, PLACED"),
        ("state < PLACED", "by = and != only"),
        ("imported = yes", "give true or false"),
        ("placedAt > yesterday", "give a day"),
        ("total > 1e3", "give an amount"),
        ("total > 1.23456", "give an amount"),
        ("country = England", "ISO 3166-1"),
        ("customer = 'x", "closing quote"),
        ("state = PLACED or kind = SALE", "only \"and\""),
        ("state = PLACED and", "ends where a field"),
    ] {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    assert_eq!(parse(&vec!["kind = SALE"; 33].join(" and ")), Err(ConditionError::TooMany));
}

fn comparison() -> impl Strategy<Value = Comparison> {
    let value = prop_oneof![
        (prop::sample::select(vec![Field::Customer, Field::Number]), "[^\0]{0,30}")
            .prop_map(|(field, text)| (field, Value::Text(text))),
        any::<bool>().prop_map(|flag| (Field::Imported, Value::Flag(flag))),
        (0..4_000_000_000_i64, 0..1_000_000_u32).prop_map(|(seconds, micros)| {
            (Field::PlacedAt, Value::Time(DateTime::from_timestamp(seconds, micros * 1_000).unwrap()))
        }),
        any::<i64>().prop_map(|amount| (Field::Total, Value::Amount(i128::from(amount)))),
    ];
    (value, prop::sample::select(Operator::ALL)).prop_map(|((field, value), operator)| {
        let operator = if field.is_ordered() { operator } else { Operator::Equal };
        Comparison { field, operator, value }
    })
}

proptest! {
    #[test]
    fn a_condition_is_read_as_it_is_written(comparisons in prop::collection::vec(comparison(), 1..8)) {
        let condition = Condition(comparisons);
        prop_assert_eq!(parse(&condition.to_string()), Ok(condition));
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        if let Ok(condition) = parse(&text) {
            prop_assert_eq!(parse(&condition.to_string()), Ok(condition));
        }
    }
}
