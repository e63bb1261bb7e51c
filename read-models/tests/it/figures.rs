//! Figures of orders, all orders and all lines, from what a projector wrote.

use domain::order::contract::OrderKind;
use futures::TryStreamExt;
use read_models::query::{Comparison, Condition, Field, Grouping, Value, all_lines, all_orders, order_figures};
use read_models::testing::{BEGINNING_MICROS, EventHistory, line};
use read_models::{Applier, OrderColumns, Orders, order_column};
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;
use uuid::Uuid;

use super::{apply, database, sale, staff};

/// Two sales, of which one is confirmed, and a credit of tenant `shop`, a draft, a cancelled order, a foreign one, and a sale of another tenant.
async fn filled() -> (TestDatabase, Client) {
    let database = database().await;
    let mut client = database.client().await;
    let applier = Applier::<Orders>::open(&client).await.unwrap();
    let of = |n, tenant| EventHistory::of(Uuid::from_u128(n), tenant, Some("c1"));
    let credit = of(3, "shop").imported("3", OrderKind::Credit, BEGINNING_MICROS, vec![line(0, "A", 1, 150)]);
    let other = of(7, "other").imported("1", OrderKind::Sale, BEGINNING_MICROS, vec![line(0, "A", 9, 100)]);
    let confirmed = EventHistory::of(Uuid::from_u128(2), "shop", Some("c2")).drafted();
    let confirmed = confirmed.line(0, "A", 2, 150).line(1, "B", 1, 99).line(2, "A", 1, 150);
    let batch = [
        sale(1, "c1", "1").records(),
        confirmed.placed("2").confirmed().records(),
        credit.records(),
        of(4, "shop").drafted().line(0, "A", 1, 1).records(),
        of(5, "shop").drafted().line(0, "A", 1, 1).placed("5").cancelled().records(),
        of(6, "shop").foreign().records(),
        other.records(),
    ];
    apply(&mut client, &applier, &batch.concat()).await;
    (database, client)
}

#[tokio::test]
async fn figures_count_what_was_bought_less_credits_by_each_grouping() {
    let (_database, client) = filled().await;
    let of = async |grouping, lines_max| {
        let figures = order_figures(&client, &staff().tenant, grouping, lines_max).await.unwrap();
        let figure = |line: read_models::query::OrderFigures| {
            assert_eq!(line.currency, "GBP");
            (line.name, line.orders, line.credits, line.counted, line.revenue_minor)
        };
        figures.into_iter().map(figure).collect::<Vec<_>>()
    };
    let named = |name: &str, orders, credits, counted, revenue| (name.to_owned(), orders, credits, counted, revenue);
    let sale = 2 * 150 + 99 + 150;
    let all = 2 * sale - 150;
    assert_eq!(of(Grouping::Total, 10).await, [named("all", 2, 1, 7, all)]);
    assert_eq!(of(Grouping::Month, 10).await, [named("2026-01", 2, 1, 7, all)]);
    let countries = [named("DE", 1, 0, 3, sale), named("GB", 1, 1, 4, sale - 150)];
    assert_eq!(of(Grouping::Country, 10).await, countries);
    let skus = [named("A", 2, 1, 5, all - 2 * 99), named("B", 2, 0, 2, 2 * 99)];
    assert_eq!(of(Grouping::Sku, 10).await, skus);
    let customers = [named("c2", 1, 0, 3, sale), named("c1", 1, 1, 4, sale - 150)];
    assert_eq!(of(Grouping::Customer, 10).await, customers);
    assert_eq!(of(Grouping::Customer, 1).await, customers[..1]);
}

#[tokio::test]
async fn all_orders_and_lines_of_a_tenant_come_by_time_of_placement_with_the_columns_that_were_asked_for() {
    let (_database, client) = filled().await;
    let columns = OrderColumns::of(&["order_id", "kind"]);
    let tenant = staff().tenant;
    let orders = async |condition: &Condition| {
        let rows = all_orders(&client, &tenant, condition, columns).await.unwrap();
        let rows: Vec<_> = rows.try_collect().await.unwrap();
        rows.iter().map(|row| order_column!(row, order_id).unwrap().as_u128()).collect::<Vec<_>>()
    };
    // The draft was never placed, so it comes first.
    let mut all = orders(&Condition::All(vec![])).await;
    assert_eq!(all.remove(0), 4);
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3, 5]);
    let credits = Condition::Compare(Field::Kind, Comparison::Equal, Value::Text("CREDIT".to_owned()));
    assert_eq!(orders(&credits).await, [3]);

    let lines = all_lines(&client, &tenant, &credits, columns).await.unwrap();
    let lines: Vec<_> = lines.try_collect().await.unwrap();
    let [line] = &lines[..] else { panic!("the credit has one line, not {}", lines.len()) };
    assert_eq!((line.sku.as_str(), line.quantity, line.total_minor), ("A", -1, -150));
    assert_eq!(order_column!(line.order, order_id).unwrap(), Uuid::from_u128(3));
    assert!(order_column!(line.order, number).is_err(), "nobody asked for the number");
    let bought = Condition::Compare(Field::Number, Comparison::Equal, Value::Text("1".to_owned()));
    let lines = all_lines(&client, &tenant, &bought, columns).await.unwrap();
    let lines: Vec<_> = lines.map_ok(|line| (line.ordinal, line.sku, line.quantity)).try_collect().await.unwrap();
    assert_eq!(lines, [(1, "A".to_owned(), 2), (2, "B".to_owned(), 1), (3, "A".to_owned(), 1)]);
}
