//! Lists: filters, sorts, pages, counts, and how many statements they take.

use serde_json::{Value, json};

use super::world::{World, imported, placed};

fn numbers(data: &Value) -> Vec<&str> {
    data["orders"]["nodes"].as_array().unwrap().iter().map(|node| node["number"].as_str().unwrap_or("-")).collect()
}

#[tokio::test]
async fn orders_are_filtered_and_sorted() {
    let world = World::new().await;
    let cancelled = placed(3, "c2").cancelled();
    world
        .apply(
            &[placed(1, "c1").records(), placed(2, "c2").records(), cancelled.records(), imported(4, "c1").records()]
                .concat(),
        )
        .await;
    let staff = world.staff();
    let cases = [
        ("where: {state: {eq: PLACED}}, orderBy: NUMBER_ASC", vec!["1001", "1002"]),
        ("where: {state: {in: [CANCELLED, COMPLETED]}}, orderBy: NUMBER_ASC", vec!["1003", "4"]),
        ("where: {AND: [{customer: {eq: \"c2\"}}, {state: {ne: CANCELLED}}]}", vec!["1002"]),
        ("where: {OR: [{number: {eq: \"4\"}}, {number: {eq: \"1001\"}}]}, orderBy: TOTAL_DESC", vec!["4", "1001"]),
        ("where: {OR: []}", vec![]),
        ("where: {imported: {eq: true}, country: {eq: \"GB\"}, kind: {eq: SALE}}", vec!["4"]),
        ("where: {total: {gte: 302, lt: 500}}, orderBy: TOTAL_ASC", vec!["1002", "1003"]),
        ("where: {number: {gt: \"1001\", lte: \"1003\"}}, orderBy: NUMBER_DESC", vec!["1003", "1002"]),
        ("where: {placedAt: {gte: \"2026-01-01T00:00:04Z\"}}", vec!["4"]),
        ("where: {source: {isNull: true}}, orderBy: NUMBER_ASC", vec!["1001", "1002", "1003"]),
        ("where: {number: {eq: \"' OR 1=1; --\"}}", vec![]),
        ("where: {number: {eq: \"%\"}}", vec![]),
        ("where: {number: {eq: \"1001\\r\\nX: y\"}}", vec![]),
        ("where: {number: {in: [\"{}\", \"$1\", \"{condition}\"]}}", vec![]),
    ];
    for (arguments, expected) in cases {
        let query = format!("{{ orders({arguments}) {{ totalCount nodes {{ number }} }} }}");
        let data = world.data(&staff, &query).await;
        assert_eq!(numbers(&data), expected, "{arguments}");
        assert_eq!(data["orders"]["totalCount"], expected.len(), "{arguments}");
    }
}

#[tokio::test]
async fn pages_run_both_ways_and_tell_where_they_lie() {
    let world = World::new().await;
    let batch: Vec<_> = (1..=5).flat_map(|n| imported(n, "c1").records()).collect();
    world.apply(&batch).await;
    let staff = world.staff();
    let page = async |arguments: &str| {
        let query = format!(
            "{{ orders(orderBy: PLACED_AT_ASC, {arguments}) {{ nodes {{ number }} edges {{ cursor node {{ number }} }} \
             pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        world.data(&staff, &query).await
    };
    let first = page("first: 2").await;
    assert_eq!(numbers(&first), ["1", "2"]);
    let info = &first["orders"]["pageInfo"];
    assert_eq!((&info["hasNextPage"], &info["hasPreviousPage"]), (&json!(true), &json!(false)));
    assert_eq!(info["endCursor"], first["orders"]["edges"][1]["cursor"]);
    let second = page(&format!("first: 3, after: {}", info["endCursor"])).await;
    assert_eq!(numbers(&second), ["3", "4", "5"]);
    assert_eq!(second["orders"]["pageInfo"]["hasNextPage"], false);
    let back = page(&format!("last: 2, before: {}", second["orders"]["pageInfo"]["endCursor"])).await;
    assert_eq!(numbers(&back), ["3", "4"]);
    assert_eq!(back["orders"]["pageInfo"]["hasPreviousPage"], true);
    assert_eq!(numbers(&page("last: 1").await), ["5"]);
    assert_eq!(numbers(&page("first: 0").await), Vec::<&str>::new());
}

#[tokio::test]
async fn lines_are_paged_within_their_order() {
    let world = World::new().await;
    world.apply(&imported(1, "c1").records()).await;
    let query = |arguments: &str| {
        format!(
            "{{ order(number: \"1\") {{ lines({arguments}) {{ totalCount pageInfo {{ endCursor hasNextPage }} \
             nodes {{ sku quantity unitPrice {{ amount }} total {{ minor amount currency }} }} }} }} }}"
        )
    };
    let first = world.data(&world.staff(), &query("first: 2")).await;
    let lines = &first["order"]["lines"];
    assert_eq!((&lines["totalCount"], &lines["pageInfo"]["hasNextPage"]), (&json!(5), &json!(true)));
    let line = json!({"sku": "SKU1", "quantity": 1, "unitPrice": {"amount": "1.0000"},
        "total": {"minor": 100, "amount": "1.00", "currency": "GBP"}});
    assert_eq!(lines["nodes"][1], line);
    let rest = world.data(&world.staff(), &query(&format!("after: {}", lines["pageInfo"]["endCursor"]))).await;
    let skus: Vec<&str> =
        rest["order"]["lines"]["nodes"].as_array().unwrap().iter().map(|line| line["sku"].as_str().unwrap()).collect();
    assert_eq!(skus, ["SKU2", "SKU3", "SKU4"]);
    let last = world.data(&world.staff(), &query("last: 1")).await;
    assert_eq!(last["order"]["lines"]["nodes"][0]["sku"], "SKU4");
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow_with_the_page() {
    let world = World::new().await;
    let batch: Vec<_> = (1..=30).flat_map(|n| imported(n, ["c1", "c2", "c3"][(n % 3) as usize]).records()).collect();
    world.apply(&batch).await;
    let staff = world.staff();
    let statements = async |first: u32, fields: &str| {
        // What is known of the projectors is read again now and then, so the first asking is not counted.
        let query = format!("{{ orders(first: {first}) {{ totalCount nodes {{ number {fields} }} }} }}");
        world.data(&staff, &query).await;
        let before = world.reads.statements();
        world.data(&staff, &query).await;
        world.reads.statements() - before
    };
    let all = "lines(first: 3) { nodes { sku } } timeline(first: 2) { nodes { description } } \
               customer { totals { orders } orders(first: 2) { totalCount nodes { number } } }";
    let (few, many) = (statements(2, all).await, statements(16, all).await);
    // A page with its lines and events, its count, customers' sums, their orders and counts; and twice the projectors' health
    // at most.
    assert!((5..=7).contains(&few) && (5..=7).contains(&many), "{few} for 2 orders, {many} for 16");
    let plain = statements(30, "").await;
    assert!((2..=4).contains(&plain), "{plain}");
}

#[tokio::test]
async fn a_customers_totals_follow_their_orders() {
    let world = World::new().await;
    world.apply(&[placed(1, "c1").records(), placed(2, "c1").cancelled().records()].concat()).await;
    let query = "{ customer(id: \"c1\") { customerId totals { currency orders credits cancelled revenue { minor amount } \
                 firstPlacedAt } } }";
    let totals = json!([{"currency": "GBP", "orders": 1, "credits": 0, "cancelled": 1,
        "revenue": {"minor": 301, "amount": "3.01"}, "firstPlacedAt": "2026-01-01T00:00:03Z"}]);
    let data = world.data(&world.staff(), query).await;
    let mut given = data["customer"]["totals"].clone();
    let at = given[0]["firstPlacedAt"].as_str().unwrap().replace("+00:00", "Z");
    given[0]["firstPlacedAt"] = at.into();
    assert_eq!(given, totals);
    assert_eq!(
        world.data(&world.staff(), "{ customer(id: \"nobody\") { customerId } }").await["customer"],
        Value::Null
    );
}
