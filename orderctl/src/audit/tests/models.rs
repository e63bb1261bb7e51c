//! Rows, answers and consumed records: what is right is clean, what is wrong is named.

use domain::order::contract::PublicEvent;
use domain::order::{ImportLine, ImportOrder, Order, OrderCommand, OrderKind};
use domain::{
    Currency, CustomerId, Decider, ExternalReference, ImportSource, OrderId, OrderNumber, Quantity, Sku, StoredEvent,
    TenantId, Timestamp, UnitPrice,
};
use event_store::audit::Range;
use event_store::{Store, StoreOptions};
use messaging::testing::{TestTopic, brokers, new_order, register_all, registry};
use messaging::whole_topic::Topic;
use messaging::{Decoder, IncomingRecord, OutgoingRecord, Readers};
use projection_service::audit::{Consumed, Counts, ParkedKey};
use read_models::rebuild::{Purpose, RebuildOptions, rebuild};
use read_models::{Applier, ModelSet, Orders};
use relay::audit::Histories;
use service_kit::audit::{Finding, Findings};
use service_kit::clock::{Ids, SystemIds};
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;

use super::super::{RECEIPTS, answers, projected, relayed, snapshot};
use order_engine::{StoreLog, StoredStreams};

/// Imported orders in log, topic and read models, and the answers of their keys.
struct World {
    orders: TestDatabase,
    store: Store,
    read: TestDatabase,
    topic: TestTopic,
    client: Client,
    ids: Vec<OrderId>,
}

/// What an audit of all that found.
struct Audited {
    /// Invariant, code and order of each finding, sorted.
    reported: Vec<(String, &'static str, Option<String>)>,
    details: String,
    parked: Vec<ParkedKey>,
    counts: Counts,
    kept_orders: Option<i64>,
}

fn import(order_id: OrderId, number: usize) -> OrderCommand {
    let at = Timestamp::try_from_micros(1_291_191_960_000_000).unwrap();
    OrderCommand::ImportOrder(ImportOrder {
        order_id,
        tenant: TenantId::try_new("shop").unwrap(),
        source: ImportSource::try_new("test").unwrap(),
        reference: ExternalReference::try_new(number.to_string()).unwrap(),
        number: OrderNumber::try_new(number.to_string()).unwrap(),
        kind: OrderKind::Sale,
        credit_of: None,
        customer: Some(CustomerId::try_new("c1").unwrap()),
        country: None,
        currency: Currency::GBP,
        lines: vec![ImportLine {
            sku: Sku::try_new("85123A").unwrap(),
            description: None,
            quantity: Quantity::try_new(6).unwrap(),
            unit_price: UnitPrice::try_new("2.55").unwrap(),
        }],
        placed_at: at,
        is_update: false,
        at,
    })
}

impl World {
    /// Orders of one event each, of which the last `unapplied` are consumed and not applied.
    async fn of(orders: usize, unapplied: usize) -> Self {
        let database = TestDatabase::migrated(event_store::migrations()).await;
        let client = database.client().await;
        let ids: Vec<_> = (0..orders).map(|_| new_order()).collect();
        for (id, number) in ids.iter().zip(1..) {
            let event = Order::decide(&Order::initial(), import(*id, number)).unwrap().remove(0);
            let body = serde_json::to_string(&event).unwrap();
            let key = id.to_string();
            let values = (event.event_type(), event.event_version(), SystemIds.ordered());
            let statement = include_str!("import.sql");
            client.execute(statement, &[&key, &values.0, &values.1, &body, &values.2]).await.unwrap();
        }
        client.query("SELECT sequence_log(0::smallint, 0, 1000)", &[]).await.unwrap();
        let store = Store::open(database.url(), StoreOptions::default()).await.unwrap();
        let page = store.read_log(0, 0, 1_000).await.unwrap();
        let records: Vec<OutgoingRecord<PublicEvent>> =
            page.rows.into_iter().map(|(position, row)| relay::outgoing(position, row).unwrap()).collect();
        let topic = TestTopic::create(1).await;
        topic.publish(&topic.encoder().await, &records).await;
        let read = TestDatabase::create().await;
        read_models::migrate(read.url(), &order_engine::model_sets(), |_| ()).await.unwrap();
        let world = Self { orders: database, store, read, topic, client, ids };
        world.apply(records, unapplied).await;
        world
    }

    async fn apply(&self, records: Vec<OutgoingRecord<PublicEvent>>, unapplied: usize) {
        let mut client = self.read.client().await;
        let applier = Applier::<Orders>::open(&client).await.unwrap();
        let records: Vec<_> = records.into_iter().map(|record| record.published).collect();
        let transaction = client.transaction().await.unwrap();
        applier.apply(&transaction, &records[..records.len() - unapplied]).await.unwrap();
        let offset = "INSERT INTO public.projector_offset (group_name, topic, partition, next_offset) VALUES ('read', $1, 0, $2)";
        let consumed = i64::try_from(records.len()).unwrap();
        transaction.execute(offset, &[&self.topic.name, &consumed]).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// Changes the read models.
    async fn damage(&self, statements: &str) {
        self.read.client().await.batch_execute(statements).await.unwrap();
    }

    fn reported(&self, invariant: &str, code: &'static str, number: usize) -> (String, &'static str, Option<String>) {
        (invariant.to_owned(), code, Some(self.ids[number].to_string()))
    }

    async fn audit(&self) -> Audited {
        let mut findings = Findings::default();
        let mut read = self.read.client().await;
        let mut orders = self.orders.client().await;
        let read = snapshot(&mut read).await.unwrap();
        let decoder = Decoder::new(registry());
        let mut consumed = Consumed::<Orders>::load(&read, &decoder, "read", &self.topic.name).await.unwrap();
        register_all::<PublicEvent>(&registry(), &self.topic.name).await.unwrap();
        let readers = Readers::connect(&registry(), &self.topic.name).await.unwrap();
        let head = i64::try_from(self.ids.len()).unwrap();
        let (looked, parked) = {
            let orders = snapshot(&mut orders).await.unwrap();
            let mut histories = Histories::open(&orders, &readers).await.unwrap();
            let rows = StoredStreams(&mut histories);
            let looked = projected::check(&read, rows, &[head], &consumed, &mut findings).await.unwrap();
            findings.append(&mut histories.findings);
            looked
        };
        answers::check(&orders, RECEIPTS, &mut findings).await.unwrap();
        let ranges = [Range { shard: 0, after: 0, last: head }];
        self.topic.has_markers().await;
        let topic = Topic::open("audit", &brokers(), &self.topic.name, |_| 0).await.unwrap();
        let on_records =
            async |records: &[IncomingRecord], _: u64, findings: &mut Findings| consumed.batch(records, findings).await;
        relayed::compare(&orders, topic, &ranges, |_| true, &mut findings, on_records).await.unwrap();
        consumed.finish(&mut findings);
        let reported = |finding: &Finding| (format!("{:?}", finding.invariant), finding.code, finding.stream.clone());
        let mut all: Vec<_> = findings.listed.iter().map(reported).collect();
        all.sort();
        let details = findings.listed.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        Audited { reported: all, details, parked, counts: consumed.counts, kept_orders: looked.kept_streams }
    }
}

fn nameless(invariant: &str, code: &'static str) -> (String, &'static str, Option<String>) {
    (invariant.to_owned(), code, None)
}

#[tokio::test]
async fn what_is_right_is_clean_and_damaged_rows_are_named_to_the_field() {
    let world = World::of(5, 0).await;
    let clean = world.audit().await;
    assert_eq!(clean.reported, [], "{}", clean.details);
    assert_eq!(clean.counts, Counts { consumed: 5, applied: 5, ..Counts::default() });
    let damage = "UPDATE order_summary_g1.order_summary SET total_minor = 1 WHERE number = '2'; \
                  DELETE FROM order_lines_g1.order_lines WHERE order_id = \
                  (SELECT order_id FROM order_summary_g1.order_summary WHERE number = '3'); \
                  UPDATE sku_sales_g1.sku_sales SET quantity = quantity + 1; \
                  UPDATE order_timeline_g1.order_timeline SET type = 'Sung' WHERE order_id = \
                  (SELECT order_id FROM order_summary_g1.order_summary WHERE number = '4')";
    world.damage(damage).await;
    let found = world.audit().await;
    let mut expected = vec![
        world.reported("I6", "row_differs", 1),
        world.reported("I6", "row_missing", 2),
        world.reported("I6", "row_differs", 3),
        nameless("I6", "row_differs"),
    ];
    expected.sort();
    assert_eq!(found.reported, expected, "{}", found.details);
    assert!(found.details.contains("total_minor: live 1, by the log 1530"), "{}", found.details);
    assert!(found.details.contains("quantity: live 31, by the log 30"), "{}", found.details);
}

#[tokio::test]
async fn a_parked_order_is_reported_with_the_sums_that_it_makes_wrong() {
    let world = World::of(3, 1).await;
    let lost = world.audit().await;
    let expected = [world.reported("I14", "neither_applied_nor_parked", 2), world.reported("I6", "not_projected", 2)];
    assert_eq!(lost.reported, expected, "{}", lost.details);
    let park = format!(
        "INSERT INTO public.parked (group_name, topic, partition, \"offset\", key, order_id, reason) \
         VALUES ('read', '{}', 0, 2, 'k', '{}', 'a test')",
        world.topic.name, world.ids[2]
    );
    world.damage(&park).await;
    let waits = world.audit().await;
    assert_eq!(waits.reported, [world.reported("I6", "parked", 2)], "{}", waits.details);
    assert_eq!(waits.counts, Counts { consumed: 3, applied: 2, parked: 1, ..Counts::default() });
    let falsified = [
        "customer_summary shop/c1/GBP",
        "sku_sales shop/85123A/GBP/2010-12-01",
        "order_counts shop/COMPLETED/SALE/true//GBP",
    ];
    assert_eq!((waits.parked[0].stream, waits.parked[0].records), (world.ids[2].uuid(), 1));
    assert_eq!(waits.parked[0].falsifies, falsified);
    let drop = "WITH gone AS (DELETE FROM public.parked RETURNING *) INSERT INTO public.parked_dropped \
         (id, group_name, topic, partition, \"offset\", key, order_id, reason, headers, at, dropped_because) \
         SELECT id, group_name, topic, partition, \"offset\", key, order_id, reason, headers, at, 'no use' FROM gone";
    world.damage(drop).await;
    let given_up = world.audit().await;
    assert_eq!(given_up.reported, [world.reported("I6", "given_up", 2)], "{}", given_up.details);
    assert!(given_up.details.contains("no use"), "{}", given_up.details);
    assert_eq!(given_up.counts, Counts { consumed: 3, applied: 2, dropped: 1, ..Counts::default() });
}

#[tokio::test]
async fn rows_beyond_the_log_and_answers_without_effect_are_named() {
    let world = World::of(3, 0).await;
    let damage = "DELETE FROM events WHERE aggregate_id = $1";
    world.client.execute(damage, &[&world.ids[0].to_string()]).await.unwrap();
    let again = "INSERT INTO idempotency (id, fingerprint, answer) SELECT 'twice', '', answer FROM idempotency \
                 WHERE answer->'done'->>'orderId' = $1";
    world.client.execute(again, &[&world.ids[1].to_string()]).await.unwrap();
    let odd =
        "INSERT INTO idempotency (id, fingerprint, answer) VALUES ('odd', '', '{}'), ('no', '', '{\"refused\": {}}')";
    world.client.batch_execute(odd).await.unwrap();
    let found = world.audit().await;
    let sums = found.reported.iter().filter(|(_, code, order)| *code == "row_differs" && order.is_none()).count();
    assert_eq!(sums, 3, "{}", found.details);
    let named: Vec<_> = found.reported.into_iter().filter(|(_, code, _)| *code != "row_differs").collect();
    let mut expected = vec![
        world.reported("I4", "not_in_log", 0),
        world.reported("I6", "ahead_of_log", 0),
        nameless("I7", "answer_unreadable"),
        world.reported("I7", "answer_without_effect", 0),
        world.reported("I7", "effect_of_several_keys", 1),
    ];
    expected.sort();
    assert_eq!(named, expected, "{}", found.details);
}

#[tokio::test]
async fn what_no_release_reads_is_named() {
    let world = World::of(1, 0).await;
    let unread = "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
                  VALUES ('order', $1, 2, 'OrderCancelled', '9.9', '{}', '{}'), ('order', $1, 3, 'Sung', '1.0', '{}', '{}')";
    world.client.execute(unread, &[&world.ids[0].to_string()]).await.unwrap();
    let mut poison = world.topic.encoder().await.encode(&messaging::testing::drafted(new_order(), 9)).unwrap();
    poison.value = Some(b"no Avro at all".to_vec());
    let key = String::from_utf8(poison.key.clone().unwrap()).unwrap();
    let producer = messaging::producer::IdempotentProducer::new(&brokers()).unwrap();
    producer.produce(poison).await.unwrap();
    producer.flush().await.unwrap();
    let found = world.audit().await;
    let mut expected =
        vec![world.reported("I13", "undecodable", 0), ("I13".to_owned(), "record_undecodable", Some(key))];
    expected.sort();
    assert_eq!(found.reported, expected, "{}", found.details);
}

#[tokio::test]
async fn live_built_and_rebuilt_rows_have_one_hash_unless_their_difference_was_accepted() {
    let world = World::of(4, 0).await;
    assert_eq!(world.audit().await.kept_orders, None);
    let switch = async |purpose| {
        let log = StoreLog(world.store.clone());
        let options = RebuildOptions::of("orders");
        let how = (purpose, &options, SystemIds.ordered());
        assert!(
            rebuild::<Orders, _>(world.read.url(), &log, &Orders::MODELS.all(), how, &mut |_| ())
                .await
                .unwrap()
                .switched
        );
    };
    switch(Purpose::Switch).await;
    let clean = world.audit().await;
    assert_eq!((clean.reported, clean.kept_orders), (vec![], Some(4)), "{}", clean.details);
    world.damage("UPDATE order_lines_g1.order_lines SET ordinal = 9 WHERE order_id = (SELECT order_id FROM order_summary_g1.order_summary WHERE number = '2')").await;
    let found = world.audit().await;
    assert_eq!(found.reported, [world.reported("I6", "generations_differ", 1)], "{}", found.details);
    world.damage("UPDATE order_summary_g2.order_summary SET country = 'XX' WHERE number = '1'").await;
    switch(Purpose::SwitchDespiteDifferences).await;
    let repaired = world.audit().await;
    assert_eq!((repaired.reported, repaired.kept_orders), (vec![], None), "{}", repaired.details);
}
