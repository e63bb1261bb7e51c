//! Imports.

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::Method;
use futures::channel::mpsc;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use service_kit::auth::Role;
use uuid::Uuid;

use crate::world::{Reply, World};

type Feed = mpsc::Sender<Result<Bytes, std::io::Error>>;

pub fn row(reference: &str) -> Value {
    json!({"source": "online-retail", "reference": reference, "number": reference, "kind": "SALE", "customer": "17850",
        "country": "GB", "currency": "GBP", "placedAt": "2010-12-01T08:26:00Z",
        "lines": [{"sku": "85123A", "description": "WHITE HANGING HEART", "quantity": 6, "unitPrice": "2.55"},
            {"sku": "71053", "quantity": 6, "unitPrice": "3.39"}]})
}

pub async fn import(world: &World, body: impl Into<Body>) -> (Reply, Vec<Value>) {
    let call = world.call(Method::POST, "/v1/imports").no_key().token(world.admin());
    let reply = call.raw(body, "application/x-ndjson").send().await;
    let lines = String::from_utf8(reply.bytes.to_vec()).unwrap();
    let results = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (reply, results)
}

pub fn ndjson(rows: &[Value]) -> String {
    rows.iter().flat_map(|row| [row.to_string(), "\n".to_owned()]).collect()
}

fn statuses(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn orders_are_taken_in_once() {
    let world = World::new().await;
    let rows: Vec<Value> = (0..500).map(|n| row(&format!("{}", 536_365 + n))).collect();
    let (reply, results) = import(&world, ndjson(&rows)).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/x-ndjson"));
    assert_eq!(results.len(), 500);
    for (index, result) in results.iter().enumerate() {
        assert_eq!((&result["row"], &result["status"]), (&json!(index + 1), &json!("imported")));
        assert_eq!((&result["version"], &result["number"]), (&json!(1), &rows[index]["number"]));
    }
    let first: Uuid = results[0]["orderId"].as_str().unwrap().parse().unwrap();
    assert_eq!(first.get_version_num(), 8);

    let (_, again) = import(&world, ndjson(&rows)).await;
    assert!(statuses(&again).iter().all(|status| *status == "already"), "{:?}", again[0]);
    assert_eq!(again[0]["orderId"], results[0]["orderId"]);
    assert_eq!(world.events().await, 500);

    let view = world.get(&format!("/v1/orders/{first}")).send().await.assert(200);
    assert_eq!((&view.body["state"], &view.body["placedAt"]), (&json!("COMPLETED"), &json!("2010-12-01T08:26:00Z")));
    assert_eq!(view.body["total"], json!({"minor": 3564, "currency": "GBP"}));
    assert_eq!(view.body["import"]["reference"], "536365");
    let cancel = world.post(&format!("/v1/orders/{first}/cancel"), &json!({"reason": "STAFF"})).header("if-match", "*");
    cancel.send().await.assert_problem(409, "state_forbids_command");
}

#[tokio::test]
async fn a_refused_row_stops_nobody_elses() {
    let world = World::new().await;
    let mut bad = row("2");
    bad["lines"][1]["quantity"] = json!(-1);
    bad["lines"][0]["unitPrice"] = json!("free");
    bad["placedAt"] = json!("yesterday");
    let mut unknown = row("3");
    unknown["discount"] = json!(1);
    let mut empty = row("4");
    empty["lines"] = json!([]);
    let mut odd_sale = row("5");
    odd_sale["creditOf"] = json!("1");
    let mut crowded = row("6");
    crowded["lines"] = vec![json!({"sku": "A", "quantity": 1, "unitPrice": "1"}); 2_001].into();
    let mut body = ndjson(&[row("1"), bad, unknown, empty, odd_sale, crowded]).into_bytes();
    body.extend_from_slice(b"\n{\"source\":\"a\xff\"}\nnot json\n");
    body.extend_from_slice(&vec![b'x'; (1 << 20) + 1]);
    body.extend_from_slice(format!("\n{}", row("7")).as_bytes());
    let (_, results) = import(&world, body).await;
    let codes: Vec<&str> = results.iter().map(|result| result["code"].as_str().unwrap_or("")).collect();
    let expected = [
        "",
        "validation_failed",
        "malformed_body",
        "no_lines",
        "credit_of_without_credit",
        "too_many_lines",
        "malformed_body",
        "malformed_body",
        "body_too_large",
        "",
    ];
    assert_eq!(codes, expected);
    assert_eq!(statuses(&results)[1..9], ["refused"; 8]);
    let pointers: Vec<_> =
        results[1]["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
    assert_eq!(pointers, ["/placedAt", "/lines/0/unitPrice", "/lines/1/quantity"]);
    // The seventh line is blank: it counts, and has no result.
    assert_eq!((&results[6]["row"], &results[9]["row"]), (&json!(8), &json!(11)));
    assert_eq!(world.events().await, 2);
}

#[tokio::test]
async fn other_content_and_taken_numbers_are_refused() {
    let world = World::new().await;
    let mut changed = row("1");
    changed["lines"][0]["quantity"] = json!(7);
    let mut same_number = row("2");
    same_number["number"] = json!("1");
    let mut credit = row("C1");
    (credit["kind"], credit["creditOf"]) = (json!("CREDIT"), json!("1"));
    for (body, status, code) in [
        (row("1"), "imported", json!(null)),
        (changed, "refused", json!("import_conflict")),
        (same_number, "refused", json!("order_number_taken")),
        (credit, "imported", json!(null)),
    ] {
        let (_, results) = import(&world, ndjson(&[body])).await;
        assert_eq!((&results[0]["status"], &results[0]["code"]), (&json!(status), &code));
    }
    assert_eq!(world.events().await, 2);
}

async fn import_as(world: &World, tenant: &str, path: &str, body: impl Into<Body>) -> (Reply, Vec<Value>) {
    let token = world.issuer.token(Role::Admin, &crate::world::tenant(tenant), None);
    let call = world.call(Method::POST, path).no_key().token(token);
    let reply = call.raw(body, "application/x-ndjson").send().await;
    let lines = String::from_utf8(reply.bytes.to_vec()).unwrap();
    let results = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (reply, results)
}

#[tokio::test]
async fn a_corrected_order_replaces_the_imported_one_and_its_history_keeps_both() {
    let world = World::new().await;
    let (_, first) = import(&world, ndjson(&[row("1"), row("2")])).await;
    let mut corrected = row("1");
    corrected["number"] = json!("1-A");
    corrected["lines"] = json!([{"sku": "71053", "quantity": 2, "unitPrice": "3.00"}]);
    let (_, refused) = import(&world, ndjson(&[corrected.clone()])).await;
    assert_eq!((&refused[0]["status"], &refused[0]["code"]), (&json!("refused"), &json!("import_conflict")));
    let detail = refused[0]["detail"].as_str().unwrap();
    assert!(detail.contains("number, lines") && detail.contains("import it as an update"), "{detail}");

    corrected["update"] = json!(true);
    let (_, results) = import(&world, ndjson(&[corrected.clone()])).await;
    assert_eq!((&results[0]["status"], &results[0]["version"]), (&json!("corrected"), &json!(2)));
    assert_eq!((&results[0]["number"], &results[0]["orderId"]), (&json!("1-A"), &first[0]["orderId"]));
    let (_, again) = import(&world, ndjson(&[corrected.clone()])).await;
    assert_eq!((&again[0]["status"], &again[0]["version"]), (&json!("already"), &json!(2)));
    let path = format!("/v1/orders/{}", first[0]["orderId"].as_str().unwrap());
    let view = world.get(&path).send().await.assert(200);
    assert_eq!((&view.body["number"], &view.body["total"]["minor"]), (&json!("1-A"), &json!(600)));

    // Its old number leads to no other order, and the order may have it again; another's it may not.
    let mut other = row("3");
    other["number"] = json!("1");
    let mut back = row("1");
    back["update"] = json!(true);
    let mut taken = corrected;
    taken["number"] = json!("2");
    let (_, results) = import(&world, ndjson(&[other])).await;
    assert_eq!(results[0]["code"], "order_number_taken");
    let (_, results) = import(&world, ndjson(&[back])).await;
    assert_eq!((&results[0]["status"], &results[0]["version"]), (&json!("corrected"), &json!(3)));
    let (_, results) = import(&world, ndjson(&[taken])).await;
    assert_eq!(results[0]["code"], "order_number_taken");
    assert_eq!(world.events().await, 4);
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_and_does_nothing() {
    let world = World::new().await;
    import(&world, ndjson(&[row("1"), row("2")])).await;
    let mut changed = row("2");
    changed["placedAt"] = json!("2010-12-02T08:26:00Z");
    let mut update = changed.clone();
    update["update"] = json!(true);
    let mut taken = row("3");
    taken["number"] = json!("1");
    let mut bad = row("4");
    bad["lines"][0]["quantity"] = json!(0);
    let rows = ndjson(&[row("1"), changed, update, taken, bad, row("5")]);
    let (_, results) = import_as(&world, "shop", "/v1/imports?dryRun=true", rows).await;
    assert_eq!(statuses(&results), ["already", "refused", "corrected", "refused", "refused", "imported"]);
    let codes: Vec<&Value> = results.iter().map(|result| &result["code"]).collect();
    assert_eq!([codes[1], codes[3], codes[4]], ["import_conflict", "order_number_taken", "validation_failed"]);
    assert_eq!(world.events().await, 2);
    for path in ["/v1/imports?dryRun=perhaps", "/v1/imports?dryrun=true", "/v1/imports?dryRun=true&dryRun=false"] {
        let (reply, _) = import_as(&world, "shop", path, ndjson(&[row("5")])).await;
        assert_eq!(reply.status, 400, "{path}");
    }
    assert_eq!(world.events().await, 2);
}

/// Places an order; its number's count.
async fn place(world: &World) -> i64 {
    let path = world.ready("c-1").await;
    let placed = world.post(&format!("{path}/place"), &json!({})).send().await.assert(200);
    placed.body["number"].as_str().unwrap().strip_prefix("SO-").unwrap().parse().unwrap()
}

#[tokio::test]
async fn placing_goes_on_at_once_behind_any_imported_numbers() {
    let world = World::new().await;
    let last = place(&world).await;
    // Within the block that is fetched already, across its end, and far behind it in falling order.
    for range in [last + 3..last + 9, last + 1..last + 81, last + 500..last + 700] {
        let rows: Vec<Value> = range.clone().rev().map(|n| row(&format!("SO-{n}"))).collect();
        import(&world, ndjson(&rows)).await;
        let number = place(&world).await;
        assert!(number > last && !range.contains(&number), "SO-{number} after {range:?}");
    }
}

#[tokio::test]
async fn no_tenants_import_uses_up_the_numbers_of_anybody() {
    let world = World::new().await;
    let numbered = |number: &str| {
        let mut row = row(number);
        row["number"] = json!(number);
        row
    };
    for number in ["SO-1000000000001", "SO-9223372036854775807", "SO-99999999999999999999"] {
        let (_, results) = import(&world, ndjson(&[numbered(number)])).await;
        assert_eq!(results[0]["code"], "order_number_beyond_bound", "{number}");
    }
    let (_, results) = import_as(&world, "other", "/v1/imports", ndjson(&[numbered("SO-1000000000000")])).await;
    assert_eq!(results[0]["status"], "imported", "{results:?}");
    assert_eq!(place(&world).await, 1_000_001);
    import(&world, ndjson(&[numbered("SO-1000000000000")])).await;
    assert_eq!(place(&world).await, 1_000_000_000_001);
}

#[tokio::test]
async fn values_that_a_reader_of_the_topic_could_not_take_are_refused() {
    let world = World::new().await;
    let with = |pointer: &str, value: Value| {
        let mut row = row("1");
        *row.pointer_mut(pointer).unwrap() = value;
        row
    };
    for (pointer, value, code) in [
        ("/placedAt", json!("0000-01-01T00:00:00Z"), "moment_out_of_bounds"),
        ("/placedAt", json!("1829-12-31T23:59:59Z"), "moment_out_of_bounds"),
        ("/placedAt", json!("2250-01-01T00:00:00Z"), "moment_out_of_bounds"),
        ("/placedAt", json!("9999-12-31T23:59:59-14:00"), "malformed_moment"),
        ("/lines/0/unitPrice", json!("900719925474.0991"), "amount_overflow"),
        ("/lines/0/sku", json!("A\u{200b}B"), "character_not_allowed"),
        ("/lines/0/description", json!("A\u{202e}B"), "character_not_allowed"),
        ("/reference", json!("A\u{a0}B"), "character_not_allowed"),
        ("/number", json!("A\u{fffe}B"), "character_not_allowed"),
    ] {
        let (_, results) = import(&world, ndjson(&[with(pointer, value.clone())])).await;
        let error = &results[0]["errors"][0];
        assert_eq!((&error["pointer"], &error["code"]), (&json!(pointer), &json!(code)), "{value} {results:?}");
    }
    let (_, results) = import(&world, ndjson(&[with("/currency", json!("DEM"))])).await;
    assert_eq!(results[0]["status"], "imported", "history has withdrawn currencies");
    let draft = world.post("/v1/orders", &json!({"customer": "c-1", "currency": "DEM"})).send().await;
    let problem = draft.assert_problem(422, "validation_failed");
    assert_eq!(problem.body["errors"][0]["code"], "withdrawn_currency");
}

#[tokio::test]
async fn a_byte_order_mark_before_the_first_row_is_no_part_of_it() {
    let world = World::new().await;
    let (_, results) = import(&world, format!("\u{feff}{}", ndjson(&[row("1"), row("2")]))).await;
    assert_eq!(statuses(&results), ["imported", "imported"], "{results:?}");
}

#[tokio::test]
async fn a_placed_order_steps_over_a_number_that_an_import_brought() {
    let world = World::new().await;
    let path = world.ready("c-1").await;
    let rows: Vec<Value> = (1_000_001..1_000_004).map(|n| row(&format!("SO-{n}"))).collect();
    import(&world, ndjson(&rows)).await;
    let placed = world.post(&format!("{path}/place"), &json!({})).send().await.assert(200);
    assert_eq!(placed.body["number"], "SO-1000004");
}

#[tokio::test]
async fn the_request_is_checked_before_any_row() {
    let world = World::new().await;
    let post = |token: String, content_type| {
        world.call(Method::POST, "/v1/imports").token(token).raw(ndjson(&[row("1")]), content_type).send()
    };
    post(world.clerk(), "application/x-ndjson").await.assert_problem(403, "forbidden");
    post(world.admin(), "application/json").await.assert_problem(415, "wrong_content_type");
    world.call(Method::POST, "/v1/imports").no_token().send().await.assert_problem(401, "unauthenticated");
    assert_eq!(world.events().await, 0);
}

async fn open(world: &World) -> (Feed, BodyDataStream) {
    let (feed, body) = mpsc::channel(1);
    let call = world.call(Method::POST, "/v1/imports").no_key().token(world.admin());
    let response = call.raw(Body::from_stream(body), "application/x-ndjson").respond().await;
    assert_eq!(response.status(), 200);
    (feed, response.into_body().into_data_stream())
}

#[tokio::test]
async fn results_come_while_rows_are_still_being_sent() {
    let world = World::new().await;
    let (mut feed, mut results) = open(&world).await;
    for reference in ["1", "2", "3"] {
        feed.send(Ok(ndjson(&[row(reference)]).into())).await.unwrap();
        let piece = results.next().await.unwrap().unwrap();
        let result: Value = serde_json::from_slice(&piece).unwrap();
        assert_eq!(result["number"], reference);
    }
    drop(feed);
    assert!(results.next().await.is_none());
}

#[tokio::test]
async fn a_client_that_goes_away_stops_the_work() {
    let world = World::new().await;
    let (mut feed, mut results) = open(&world).await;
    feed.send(Ok(ndjson(&[row("1")]).into())).await.unwrap();
    results.next().await.unwrap().unwrap();
    drop(results);
    assert!(feed.send(Ok(ndjson(&[row("2")]).into())).await.is_err());
    assert_eq!(world.events().await, 1);
}

#[tokio::test]
async fn a_silent_client_is_answered_and_given_up() {
    let limits = command_service::Limits { import_idle_ms_max: 50, ..Default::default() };
    let world = World::with(crate::world::Setting { limits, ..Default::default() }).await;
    let (mut feed, results) = open(&world).await;
    feed.send(Ok(format!("{}\n{{\"sou", row("1")).into())).await.unwrap();
    let pieces: Vec<Bytes> = results.map(|piece| piece.unwrap()).collect().await;
    let text = String::from_utf8(pieces.concat()).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!((&last["row"], &last["status"], &last["code"]), (&json!(2), &json!("failed"), &json!("slow_body")));
}

#[tokio::test]
async fn imports_beyond_the_limit_are_refused_until_one_ends() {
    let limits = command_service::Limits { import_streams_max: 1, ..Default::default() };
    let world = World::with(crate::world::Setting { limits, ..Default::default() }).await;
    let (feed, results) = open(&world).await;
    let elsewhere = world.issuer.token(Role::Admin, &crate::world::tenant("other"), None);
    let refused = world.call(Method::POST, "/v1/imports").token(elsewhere).raw("", "application/x-ndjson").send().await;
    refused.assert_problem(503, "overloaded");
    drop(feed);
    assert_eq!(results.count().await, 0);
    let (_, results) = import(&world, ndjson(&[row("1")])).await;
    assert_eq!(statuses(&results), ["imported"]);
}
