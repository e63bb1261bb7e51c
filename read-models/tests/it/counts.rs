//! Counts that the projector keeps against counting the orders.

use domain::order::contract::{AddressRole, OrderKind, Published};
use read_models::query::{Comparison, Condition, Field, Value};
use read_models::testing::{BEGINNING_MICROS, EventHistory, address, line};
use read_models::{Applier, ModelSet, Orders, ReadDb};
use service_kit::postgres::ConnectOptions;
use uuid::Uuid;

use super::{apply, customer, database, staff};

/// Orders of every state and kind, with and without a country, some of another tenant, in pieces that are batches.
fn batches() -> Vec<Vec<Published>> {
    let of = |n: u128, tenant| EventHistory::of(Uuid::from_u128(n), tenant, Some("c1"));
    let imported = |n, kind| of(n, "shop").imported("1", kind, BEGINNING_MICROS, vec![line(0, "A", 1, 150)]);
    let drafted = |n: u128, tenant| of(n, tenant).drafted().line(0, "A", 2, 100);
    let mut histories = vec![
        drafted(1, "shop"),
        drafted(2, "shop").addressed(AddressRole::Shipping, address("FR", "customer:c1", "AAAA")),
        drafted(3, "shop").addressed(AddressRole::Shipping, address("FR", "customer:c1", "AAAA")).placed("1001"),
        drafted(4, "shop").placed("1002"),
        drafted(5, "shop").placed("1003").cancelled(),
        imported(6, OrderKind::Sale),
        imported(7, OrderKind::Credit),
        imported(8, OrderKind::Sale).corrected(
            "1",
            OrderKind::Credit,
            None,
            BEGINNING_MICROS,
            vec![line(0, "B", 1, 9)],
        ),
        of(9, "shop").foreign(),
        drafted(10, "other").placed("1001"),
    ];
    histories.extend((11..30).map(|n| imported(n, OrderKind::Sale)));
    // The first three events of each order, then the others: rows of counts come and go.
    let records = || histories.iter().map(EventHistory::records);
    let first = records().flat_map(|records| records.into_iter().take(3)).collect();
    vec![first, records().flat_map(|records| records.into_iter().skip(3)).collect()]
}

fn conditions() -> Vec<Condition> {
    let text = |text: &str| Value::Text(text.to_owned());
    let compare = |field, comparison, value: &str| Condition::Compare(field, comparison, text(value));
    let flag = |flag| Condition::Compare(Field::Imported, Comparison::Equal, Value::Flag(flag));
    let mut conditions = vec![
        Condition::All(vec![]),
        Condition::Any(vec![]),
        flag(true),
        flag(false),
        Condition::OneOf(Field::State, vec!["DRAFT".into(), "CANCELLED".into(), "FOREIGN".into()]),
        Condition::OneOf(Field::Country, vec![]),
        Condition::OneOf(Field::Country, vec!["FR".into(), String::new()]),
        compare(Field::Country, Comparison::Greater, "DE"),
        compare(Field::Country, Comparison::AtMost, "FR"),
        Condition::All(vec![
            compare(Field::Kind, Comparison::Equal, "SALE"),
            Condition::Any(vec![
                Condition::Absent(Field::Country, true),
                compare(Field::State, Comparison::Equal, "PLACED"),
            ]),
        ]),
    ];
    for (field, values) in [
        (Field::State, ["PLACED", "FOREIGN", "NONE"]),
        (Field::Kind, ["SALE", "CREDIT", ""]),
        (Field::Country, ["GB", "FR", ""]),
        (Field::Currency, ["GBP", "EUR", ""]),
    ] {
        for value in values {
            conditions.extend([Comparison::Equal, Comparison::Unequal].map(|how| compare(field, how, value)));
        }
        conditions.extend([true, false].map(|absent| Condition::Absent(field, absent)));
    }
    conditions
}

#[tokio::test]
async fn kept_counts_are_those_of_the_orders_for_every_condition_that_they_answer() {
    let database = database().await;
    let mut client = database.client().await;
    let applier = Applier::<Orders>::open(&client).await.unwrap();
    let read = ReadDb::open(database.url(), &[Orders::MODELS], ConnectOptions::named("test")).unwrap();
    for (number, batch) in batches().into_iter().enumerate() {
        apply(&mut client, &applier, &batch).await;
        let mut counted = Vec::new();
        for condition in conditions() {
            let kept = read.order_count(&staff(), &condition, 1_000).await.unwrap();
            // No count is kept by time of change, so that the orders are counted.
            let always = Condition::Absent(Field::UpdatedAt, false);
            let whole = Condition::All(vec![condition.clone(), always]);
            let orders = read.order_count(&staff(), &whole, 1_000).await.unwrap();
            assert_eq!(kept, orders, "after batch {number}: {condition:?}");
            assert_eq!(read.order_count(&staff(), &condition, 4).await.unwrap(), orders.min(4), "{condition:?}");
            counted.push(kept);
        }
        assert_eq!(counted[0], 27, "all but the foreign order and the other tenant's");
    }
    let all = Condition::All(vec![]);
    assert_eq!(read.order_count(&customer("c1"), &all, 100).await.unwrap(), 26, "a customer's own");
    client
        .batch_execute("UPDATE order_counts SET orders = orders + 7 WHERE tenant = 'shop' AND state = 'DRAFT'")
        .await
        .unwrap();
    let drafts = Condition::Compare(Field::State, Comparison::Equal, Value::Text("DRAFT".to_owned()));
    let counts =
        [read.order_count(&staff(), &drafts, 100).await, read.order_count(&customer("c1"), &drafts, 100).await];
    assert_eq!(counts.map(Result::unwrap), [16, 2], "the kept count answers staff, not a customer");
}
