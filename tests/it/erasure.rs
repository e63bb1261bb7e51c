//! A customer's personal data: readable by those who may, in the clear nowhere, and gone once it is erased.

use domain::order::contract::TOPIC;
use messaging::headers::TYPE;
use messaging::testing::TestTopic;
use messaging::topics::READ_DEAD_LETTERS;
use reqwest::Method;
use serde_json::{Value, json};
use service_kit::clock::Stopwatch;
use service_kit::poll::wait_until;
use service_kit::postgres::{ConnectOptions, connect};
use service_kit::testing::PATIENCE;
use tokio_postgres::Client;

use crate::engine::engine;
use crate::imports::import_rows;
use crate::proofs::{ALONE, live_rows, orderctl};
use crate::tenant::{Caller, LOOK, Ordered, TestTenant};
use crate::words::{every_storage, number, storages_with, word};

/// Events of an order after which it has a snapshot.
const SNAPSHOT_EVENTS: u32 = 1_000;
const PARTITIONS: i32 = 12;
/// Orders of one customer, in the test that takes minutes.
const MANY: usize = 10_000;

const ORDER: &str = "query ($id: ID!) { order(id: $id) { version timeline(last: 1) { nodes { type } }
    shippingAddress { erased details { name line1 city phone email } } } }";

async fn log() -> Client {
    connect(&engine().settings.databases.orders, &ConnectOptions::named("test")).await.unwrap()
}

/// How many of these orders have so many `SubjectErased` in the log, for each number there is.
async fn erasures(log: &Client, orders: &[String]) -> Vec<(i64, i64)> {
    let sql = "SELECT times, count(*) FROM (SELECT count(*) AS times FROM events WHERE aggregate_type = 'order' \
        AND aggregate_id = ANY($1) AND event_type = 'SubjectErased' GROUP BY aggregate_id) AS orders GROUP BY 1 ORDER BY 1";
    let rows = log.query(sql, &[&orders]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// How often a `SubjectErased` of one of these orders stands on the topic.
async fn erasures_published(orders: &[String]) -> usize {
    let topic = TestTopic { name: TOPIC.to_owned(), partitions: PARTITIONS };
    let wanted: std::collections::HashSet<&[u8]> = orders.iter().map(String::as_bytes).collect();
    let records = topic.read_all().await;
    let erasures = records.iter().filter(|record| {
        let is_erasure = record.headers.last(TYPE).is_some_and(|name| name.ends_with(b".SubjectErased"));
        is_erasure && record.key.as_deref().is_some_and(|key| wanted.contains(key))
    });
    erasures.count()
}

/// Customer, address and words of somebody made up.
struct Person {
    customer: String,
    details: Value,
    address: Value,
}

impl Person {
    fn new() -> Self {
        let details = json!({"name": format!("Zoë \"{}\"", word()), "line1": format!("1 {} Street", word()), "city": word(),
            "phone": number(), "email": format!("{}@example.org", word())});
        let mut address = details.clone();
        address["kind"] = json!("SHIPPING");
        address["country"] = json!("CH");
        Self { customer: word(), details, address }
    }

    /// What must be found nowhere.
    fn words(&self) -> Vec<String> {
        let texts = self.details.as_object().unwrap().values().map(|text| text.as_str().unwrap());
        texts
            .map(|text| {
                text.split(|c: char| !c.is_ascii_alphanumeric()).max_by_key(|part| part.len()).unwrap().to_owned()
            })
            .collect()
    }

    async fn draft(&self, clerk: &Caller) -> Ordered {
        clerk.command(Method::POST, "/v1/orders", json!({"customer": self.customer, "currency": "EUR"})).await
    }

    async fn address(&self, clerk: &Caller, order: &Ordered) -> Ordered {
        clerk.command(Method::POST, &format!("/v1/orders/{}/address", order.id), self.address.clone()).await
    }
}

async fn line(clerk: &Caller, order: &Ordered) -> String {
    let line = json!({"sku": "S-1", "quantity": 1, "unitPrice": "2.50"});
    let added = clerk.command(Method::POST, &format!("/v1/orders/{}/lines", order.id), line).await;
    added.body["lineId"].as_str().unwrap().to_owned()
}

async fn placed(clerk: &Caller, person: &Person) -> Ordered {
    let draft = person.draft(clerk).await;
    line(clerk, &draft).await;
    person.address(clerk, &draft).await;
    clerk.command(Method::POST, &format!("/v1/orders/{}/place", draft.id), json!({})).await
}

/// A draft so long that a snapshot of it is kept.
async fn long(clerk: &Caller, person: &Person) -> Ordered {
    let draft = person.draft(clerk).await;
    let path = format!("/v1/orders/{}/lines/{}", draft.id, line(clerk, &draft).await);
    let mut last = person.address(clerk, &draft).await;
    for change in 0..SNAPSHOT_EVENTS {
        last = clerk.command(Method::PUT, &path, json!({"quantity": 2 + change % 2})).await;
    }
    last
}

/// A draft whose address is parked: its row in the read models is set back by one version, so the next one does not follow.
async fn parked(clerk: &Caller, person: &Person) -> Ordered {
    let draft = person.draft(clerk).await;
    clerk.query(Some(&draft), ORDER, json!({"id": draft.id})).await;
    shift_version(&draft, 1).await;
    let addressed = person.address(clerk, &draft).await;
    wait_until(PATIENCE, LOOK, async || parked_records(&draft).await == 1).await.unwrap();
    addressed
}

/// Sets the row of an order in the read models back by so many versions.
async fn shift_version(order: &Ordered, by: i64) {
    let sql = "UPDATE order_summary SET version = version - $2 WHERE order_id = $1::text::uuid";
    assert_eq!(live_rows().await.execute(sql, &[&order.id, &by]).await.unwrap(), 1);
}

async fn parked_records(order: &Ordered) -> i64 {
    let sql = "SELECT count(*) FROM public.parked WHERE key = convert_to($1, 'UTF8')";
    live_rows().await.query_one(sql, &[&order.id]).await.unwrap().get(0)
}

async fn import(clerk: &Caller, customer: &str, orders: usize) -> Vec<String> {
    let rows = (0..orders).map(|number| {
        let row = json!({"source": "old", "reference": number.to_string(), "number": number.to_string(), "kind": "SALE",
            "customer": customer, "currency": "GBP", "placedAt": "2024-01-01T00:00:00Z",
            "lines": [{"sku": "S-1", "quantity": 1, "unitPrice": "1"}]});
        format!("{row}\n")
    });
    let results = import_rows(clerk, rows.collect()).await;
    results.iter().map(|result| result["orderId"].as_str().unwrap().to_owned()).collect()
}

/// What HTTP and GraphQL show of an order's address.
async fn shown(clerk: &Caller, order: &Ordered) -> [Value; 2] {
    let answer = clerk.request(Method::GET, &format!("/v1/orders/{}", order.id)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let view: Value = answer.json().await.unwrap();
    let seen = clerk.query(Some(order), ORDER, json!({"id": order.id})).await;
    [view["shippingAddress"].clone(), seen["order"]["shippingAddress"].clone()]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_word_of_a_person_stands_anywhere_and_after_the_erasure_nobody_can_read_it() {
    let _alone = ALONE.lock().await;
    let tenant = TestTenant::open();
    let person = Person::new();
    let clerk = tenant.admin();
    let placed = placed(&clerk, &person).await;
    let long = long(&clerk, &person).await;
    let imported = import(&clerk, &person.customer, 1).await.remove(0);
    // A request that is refused names the words too.
    let wrong = json!({"kind": "SHIPPING", "name": person.address["name"], "line1": person.address["line1"],
        "city": person.address["city"], "country": "CH", "phone": person.address["email"], "email": person.address["phone"]});
    let refused = clerk.send(Method::POST, &format!("/v1/orders/{}/address", long.id), wrong).await;
    assert_eq!(refused.status(), 422);
    for order in [&placed, &long] {
        for address in shown(&clerk, order).await {
            assert_eq!(address["details"], person.details);
        }
    }
    let parked = parked(&clerk, &person).await;

    let words = person.words();
    let before = every_storage().await;
    // The search finds what is there: the customer's id is no secret.
    let known = storages_with(&before, &person.customer);
    for storage in [
        "table orders public.events",
        "table orders public.state_snapshots",
        "table read public.parked",
        "table identity public.subject_keys",
        &format!("topic {TOPIC}"),
        &format!("topic {READ_DEAD_LETTERS}"),
    ] {
        assert!(known.contains(&storage), "{storage} is not among {known:?}");
    }
    assert!(storages_with(&before, &placed.id).contains(&"table orders public.idempotency"), "no answer is kept");
    for word in &words {
        assert_eq!(storages_with(&before, word), [""; 0], "{word} stands in the clear");
    }

    let erase = format!("privacy erase customer:{} --tenant {} --yes", person.customer, tenant.id);
    assert!(orderctl(&erase).await);
    assert!(orderctl(&erase).await, "a repeat changes nothing");
    let orders = [&placed.id, &long.id, &parked.id, &imported].map(Clone::clone);
    assert_eq!(erasures(&log().await, &orders).await, [(1, 4)]);
    let gone = async || {
        let shown = [shown(&clerk, &placed).await, shown(&clerk, &long).await].concat();
        shown.iter().all(|address| address["erased"] == true && address["details"].is_null())
    };
    wait_until(PATIENCE, LOOK, gone).await.unwrap();
    wait_until(PATIENCE, LOOK, async || parked_records(&parked).await == 2).await.unwrap();
    let after = every_storage().await;
    for word in &words {
        assert_eq!(storages_with(&after, word), [""; 0], "{word} stands in the clear");
    }

    // What was parked is applied after all, and nobody can read it either.
    shift_version(&parked, -1).await;
    assert!(orderctl(&format!("dlq redrive --key {}", parked.id)).await);
    for address in shown(&clerk, &parked).await {
        assert_eq!((&address["erased"], &address["details"]), (&json!(true), &Value::Null));
    }
    for id in &orders {
        let recorded = async || {
            let seen = clerk.query(None, ORDER, json!({ "id": id })).await;
            seen["order"]["timeline"]["nodes"][0]["type"] == "SubjectErased"
        };
        wait_until(PATIENCE, LOOK, recorded).await.unwrap();
    }
    assert_eq!(erasures_published(&orders).await, 4);
    assert!(orderctl("audit").await);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; `make test-long` runs it"]
async fn ten_thousand_orders_of_a_customer_say_once_that_it_is_erased() {
    let tenant = TestTenant::open();
    let log = log().await;
    let clerk = tenant.admin();
    let watch = Stopwatch::start();
    let orders = import(&clerk, "c-1", MANY).await;
    assert_eq!(orders.len(), MANY);
    println!("{MANY} orders imported in {:.1} s", watch.elapsed().as_secs_f64());

    let erase = || {
        let request = clerk.request(Method::POST, "/v1/privacy/subjects/customer:c-1/erase");
        tokio::spawn(async move { request.send().await.unwrap().json::<Value>().await.unwrap() })
    };
    let watch = Stopwatch::start();
    let dropped = erase();
    let recorded = async || erasures(&log, &orders).await.iter().map(|(_, orders)| orders).sum::<i64>();
    wait_until(PATIENCE, LOOK, async || recorded().await > 0).await.unwrap();
    dropped.abort();
    assert!(dropped.await.is_err(), "all was done before the request could be dropped");
    let before = recorded().await;
    println!("dropped after {before} orders and {:.1} s", watch.elapsed().as_secs_f64());

    let watch = Stopwatch::start();
    let mut requests = 0;
    loop {
        let erasure = erase().await.unwrap();
        requests += 1;
        if erasure["remaining"] == false {
            break;
        }
    }
    println!("the rest erased in {:.1} s and {requests} requests", watch.elapsed().as_secs_f64());
    let many = i64::try_from(MANY).unwrap();
    assert_eq!(erasures(&log, &orders).await, [(1, many)]);
    let published = async || erasures_published(&orders).await >= MANY;
    wait_until(PATIENCE, LOOK, published).await.unwrap();
    assert_eq!(erasures_published(&orders).await, MANY);
    println!("published after {:.1} s", watch.elapsed().as_secs_f64());
}
