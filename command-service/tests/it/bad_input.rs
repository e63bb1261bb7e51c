//! What a hostile or careless client sends: a typed refusal, no event, no panic.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::world::{World, address, line};

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

#[tokio::test]
async fn quantities_and_prices_that_are_none() {
    let world = World::new().await;
    let path = world.draft("c-1").await;
    let lines = format!("{path}/lines");
    for quantity in
        [json!(0), json!(-1), json!(1.5), json!(1_000_001), json!(9_223_372_036_854_775_808_u64), json!(1e30)]
    {
        let refused = world.post(&lines, &with(line(), "quantity", quantity.clone())).send().await;
        let refused = refused.assert_problem(422, "validation_failed");
        assert_eq!(refused.errors(), [("/quantity".to_owned(), "quantity_out_of_range".to_owned())], "{quantity}");
    }
    for quantity in [json!(3.0), json!(1e0)] {
        world.post(&lines, &with(line(), "quantity", quantity)).send().await.assert(200);
    }
    for quantity in ["NaN", "Infinity", "1e999", "01", "+1", "\"3\"", "null", "[]"] {
        let body = format!("{{\"sku\":\"A\",\"unitPrice\":\"1\",\"quantity\":{quantity}}}");
        let refused = world.call(Method::POST, &lines).raw(body, "application/json").send().await;
        refused.assert_problem(400, "malformed_body");
    }
    for price in ["-1", "1e3", "NaN", "1.00001", "", "1,5", "9223372036854775807", "0x10", "１"] {
        let refused = world.post(&lines, &with(line(), "unitPrice", json!(price))).send().await;
        assert_eq!(refused.assert_problem(422, "validation_failed").errors()[0].0, "/unitPrice", "{price}");
    }
    world.post(&lines, &with(line(), "unitPrice", json!(2.55))).send().await.assert_problem(400, "malformed_body");
    assert_eq!(world.events().await, 3);
}

#[tokio::test]
async fn totals_that_overflow() {
    let world = World::new().await;
    let path = world.draft("c-1").await;
    let lines = format!("{path}/lines");
    let dearest = with(line(), "unitPrice", json!("900719925474.099"));
    let refused = world.post(&lines, &with(dearest.clone(), "quantity", json!(1_000_000))).send().await;
    refused.assert_problem(422, "amount_overflow");
    let half = with(with(line(), "unitPrice", json!("900000000000")), "quantity", json!(100));
    world.post(&lines, &half).send().await.assert(200);
    world.post(&lines, &half).send().await.assert_problem(422, "amount_overflow");
    assert_eq!(world.events().await, 2);
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let world = World::new().await;
    let deep = format!("{{\"currency\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    let nul = "{\"currency\":\"EUR\",\"customer\":\"a\\u0000b\"}".to_owned();
    for (body, status) in [
        (Vec::from("{\"currency\":\"EUR\",\"discount\":1}"), 400),
        (Vec::from("{\"currency\":\"EUR\",\"currency\":\"EUR\"}"), 400),
        (Vec::from("{\"currency\":\"EUR\",\"c\\u0075rrency\":\"EUR\"}"), 400),
        (deep.into_bytes(), 400),
        (b"{\"currency\":\"EU\xff\"}".to_vec(), 400),
        (b"{\"currency\":\"EU\0\"}".to_vec(), 400),
        (Vec::from("{\"currency\":\"EUR\"} {}"), 400),
        (Vec::from("{\"currency\":\"EUR\""), 400),
        (Vec::from("[]"), 400),
        (Vec::from("[null,\"c-1\",\"EUR\"]"), 400),
        (Vec::new(), 400),
        (nul.into_bytes(), 422),
    ] {
        let name = String::from_utf8_lossy(&body).chars().take(60).collect::<String>();
        let refused = world.call(Method::POST, "/v1/orders").raw(body, "application/json").send().await;
        let code = if status == 400 { "malformed_body" } else { "validation_failed" };
        assert_eq!((refused.status, &refused.body["code"]), (status, &json!(code)), "{name}");
    }
    let pointed = world.post("/v1/orders", &json!({"currency": "EUR", "discount": 1})).send().await;
    assert_eq!(pointed.errors()[0].0, "/discount");
    assert_eq!(world.events().await, 0);
}

#[tokio::test]
async fn bodies_that_are_too_large_or_of_another_type() {
    let world = World::new().await;
    let spaces = |bytes: usize| format!("{}{{\"currency\":\"EUR\"}}", " ".repeat(bytes));
    for bytes in [64 * 1024, 300 * 1024, 20_000_000] {
        let refused = world.call(Method::POST, "/v1/orders").raw(spaces(bytes), "application/json").send().await;
        refused.assert_problem(413, "body_too_large");
    }
    // Without a declared length, as a chunked upload comes.
    let chunk = bytes::Bytes::from(vec![b' '; 1 << 20]);
    let chunks = futures::stream::iter((0..20).map(move |_| Ok::<_, std::io::Error>(chunk.clone())));
    let refused =
        world.call(Method::POST, "/v1/orders").raw(Body::from_stream(chunks), "application/json").send().await;
    refused.assert_problem(413, "body_too_large");
    world.call(Method::POST, "/v1/orders").raw(spaces(60 * 1024), "application/json").send().await.assert(201);
    for content_type in
        ["application/json; charset=latin1", "text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"]
    {
        let refused = world.call(Method::POST, "/v1/orders").raw(spaces(0), content_type).send().await;
        refused.assert_problem(415, "wrong_content_type");
    }
}

#[tokio::test]
async fn ids_that_are_none() {
    let world = World::new().await;
    for id in ["x", "1", "%00", "%ff", "..%2f..", "01936f2a-7c00-7abc-8def-0123456789a", "' OR 1=1 --"] {
        let path = format!("/v1/orders/{}", id.replace(' ', "%20"));
        world.get(&path).send().await.assert_problem(404, "order_not_found");
    }
    let path = world.draft("c-1").await;
    let line = world.put(&format!("{path}/lines/x"), &json!({"quantity": 1})).send().await;
    line.assert_problem(404, "line_not_found");
    let absent = format!("{path}/lines/0b7e1d9c-0000-4000-8000-000000000001");
    world.put(&absent, &json!({"quantity": 1})).send().await.assert_problem(404, "line_not_found");
    // Only version 7 sorts by time.
    for id in [
        "0b7e1d9c-0000-4000-8000-000000000001",
        "00000000-0000-0000-0000-000000000000",
        "x",
        "{01936f2a-7c00-7abc-8def-0123456789ab}",
    ] {
        let refused = world.post("/v1/orders", &json!({"id": id, "currency": "EUR"})).send().await;
        assert_eq!(
            refused.assert_problem(422, "validation_failed").errors(),
            [("/id".to_owned(), "not_a_uuid_v7".to_owned())]
        );
    }
}

#[tokio::test]
async fn methods_that_a_path_does_not_take() {
    let world = World::new().await;
    let refused = world.call(Method::PATCH, "/v1/orders").send().await.assert_problem(405, "method_not_allowed");
    assert_eq!(refused.header("allow"), "POST");
    world.get("/v1/imports").send().await.assert_problem(405, "method_not_allowed");
}

#[tokio::test]
async fn all_that_is_wrong_with_a_body_is_named_at_once() {
    let world = World::new().await;
    let path = world.draft("c-1").await;
    let body = json!({"kind": "SHIPPING", "name": "", "line1": "x".repeat(201), "city": "A\u{1b}[31m", "country": "uk",
        "postalCode": " 1", "phone": "none", "email": "nobody"});
    let refused = world.put(&format!("{path}/address"), &body).send().await.assert_problem(422, "validation_failed");
    let mut pointers: Vec<_> = refused.errors().into_iter().map(|(pointer, _)| pointer).collect();
    pointers.sort();
    assert_eq!(pointers, ["/city", "/country", "/email", "/line1", "/name", "/phone", "/postalCode"]);
    assert!(!refused.body.to_string().contains("nobody"));
    let unknown_kind = with(address(), "kind", json!("HOME"));
    world.put(&format!("{path}/address"), &unknown_kind).send().await.assert_problem(400, "malformed_body");
    assert_eq!(world.events().await, 1);
}

#[tokio::test]
async fn hostile_texts_are_stored_as_they_are_or_refused() {
    let world = World::new().await;
    let path = world.draft("c-1").await;
    let lines = format!("{path}/lines");
    for text in ["'; DROP TABLE events; --", "%s%n{}{0}", "100%_\\", "${jndi:ldap://x}", "<script>"] {
        world.post(&lines, &with(line(), "description", json!(text))).send().await.assert(200);
    }
    for text in ["a\r\nSet-Cookie: x", "a\u{1b}[2J", "a\0b", "a\u{7f}", "a\u{85}b", "a\u{202e}txt", "a\u{200b}b"] {
        for field in ["description", "sku"] {
            let refused = world.post(&lines, &with(line(), field, json!(text))).send().await;
            let refused = refused.assert_problem(422, "validation_failed");
            assert_eq!(refused.errors(), [(format!("/{field}"), "character_not_allowed".to_owned())]);
        }
    }
    let view = world.get(&path).send().await.assert(200);
    let stored = view.body["lines"].as_array().unwrap();
    assert_eq!((stored.len(), &stored[0]["description"]), (5, &json!("'; DROP TABLE events; --")));
    assert_eq!(world.events().await, 6);
}

#[tokio::test]
async fn a_draft_has_at_most_two_thousand_lines() {
    let world = World::new().await;
    let path = world.draft("c-1").await;
    let lines = format!("{path}/lines");
    let body = line();
    for _ in 0..20 {
        let batch = futures::future::join_all((0..100).map(|_| world.post(&lines, &body).send())).await;
        batch.into_iter().for_each(|reply| _ = reply.assert(200));
    }
    world.post(&lines, &body).send().await.assert_problem(422, "too_many_lines");
    assert_eq!(world.events().await, 2_001);
}

/// What serde would take by default, and no description of the bodies promises.
#[tokio::test]
async fn an_array_is_no_object_and_an_object_is_no_name() {
    let world = World::new().await;
    let path = world.ready("c-1").await;
    for (target, body) in [
        ("/lines", r#"[null,"SKU","text",1,"1"]"#),
        ("/place", "[null]"),
        ("/place", r#"{"expectedTotal":[612,"EUR"]}"#),
        ("/cancel", r#"{"reason":{"STAFF":null}}"#),
        ("/address", r#"{"kind":{"SHIPPING":null},"name":"A","line1":"B","city":"C","country":"GB"}"#),
        ("/validate/add-line", r#"[null,"SKU","text",1,"1"]"#),
        ("/validate/cancel", r#"["STAFF",null]"#),
    ] {
        let call = world.call(Method::POST, &format!("{path}{target}")).raw(body, "application/json");
        let refused = call.header("if-match", "\"3\"").send().await;
        refused.assert_problem(400, "malformed_body");
    }
    let row = r#"["old","1","1","SALE",null,null,null,"GBP","2024-01-01T00:00:00Z",[["x",null,1,"1"]]]"#;
    let rows = world.call(Method::POST, "/v1/imports").token(world.admin()).raw(row, "application/x-ndjson");
    assert_eq!(rows.send().await.assert(200).body["code"], "malformed_body");
    assert_eq!(world.events().await, 3);
}

#[tokio::test]
async fn an_empty_optional_text_is_an_absent_one() {
    let world = World::new().await;
    let created = world.post("/v1/orders", &json!({"id": "", "customer": "", "currency": "EUR"})).send().await;
    let path = created.assert(201).header("location").to_owned();
    let empty = with(with(line(), "lineId", json!("")), "description", json!(""));
    world.post(&format!("{path}/lines"), &empty).send().await.assert(200);
    let mut given = address();
    for field in ["line2", "postalCode", "region", "phone", "email"] {
        given[field] = json!("");
    }
    world.put(&format!("{path}/address"), &given).send().await.assert(200);
    let view = world.get(&path).token(world.admin()).send().await.assert(200).body;
    assert!(view["lines"][0].get("description").is_none(), "{view}");
    assert!(!view["addresses"].to_string().contains("\"\""), "{view}");
    let required = with(address(), "city", json!(""));
    let refused =
        world.put(&format!("{path}/address"), &required).send().await.assert_problem(422, "validation_failed");
    assert_eq!(refused.errors(), [("/city".to_owned(), "empty".to_owned())]);
}

#[tokio::test]
async fn a_body_may_be_left_out_though_its_type_is_named() {
    let world = World::new().await;
    let path = world.ready("c-1").await;
    world.call(Method::POST, &format!("{path}/place")).raw(Body::empty(), "application/json").send().await.assert(200);
}
