//! GraphQL over HTTP.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;
use tower::ServiceExt;

use super::world::{World, imported, post};

fn get(uri: &str, token: &str, accept: &str) -> Request<Body> {
    Request::get(uri)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::ACCEPT, accept)
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn queries_come_by_post_and_by_get() {
    let world = World::new().await;
    world.apply(&imported(1, "c1").records()).await;
    let staff = world.staff();
    let answer = world.ask_with(&staff, "query($n: String) { order(number: $n) { number } }", json!({"n": "1"})).await;
    assert_eq!((answer.status, &answer.body["data"]["order"]["number"]), (200, &json!("1")));
    assert!(answer.content_type.starts_with("application/graphql-response+json"));
    let uri = "/graphql?query=query(%24n:String)%7Border(number:%24n)%7Bnumber%7D%7D&variables=%7B%22n%22:%221%22%7D";
    let answer = world.send(get(uri, &staff, "application/json")).await;
    assert_eq!((answer.status, &answer.body["data"]["order"]["number"]), (200, &json!("1")));
    assert!(answer.content_type.starts_with("application/json"));
}

#[tokio::test]
async fn get_changes_nothing() {
    let world = World::new().await;
    let answer = world.send(get("/graphql?query=mutation%7Bx%7D", &world.staff(), "*/*")).await;
    assert_eq!(answer.status, 405);
}

#[tokio::test]
async fn what_is_no_graphql_request_is_refused_by_its_status() {
    let world = World::new().await;
    let staff = world.staff();
    let status = async |request: Request<Body>| world.send(request).await.status;
    let typed = |kind: &str| {
        let mut request = post(&staff, "{\"query\": \"{ __typename }\"}");
        request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().unwrap());
        request
    };
    assert_eq!(status(typed("application/json; charset=utf-8")).await, 200);
    assert_eq!(status(typed("text/plain")).await, 415);
    assert_eq!(status(typed("multipart/form-data; boundary=x")).await, 415);
    assert_eq!(status(typed("application/x-www-form-urlencoded")).await, 415);
    assert_eq!(status(post(&staff, "{")).await, 400);
    assert_eq!(status(post(&staff, "[]")).await, 400);
    assert_eq!(status(post(&staff, "{}")).await, 400);
    assert_eq!(status(post(&staff, "{\"query\": 7}")).await, 400);
    for members in ["\"variables\": 7", "\"variables\": []", "\"extensions\": []", "\"operationName\": {}"] {
        assert_eq!(status(post(&staff, format!("{{\"query\": \"{{ __typename }}\", {members}}}"))).await, 400);
    }
    assert_eq!(status(post(&staff, "[\"{ __typename }\", null, null, null]")).await, 400);
    assert_eq!(status(post(&staff, "{\"query\": \"{ a }\", \"query\": \"{ __typename }\"}")).await, 400);
    assert_eq!(status(post(&staff, vec![0xff, 0xfe])).await, 400);
    assert_eq!(status(post(&staff, format!("{{\"query\": \"{}\"}}", " ".repeat(100_001)))).await, 413);
    assert_eq!(status(post(&staff, "[".repeat(90_000))).await, 400);
    assert_eq!(status(get("/graphql?query=%7B__typename%7D", &staff, "image/png")).await, 406);
    let put = Request::put("/graphql").header(header::AUTHORIZATION, format!("Bearer {staff}")).body(Body::empty());
    assert_eq!(status(put.unwrap()).await, 405);
}

#[tokio::test]
async fn the_older_media_type_answers_200_to_what_it_understood() {
    let world = World::new().await;
    let mut request = post(&world.staff(), "{\"query\": \"{ nothing }\"}");
    request.headers_mut().insert(header::ACCEPT, "application/json".parse().unwrap());
    let answer = world.send(request).await;
    assert_eq!((answer.status, answer.code()), (200, "BAD_USER_INPUT"));
    let newer = world.ask(&world.staff(), "{ nothing }").await;
    assert_eq!(newer.status, 400);
}

fn page(uri: &str) -> Request<Body> {
    Request::get(uri).header(header::ACCEPT, "text/html,*/*;q=0.8").body(Body::empty()).unwrap()
}

#[tokio::test]
async fn without_a_built_page_browsers_are_shown_how_to_get_one() {
    let world = World::new().await;
    let answer = world.send(page("/graphql")).await;
    assert_eq!((answer.status, answer.content_type.as_str()), (200, "text/html; charset=utf-8"));
    assert!(answer.body.as_str().unwrap().contains("ENGINE_GRAPHIQL_DIR"));
}

#[tokio::test]
async fn a_built_page_is_served_with_its_assets() {
    let folder = std::env::temp_dir()
        .join(format!("graphiql-{}", service_kit::clock::Ids::random(&service_kit::clock::SystemIds)));
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    std::fs::write(folder.join("index.html"), "<!doctype html><title>built</title>").unwrap();
    std::fs::write(folder.join("assets/app-0123.js"), "let built").unwrap();
    let world = World::new().await;
    let service = world.service_with(Some(folder.clone()));
    let send = async |request| service.router.clone().oneshot(request).await.unwrap();
    let answer = send(page("/graphql")).await;
    let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-cache");
    let script = send(page("/graphql/assets/app-0123.js")).await;
    assert_eq!(
        (script.status().as_u16(), &script.headers()[header::CONTENT_TYPE]),
        (200, &"text/javascript".parse().unwrap())
    );
    assert!(script.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    for absent in ["/graphql/assets/", "/graphql/assets/other.js", "/graphql/assets/..%2findex.html"] {
        let answer = send(page(absent)).await;
        assert_eq!(answer.status(), 404, "{absent}");
        assert!(!answer.headers().contains_key(header::CACHE_CONTROL), "{absent}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_persisted_query_is_known_by_its_hash_alone() {
    let world = World::new().await;
    let staff = world.staff();
    let hash = "7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b";
    let extensions = json!({"persistedQuery": {"version": 1, "sha256Hash": hash}});
    let send = async |body: serde_json::Value| world.send(post(&staff, body.to_string())).await;
    let unknown = send(json!({"extensions": extensions})).await;
    assert_eq!((unknown.status, unknown.code()), (200, "PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(unknown.body["errors"][0]["message"], "PersistedQueryNotFound");
    let other = send(json!({"query": "{ orders { totalCount } }", "extensions": extensions})).await;
    assert_eq!((other.status, other.code()), (400, "BAD_USER_INPUT"));
    let known = send(json!({"query": "{ __typename }", "extensions": extensions})).await;
    assert_eq!(known.body["data"], json!({"__typename": "Query"}));
    let alone = send(json!({"extensions": extensions})).await;
    assert_eq!((alone.status, &alone.body["data"]), (200, &json!({"__typename": "Query"})));
    let uri =
        format!("/graphql?extensions=%7B%22persistedQuery%22:%7B%22version%22:1,%22sha256Hash%22:%22{hash}%22%7D%7D");
    assert_eq!(world.send(get(&uri, &staff, "*/*")).await.body["data"], json!({"__typename": "Query"}));
    let wrong = json!({"persistedQuery": {"version": 2, "sha256Hash": hash}});
    assert_eq!(send(json!({"extensions": wrong})).await.status, 400);
}

#[tokio::test]
async fn errors_have_real_places_and_fields_come_in_the_order_asked_for() {
    let world = World::new().await;
    let staff = world.staff();
    let answer = world.ask(&staff, "{\n  b: __typename\n  nothing\n}").await;
    assert_eq!(answer.body["errors"][0]["locations"], json!([{"line": 3, "column": 3}]));
    let answer = world.ask(&staff, "{ orders(first: 101) { totalCount } }").await;
    assert_eq!(answer.body["errors"][0]["locations"], json!([{"line": 1, "column": 3}]));
    // A text that was rewritten for the executing library has other locations.
    let answer = world.ask(&staff, "{ order(number: \"\\u{0}\") { id } }").await;
    assert_eq!((answer.code(), answer.body["errors"][0].get("locations")), ("BAD_USER_INPUT", None));
    let request = post(&staff, "{\"query\": \"{ b: __typename a: __typename }\"}");
    let response = world.service().router.oneshot(request).await.unwrap();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    assert!(bytes.starts_with(b"{\"data\":{\"b\":\"Query\",\"a\":\"Query\"}"), "{}", String::from_utf8_lossy(&bytes));
}

#[tokio::test]
async fn where_nothing_is_selected_an_object_is_empty_and_not_null() {
    let world = World::new().await;
    world.apply(&imported(1, "c1").records()).await;
    let staff = world.staff();
    let order = world.data(&staff, "{ order(number: \"1\") { id } }").await["order"]["id"].clone();
    let query = "query ($id: ID!) { node(id: $id) { ... on Customer { customerId } } nodes(ids: [$id]) { ... on Customer { id } } }";
    let answer = world.ask_with(&staff, query, json!({"id": order})).await;
    assert_eq!(answer.body["data"], json!({"node": {}, "nodes": [{}]}));
    let answer = world.ask(&staff, "{ __typename @skip(if: true) }").await;
    assert_eq!((answer.status, &answer.body["data"]), (200, &json!({})));
    let answer = world.ask(&staff, "{ __schema { queryType { name @skip(if: true) } } }").await;
    assert_eq!(answer.body["data"], json!({"__schema": {"queryType": {}}}));
    let absent = world.ask(&staff, "{ order(number: \"2\") { ... @include(if: false) { id } } }").await;
    assert_eq!(absent.body["data"], json!({"order": null}));
}
