//! Sagas: lists by page, one with its timeline, at its order, and who may see them.

use domain::order::HoldKind;
use domain::order_saga::{AnswerKind, HoldSaga};
use read_models::{SagaHistory, Sagas};
use serde_json::{Value, json};
use service_kit::auth::{Scope, Scopes};

use super::stock::apply;
use super::world::{World, id, placed, tenant};

/// From so much on a person looks at an order.
const LARGE: i64 = 600_000;

fn reviewed(order: u128, tenant: &str, waited_s: u32) -> SagaHistory {
    let saga = SagaHistory::started(order, tenant, LARGE).later(waited_s);
    let part = saga.last_part();
    saga.answered(part, AnswerKind::StockGranted, None)
}

/// Two orders: the first waits for stock, the second for a person. A third is another tenant's.
async fn filled() -> World {
    let world = World::new().await;
    world.apply(&[placed(1, "c1").records(), placed(2, "c1").records()].concat()).await;
    let histories = [SagaHistory::started(1, "shop", 3_000), reviewed(2, "shop", 60), reviewed(3, "elsewhere", 30)];
    let records: Vec<_> = histories.iter().flat_map(SagaHistory::records).collect();
    apply::<Sagas>(&world, &records).await;
    world
}

#[tokio::test]
async fn sagas_are_listed_by_page_with_those_that_wait_for_people_first() {
    let world = filled().await;
    let token = world.staff();
    let page = |arguments: &str| {
        format!(
            "{{ sagas({arguments}) {{ pageInfo {{ hasNextPage endCursor }} edges {{ cursor node {{ orderId state \
             task {{ kind deadline assignee escalations }} pending {{ step part attempt }} }} }} }} }}"
        )
    };
    let first = world.data(&token, &page("first: 1")).await["sagas"].take();
    let task = json!({"kind": "REVIEW", "deadline": "2026-01-02T00:01:00+00:00", "assignee": null, "escalations": 0});
    let review = json!({"orderId": id(2), "state": "RUNNING", "task": task, "pending": []});
    assert_eq!(first["edges"][0]["node"], review);
    let cursor = first["pageInfo"]["endCursor"].as_str().unwrap();
    let second = world.data(&token, &page(&format!("first: 1, after: \"{cursor}\""))).await["sagas"].take();
    let asked = json!([{"step": "RESERVE", "part": "RESERVATION", "attempt": 1}]);
    let waiting = json!({"orderId": id(1), "state": "RUNNING", "task": null, "pending": asked});
    assert_eq!((&second["edges"][0]["node"], &second["pageInfo"]["hasNextPage"]), (&waiting, &json!(false)));
    assert_eq!(world.ask(&token, &page(&format!("hasTask: true, after: \"{cursor}\""))).await.code(), "BAD_CURSOR");

    let orders = async |arguments: &str| {
        let query = format!("{{ sagas({arguments}) {{ nodes {{ orderId }} }} }}");
        world.data(&token, &query).await["sagas"]["nodes"].take()
    };
    assert_eq!(orders("hasTask: true").await, json!([{"orderId": id(2)}]));
    assert_eq!(orders("state: RUNNING, hasTask: false").await, json!([{"orderId": id(1)}]));
    assert_eq!(orders("state: ENDED").await, json!([]));
}

#[tokio::test]
async fn a_saga_shows_its_timeline_alone_and_at_its_order() {
    let world = filled().await;
    let token = world.staff();
    let shown = "state flow undoCause outcome stockAwaitedUntil consistencyToken timeline(last: 2) { totalCount \
                 pageInfo { hasPreviousPage } nodes { version type description } }";
    let query = format!(
        "{{ saga(orderId: \"{0}\") {{ {shown} }} order(id: \"{0}\") {{ saga {{ {shown} }} }} \
           none: saga(orderId: \"{1}\") {{ state }} other: saga(orderId: \"{2}\") {{ state }} \
           past: order(id: \"{0}\", asOf: {{version: 1}}) {{ saga {{ state }} }} }}",
        id(2),
        id(9),
        id(3)
    );
    let data = world.data(&token, &query).await;
    let saga = &data["saga"];
    assert_eq!(data["order"]["saga"], *saga);
    assert_eq!((&data["none"], &data["other"], &data["past"]["saga"]), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!(saga["consistencyToken"], format!("order_saga:{}@5", id(2)));
    assert_eq!(saga["timeline"]["totalCount"], 5);
    assert_eq!(saga["timeline"]["pageInfo"]["hasPreviousPage"], true);
    let screened = json!({"version": 4, "type": "OrderScreened", "description": "Screened: Review with 50 points"});
    let opened = json!({"version": 5, "type": "TaskOpened", "description": "Task Review opened"});
    assert_eq!(saga["timeline"]["nodes"], json!([screened, opened]));

    let orders = "{ orders { nodes { orderId saga { pending { step } timeline(first: 1) { nodes { type } } } } } }";
    let mut nodes = world.data(&token, orders).await["orders"]["nodes"].take();
    let nodes = nodes.as_array_mut().unwrap();
    nodes.sort_by_key(|node| node["orderId"].to_string());
    let begun = json!({"nodes": [{"type": "SagaStarted"}]});
    assert_eq!(nodes[0]["saga"], json!({"pending": [{"step": "RESERVE"}], "timeline": begun}));
    assert_eq!(nodes[1]["saga"], json!({"pending": [], "timeline": begun}));
}

#[tokio::test]
async fn a_token_of_a_saga_waits_for_its_version() {
    let world = filled().await;
    let token = world.staff();
    let query = format!("{{ saga(orderId: \"{0}\", consistency: \"order_saga:{0}@3\") {{ version }} }}", id(1));
    let saga = SagaHistory::started(1, "shop", 3_000).later(5);
    let part = saga.last_part();
    let later = saga.answered(part, AnswerKind::StockRefused, None).records().split_off(2);
    let (shown, ()) = tokio::join!(world.ask(&token, &query), apply::<Sagas>(&world, &later));
    assert_eq!(shown.body["data"]["saga"]["version"], 4, "{}", shown.body);
}

#[tokio::test]
async fn sagas_need_the_scope_of_operators() {
    let world = filled().await;
    let list = "{ sagas { nodes { orderId } } }".to_owned();
    let one = format!("{{ saga(orderId: \"{}\") {{ state }} }}", id(1));
    let reader = world.issuer.token_with(Scopes::from_iter([Scope::ORDERS_READ]), &tenant(), None);
    for token in [world.customer("c1"), reader] {
        for query in [&list, &one] {
            assert_eq!(world.ask(&token, query).await.code(), "FORBIDDEN", "{query}");
        }
        let order = world.ask(&token, &format!("{{ order(id: \"{}\") {{ number saga {{ state }} }} }}", id(1))).await;
        assert_eq!(order.code(), "FORBIDDEN");
        assert_eq!(order.body["data"]["order"], json!({"number": "1001", "saga": null}), "the rest is shown");
    }
    let operator = world.issuer.token_with(Scopes::from_iter([Scope::SAGA_OPERATE]), &tenant(), None);
    assert_eq!(world.data(&operator, &one).await["saga"]["state"], "RUNNING");
    assert_eq!(world.ask(&operator, "{ orders { totalCount } }").await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow_with_the_page() {
    let world = filled().await;
    let token = world.staff();
    let mut counts = Vec::new();
    for first in [1, 2] {
        let query =
            format!("{{ orders(first: {first}) {{ nodes {{ saga {{ timeline {{ nodes {{ version }} }} }} }} }} }}");
        let before = world.reads.statements();
        world.data(&token, &query).await;
        counts.push(world.reads.statements() - before);
    }
    // Whether the projectors' health is read depends on the time since it was read last: two statements.
    assert!(counts.iter().all(|count| (3..=5).contains(count)), "{counts:?}");
}

#[tokio::test]
async fn a_saga_shows_what_holds_it_its_deadlines_and_its_place_in_the_flow() {
    let world = World::new().await;
    let held = SagaHistory::started(1, "shop", 3_000);
    let at = held.now();
    let held = held.after(HoldSaga { hold: HoldKind::Address, at });
    let histories = [held, reviewed(2, "shop", 60)];
    apply::<Sagas>(&world, &histories.iter().flat_map(SagaHistory::records).collect::<Vec<_>>()).await;
    let query = "{ sagas(first: 2) { nodes { orderId held holds deadlines { what step task at }
        stages { stage way place asks opens givesUp } } } }";
    let mut nodes = world.data(&world.staff(), query).await["sagas"]["nodes"].take();
    let [reviewed, asked] = [0, 1].map(|index| nodes[index].take());
    assert_eq!(
        (&asked["orderId"], &asked["held"], &asked["holds"]),
        (&json!(id(1)), &json!(true), &json!(["ADDRESS"]))
    );
    let deadline = &asked["deadlines"][0];
    assert_eq!((&deadline["what"], &deadline["step"]), (&json!("ASKED_AGAIN"), &json!("RESERVE")));
    assert_eq!((&reviewed["held"], &reviewed["holds"]), (&json!(true), &json!([])));
    let escalated =
        json!({"what": "TASK_ESCALATED", "step": null, "task": "REVIEW", "at": "2026-01-02T00:01:00+00:00"});
    assert_eq!(reviewed["deadlines"], json!([escalated]));
    let here = |saga: &Value| {
        let stages = saga["stages"].as_array().unwrap().iter().filter(|stage| stage["place"] == "HERE");
        stages.map(|stage| stage["stage"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((here(&asked), here(&reviewed)), (vec![json!("STOCK")], vec![json!("SCREENING")]));
    let stock = json!({"stage": "STOCK", "way": "FULFIL", "place": "HERE", "asks": ["RESERVE"],
        "opens": ["NOT_FULFILLABLE"], "givesUp": ["OUT_OF_STOCK"]});
    assert!(asked["stages"].as_array().unwrap().contains(&stock));
    let of_undo = asked["stages"].as_array().unwrap().iter().filter(|stage| stage["way"] == "UNDO");
    assert!(of_undo.clone().count() == 3 && of_undo.into_iter().all(|stage| stage["place"].is_null()));
}
