//! The audit against a real Postgres and a real Kafka: silent on what is right, and naming what is wrong.

mod models;

use domain::contract::Position;
use domain::order::contract::PublicEvent;
use domain::{EventId, OrderId};
use event_store::migrations;
use messaging::testing::{TestTopic, brokers, cancelled, drafted, new_order, registry};
use messaging::{Decoder, IncomingRecord, OutgoingRecord};
use service_kit::testing::TestDatabase;
use tokio_postgres::Client;

use event_store::audit::{self as log, Range};
use messaging::whole_topic::Topic;
use projection_service::audit::Consumed;
use read_models::Orders;
use relay::audit::compare;
use service_kit::audit::Findings;

/// A log of orders with two events each, and the records that a faithful relay publishes.
struct Written {
    _database: TestDatabase,
    client: Client,
    records: Vec<OutgoingRecord<PublicEvent>>,
}

async fn written(orders: usize) -> Written {
    let database = TestDatabase::migrated(migrations()).await;
    let client = database.client().await;
    for _ in 0..orders {
        let order = new_order().to_string();
        client.execute(include_str!("tests/two_events.sql"), &[&order]).await.unwrap();
    }
    client.query("SELECT sequence_log(0::smallint, 0, 1000)", &[]).await.unwrap();
    let rows = client.query(include_str!("tests/log.sql"), &[]).await.unwrap();
    let record = |row: &tokio_postgres::Row| {
        let order: OrderId = row.get::<_, String>(1).parse().unwrap();
        let position: i64 = row.get(0);
        let version: i64 = row.get(2);
        let mut record = if version == 1 { drafted(order, position) } else { cancelled(order, version, position) };
        record.published.event_id = row.get::<_, String>(3).parse::<EventId>().unwrap();
        record.payload_hash = row.get::<_, Vec<u8>>(4).try_into().unwrap();
        record
    };
    let records = rows.iter().map(record).collect();
    Written { _database: database, client, records }
}

impl Written {
    fn range(&self) -> Range {
        Range { shard: 0, after: 0, last: i64::try_from(self.records.len()).unwrap() }
    }

    /// Publishes the batches one after the other and compares.
    async fn compared(&self, batches: &[&[OutgoingRecord<PublicEvent>]]) -> Findings {
        let topic = TestTopic::create(3).await;
        let encoder = topic.encoder().await;
        for batch in batches {
            topic.publish(&encoder, batch).await;
        }
        topic.has_markers().await;
        let mut findings = Findings::default();
        let reading = Topic::open("audit", &brokers(), &topic.name, |_| 0).await.unwrap();
        // Nobody has consumed any of it.
        let models = TestDatabase::create().await;
        read_models::migrate(models.url(), &order_engine::model_sets(), |_| ()).await.unwrap();
        let mut read = models.client().await;
        let decoder = Decoder::new(registry());
        let read = read.transaction().await.unwrap();
        let mut consumed = Consumed::<Orders>::load(&read, &decoder, "read", &topic.name).await.unwrap();
        let ranges = [self.range()];
        let on_records =
            async |records: &[IncomingRecord], _: u64, findings: &mut Findings| consumed.batch(records, findings).await;
        compare(&self.client, reading, &ranges, |_| true, &mut findings, on_records).await.unwrap();
        consumed.finish(&mut findings);
        findings
    }

    async fn log_checked(&self) -> Findings {
        let mut findings = Findings::default();
        log::versions(&self.client, &mut findings).await.unwrap();
        log::without_position(&self.client, &mut findings).await.unwrap();
        log::positions(&self.client, self.range(), &mut findings).await.unwrap();
        findings
    }
}

/// Code, order and position of each finding.
fn reported(findings: &Findings) -> Vec<(&'static str, Option<String>, Option<i64>)> {
    let number = |position: Option<Position>| position.map(|position| position.position);
    findings.listed.iter().map(|finding| (finding.code, finding.stream.clone(), number(finding.position))).collect()
}

#[tokio::test]
async fn a_faithful_copy_is_clean() {
    let written = written(8).await;
    assert_eq!(reported(&written.log_checked().await), []);
    assert_eq!(reported(&written.compared(&[&written.records]).await), []);
}

#[tokio::test]
async fn what_kafka_lacks_doubles_or_changes_is_named() {
    let written = written(4).await;
    let order = |index: usize| Some(written.records[index].published.event.order_id().to_owned());
    let mut records = written.records.clone();
    let lost = records.remove(2);
    records[4].payload_hash = [7; 32];
    let again = [written.records[0].clone()];
    let mut findings = reported(&written.compared(&[&records, &again]).await);
    findings.sort();
    let expected = [
        ("differs", order(5), Some(6)),
        ("doubled", order(0), Some(1)),
        ("not_in_kafka", Some(lost.published.event.order_id().to_owned()), Some(3)),
        ("out_of_order", order(0), Some(1)),
    ];
    assert_eq!(findings, expected);
}

#[tokio::test]
async fn what_the_log_lost_or_mixed_up_is_named() {
    let written = written(4).await;
    let order = |index: usize| Some(written.records[index].published.event.order_id().to_owned());
    written.client.batch_execute(include_str!("tests/damage.sql")).await.unwrap();
    let mut findings = reported(&written.log_checked().await);
    findings.sort();
    let stray = Some("stray".to_owned());
    let expected = [
        ("event_without_position", order(3), None),
        ("event_without_position", stray, None),
        ("not_in_stream_order", order(0), Some(1)),
        ("position_without_event", order(4), Some(5)),
        ("positions_missing", None, Some(4)),
        ("versions_not_contiguous", order(4), None),
    ];
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(findings, expected);
}
