//! Stock and reservations: lists by page, single items with their movements, and who may see them.

use read_models::{Applier, ModelSet, ReservationHistory, Reservations, Stock, StockHistory};
use serde_json::{Value, json};
use service_kit::auth::{Role, Scope, Scopes};
use uuid::Uuid;

use super::world::{World, post, tenant};

pub async fn apply<M: ModelSet>(world: &World, records: &[domain::contract::Published<M::Event>]) {
    let mut client = world.read.client().await;
    let applier = Applier::<M>::open(&client).await.unwrap();
    let transaction = client.transaction().await.unwrap();
    assert_eq!(applier.apply(&transaction, records).await.unwrap().applied, records.len());
    transaction.commit().await.unwrap();
}

fn item(location: &str, sku: &str, pieces: i64) -> StockHistory {
    StockHistory::of("shop", location, sku).added().received(pieces)
}

async fn filled() -> World {
    let world = World::new().await;
    let elsewhere = StockHistory::of("elsewhere", "zrh-1", "A").added().received(99);
    let reserved = item("zrh-1", "A", 10).reserved(Uuid::from_u128(7), Uuid::from_u128(8), 4);
    let histories = [reserved, item("bsl-1", "A", 1), item("zrh-1", "B", 0), elsewhere];
    let records: Vec<_> = histories.iter().flat_map(StockHistory::records).collect();
    apply::<Stock>(&world, &records).await;
    let reservation = ReservationHistory::new(7, "shop", 8).granted("zrh-1", &[("A", 4, 0)]);
    let other = ReservationHistory::new(9, "elsewhere", 8).granted("zrh-1", &[("A", 1, 0)]);
    apply::<Reservations>(&world, &[reservation.records(), other.records()].concat()).await;
    world
}

fn staff(world: &World) -> String {
    world.issuer.token(Role::Admin, &tenant(), None)
}

#[tokio::test]
async fn stock_is_listed_by_page_with_filters_and_a_count() {
    let world = filled().await;
    let token = staff(&world);
    let page = |arguments: &str| {
        format!(
            "{{ stock({arguments}) {{ totalCount totalCountCapped pageInfo {{ hasNextPage endCursor }} \
             edges {{ cursor node {{ sku location available }} }} }} }}"
        )
    };
    let first = world.data(&token, &page("first: 2")).await["stock"].take();
    assert_eq!((&first["totalCount"], &first["totalCountCapped"]), (&json!(3), &json!(false)));
    assert_eq!(first["edges"][0]["node"], json!({"sku": "A", "location": "bsl-1", "available": 1}));
    assert_eq!(first["edges"][1]["node"], json!({"sku": "A", "location": "zrh-1", "available": 6}));
    let cursor = first["pageInfo"]["endCursor"].as_str().unwrap();
    assert_eq!(first["edges"][1]["cursor"], cursor);
    let second = world.data(&token, &page(&format!("first: 2, after: \"{cursor}\""))).await["stock"].take();
    assert_eq!(second["edges"].as_array().unwrap().len(), 1);
    assert_eq!((&second["edges"][0]["node"]["sku"], &second["pageInfo"]["hasNextPage"]), (&json!("B"), &json!(false)));
    let other_list = page(&format!("orderBy: AVAILABLE_ASC, after: \"{cursor}\""));
    assert_eq!(world.ask(&token, &other_list).await.code(), "BAD_CURSOR");

    let low =
        "{ stock(where: {availableLte: 1, sku: \"A\"}, orderBy: AVAILABLE_ASC) { nodes { location } totalCount } }";
    assert_eq!(world.data(&token, low).await["stock"], json!({"nodes": [{"location": "bsl-1"}], "totalCount": 1}));
    let wrong = world.ask(&token, "{ stock(where: {location: \"\"}) { totalCount } }").await;
    assert_eq!(wrong.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn an_item_shows_its_movements_and_an_order_its_reservations() {
    let world = filled().await;
    let token = staff(&world);
    let query = "{ stockAt(location: \"zrh-1\", sku: \"A\") { onHand reserved available version consistencyToken \
                   movements(last: 2) { totalCount pageInfo { hasPreviousPage startCursor } \
                     nodes { version type description onHand reserved orderId } } } \
                   none: stockAt(location: \"zrh-1\", sku: \"C\") { sku } }";
    let mut data = world.data(&token, query).await;
    assert_eq!(data["none"], Value::Null);
    let item = data["stockAt"].take();
    assert_eq!((&item["onHand"], &item["reserved"], &item["available"]), (&json!(10), &json!(4), &json!(6)));
    let stock_id = item_id();
    assert_eq!(item["consistencyToken"], format!("stock:{stock_id}@3"));
    let movements = &item["movements"];
    assert_eq!((&movements["totalCount"], &movements["pageInfo"]["hasPreviousPage"]), (&json!(3), &json!(true)));
    assert_eq!(movements["nodes"][0]["description"], "Received +10, 10 on hand");
    let reserved = json!({"version": 3, "type": "StockReserved", "description": "4 reserved, of these 0 backordered",
        "onHand": 10, "reserved": 4, "orderId": Uuid::from_u128(8)});
    assert_eq!(movements["nodes"][1], reserved);
    let before = movements["pageInfo"]["startCursor"].as_str().unwrap();
    let earlier =
        format!("{{ stock {{ nodes {{ movements(before: \"{before}\", last: 1) {{ nodes {{ version }} }} }} }} }}");
    assert_eq!(world.ask(&token, &earlier).await.code(), "BAD_CURSOR", "it is of one item alone");

    let reservations = format!(
        "{{ reservations(order: \"{}\") {{ state location lines {{ sku quantity backordered }} }} }}",
        Uuid::from_u128(8)
    );
    let held =
        json!([{"state": "GRANTED", "location": "zrh-1", "lines": [{"sku": "A", "quantity": 4, "backordered": 0}]}]);
    assert_eq!(world.data(&token, &reservations).await["reservations"], held, "another tenant's is not among them");
}

fn item_id() -> Uuid {
    item("zrh-1", "A", 0).id()
}

#[tokio::test]
async fn a_token_of_stock_waits_for_its_version() {
    let world = filled().await;
    let token = staff(&world);
    let query = |version: i64| {
        format!(
            "{{ stockAt(location: \"zrh-1\", sku: \"A\", consistency: \"stock:{}@{version}\") {{ version }} }}",
            item_id()
        )
    };
    assert_eq!(world.data(&token, &query(3)).await["stockAt"]["version"], 3);
    let next = item("zrh-1", "A", 10).reserved(Uuid::from_u128(7), Uuid::from_u128(8), 4).received(5);
    let (later, records) = (query(4), next.since(4));
    let (later, ()) = tokio::join!(world.ask(&token, &later), apply::<Stock>(&world, &records));
    assert_eq!(later.body["data"]["stockAt"]["version"], 4, "{}", later.body);
}

#[tokio::test]
async fn stock_needs_its_own_scope_and_orders_theirs() {
    let world = filled().await;
    let stock = "{ stock { totalCount } }";
    let item = "{ stockAt(location: \"zrh-1\", sku: \"A\") { sku } }";
    let reservations = format!("{{ reservations(order: \"{}\") {{ state }} }}", Uuid::from_u128(8));
    for token in [world.customer("c1"), scoped(&world, Scope::ORDERS_READ)] {
        for query in [stock, item, &reservations] {
            assert_eq!(world.ask(&token, query).await.code(), "FORBIDDEN", "{query}");
        }
    }
    let keeper = scoped(&world, Scope::INVENTORY_READ);
    assert_eq!(world.data(&keeper, stock).await["stock"]["totalCount"], 3);
    for query in ["{ orders { totalCount } }", "{ node(id: \"x\") { id } }", "{ customer(id: \"c1\") { customerId } }"]
    {
        assert_eq!(world.ask(&keeper, query).await.code(), "FORBIDDEN", "{query}");
    }
    let nobody = scoped(&world, Scope::ORDERS_IMPORT);
    assert_eq!(world.send(post(&nobody, json!({"query": stock}).to_string())).await.status, 403);
}

fn scoped(world: &World, scope: Scope) -> String {
    world.issuer.token_with(Scopes::from_iter([scope]), &tenant(), None)
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow_with_the_page() {
    let world = filled().await;
    let token = staff(&world);
    let mut counts = Vec::new();
    for first in [1, 3] {
        let query =
            format!("{{ stock(first: {first}) {{ totalCount nodes {{ sku movements {{ nodes {{ version }} }} }} }} }}");
        let before = world.reads.statements();
        world.data(&token, &query).await;
        counts.push(world.reads.statements() - before);
    }
    // Whether the projectors' health is read depends on the time since it was read last: two statements.
    assert!(counts.iter().all(|count| (3..=5).contains(count)), "{counts:?}");
}
