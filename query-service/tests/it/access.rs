//! Who sees what, by every entry point.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use service_kit::auth::{Role, Scopes};

use super::world::{World, id, imported, placed, tenant};

fn global(kind: &str, key: impl std::fmt::Display) -> String {
    STANDARD.encode(format!("{kind}:{key}"))
}

#[tokio::test]
async fn a_customer_sees_their_own_orders_alone_by_every_entry_point() {
    let world = World::new().await;
    world.apply(&[placed(1, "mine").records(), placed(2, "theirs").records()].concat()).await;
    let me = world.customer("mine");
    let queries = [
        format!("{{ found: order(id: \"{}\") {{ number }} }}", id(2)),
        format!("{{ found: order(id: \"{}\") {{ number }} }}", global("Order", id(2))),
        "{ found: order(number: \"1002\") { number } }".to_owned(),
        format!("{{ found: order(id: \"{}\", asOf: {{version: 1}}) {{ number }} }}", id(2)),
        format!("{{ found: node(id: \"{}\") {{ id }} }}", global("Order", id(2))),
        format!("{{ found: node(id: \"{}\") {{ id }} }}", global("Customer", "theirs")),
        "{ found: customer(id: \"theirs\") { customerId } }".to_owned(),
        // The same as for what does not exist.
        format!("{{ found: order(id: \"{}\") {{ number }} }}", id(99)),
        format!("{{ found: node(id: \"{}\") {{ id }} }}", global("Order", id(99))),
    ];
    for query in queries {
        assert_eq!(world.data(&me, &query).await, json!({"found": null}), "{query}");
    }
    let nodes =
        format!("{{ nodes(ids: [\"{}\", \"{}\", \"x\"]) {{ id }} }}", global("Order", id(2)), global("Order", id(1)));
    assert_eq!(world.data(&me, &nodes).await["nodes"], json!([null, {"id": global("Order", id(1))}, null]));

    let list =
        "{ orders { totalCount nodes { number customer { customerId orders { totalCount nodes { number } } } } } }";
    let own = json!({"totalCount": 1, "nodes": [{"number": "1001", "customer": {
        "customerId": "mine", "orders": {"totalCount": 1, "nodes": [{"number": "1001"}]}}}]});
    assert_eq!(world.data(&me, list).await["orders"], own);
    let theirs = "{ orders(where: {OR: [{customer: {eq: \"theirs\"}}, {customer: {ne: \"x\"}}]}) { totalCount } }";
    assert_eq!(world.data(&me, theirs).await["orders"]["totalCount"], 1);

    assert_eq!(world.ask(&me, "{ projections { projection } }").await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn another_tenants_orders_do_not_exist() {
    let world = World::new().await;
    world.apply(&placed(1, "c1").records()).await;
    let elsewhere = domain::TenantId::try_new("elsewhere").unwrap();
    let stranger = world.issuer.token(Role::Admin, &elsewhere, None);
    let query = format!(
        "{{ order(id: \"{}\") {{ number }} orders {{ totalCount }} customer(id: \"c1\") {{ customerId }} }}",
        id(1)
    );
    let nothing = json!({"order": null, "orders": {"totalCount": 0}, "customer": null});
    assert_eq!(world.data(&stranger, &query).await, nothing);
}

#[tokio::test]
async fn a_cursor_works_for_its_list_and_viewer_alone() {
    let world = World::new().await;
    let batch: Vec<_> = (1..=4).flat_map(|n| imported(n, "mine").records()).collect();
    world.apply(&batch).await;
    let (staff, me) = (world.staff(), world.customer("mine"));
    let first = world.data(&staff, "{ orders(first: 2) { pageInfo { endCursor } } }").await;
    let cursor = first["orders"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
    let next =
        |arguments: &str| format!("{{ orders(first: 2, after: \"{cursor}\"{arguments}) {{ nodes {{ number }} }} }}");

    let page = world.data(&staff, &next("")).await;
    assert_eq!(page["orders"]["nodes"], json!([{"number": "2"}, {"number": "1"}]));
    assert_eq!(world.ask(&me, &next("")).await.code(), "BAD_CURSOR");
    assert_eq!(world.ask(&staff, &next(", orderBy: TOTAL_ASC")).await.code(), "BAD_CURSOR");
    assert_eq!(world.ask(&staff, &next(", where: {imported: {eq: true}}")).await.code(), "BAD_CURSOR");
    let tampered = cursor.replace(&cursor[50..52], if &cursor[50..52] == "AA" { "BB" } else { "AA" });
    let query = format!("{{ orders(after: \"{tampered}\") {{ nodes {{ number }} }} }}");
    assert_eq!(world.ask(&staff, &query).await.code(), "BAD_CURSOR");
    let lines = format!("{{ order(number: \"1\") {{ lines(after: \"{cursor}\") {{ totalCount }} }} }}");
    assert_eq!(world.ask(&staff, &lines).await.code(), "BAD_CURSOR");
}

#[tokio::test]
async fn a_token_is_needed_and_so_is_its_scope() {
    let world = World::new().await;
    let query = "{ orders { totalCount } }";
    let answer = world.ask("nonsense", query).await;
    assert_eq!((answer.status, answer.content_type.as_str()), (401, "application/problem+json"));
    let unscoped = world.issuer.token_with(["orders:draft"].into_iter().collect::<Scopes>(), &tenant(), None);
    let answer = world.ask(&unscoped, query).await;
    assert_eq!((answer.status, answer.code()), (403, "FORBIDDEN"));
    assert_eq!(answer.body.get("data"), None);
}

#[tokio::test]
async fn commands_are_offered_by_state_and_scope() {
    let world = World::new().await;
    let draft = placed(1, "c1").records()[..3].to_vec();
    world.apply(&[draft, placed(2, "c1").records(), imported(3, "c1").records()].concat()).await;
    let query = "{ orders(orderBy: NUMBER_ASC) { nodes { allowedCommands } } }";
    let commands = |data: &Value| {
        data["orders"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["allowedCommands"].clone())
            .collect::<Vec<_>>()
    };
    let staff = commands(&world.data(&world.staff(), query).await);
    let draft = json!(["ADD_LINE", "CHANGE_LINE_QUANTITY", "REMOVE_LINE", "SET_ADDRESS", "CANCEL_ORDER", "ADD_NOTE"]);
    let going_on = json!(["CANCEL_ORDER", "HOLD_ORDER", "CANCEL_LINES", "ADD_NOTE"]);
    assert_eq!(staff, [draft, going_on, json!(["ADD_NOTE"])]);
    let own = commands(&world.data(&world.customer("c1"), query).await);
    assert_eq!(own[0], json!(["CHANGE_LINE_QUANTITY", "REMOVE_LINE", "SET_ADDRESS", "CANCEL_ORDER"]));
    assert_eq!(own[1], json!(["CANCEL_ORDER", "CANCEL_LINES"]));
}
