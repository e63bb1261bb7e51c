//! GraphQL over HTTP.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::json;

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
    assert_eq!(status(post(&staff, "{\"query\": \"{ __typename }\", \"variables\": 7}")).await, 400);
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

#[tokio::test]
async fn browsers_get_a_page_of_our_own() {
    let world = World::new().await;
    let request =
        |uri: &str| Request::get(uri).header(header::ACCEPT, "text/html,*/*;q=0.8").body(Body::empty()).unwrap();
    let answer = world.send(request("/graphql")).await;
    let page = answer.body.as_str().unwrap();
    assert_eq!((answer.status, answer.content_type.as_str()), (200, "text/html; charset=utf-8"));
    assert!(page.contains("GraphQL console") && !page.contains("http://") && !page.contains("https://"));
    let graphiql = world.send(request("/graphql?ui=graphiql")).await;
    assert!(graphiql.body.as_str().unwrap().contains("/graphql"));
}
