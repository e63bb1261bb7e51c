use domain::contract::PublicEvents;
use domain::order::contract::PublicEvent;
use messaging::producer::{IdempotentProducer, ProducerError, TransactionalProducer};
use messaging::testing::{TestTopic, brokers, cancelled, drafted, new_order, registry, unique};
use messaging::{Decoder, EncodedRecord};

async fn connect(id: &str) -> TransactionalProducer {
    TransactionalProducer::connect(&brokers(), id).await.unwrap()
}

async fn send(producer: &mut TransactionalProducer, record: &EncodedRecord) {
    producer.begin().unwrap();
    producer.produce(record.clone()).await.unwrap();
}

#[tokio::test]
async fn what_is_published_is_what_is_read() {
    let topic = TestTopic::create(3).await;
    let encoder = topic.encoder().await;
    let mut sent = Vec::new();
    for position in 0..20 {
        let order = new_order();
        sent.push(drafted(order, position * 2 + 1));
        sent.push(cancelled(order, 2, position * 2 + 2));
    }
    topic.publish(&encoder, &sent).await;
    let decoder = Decoder::<PublicEvent>::new(registry());
    let mut read = Vec::new();
    for record in topic.read_all().await {
        read.push(decoder.decode(&record).await.unwrap());
    }
    let versions = |published: &[domain::order::contract::Published]| {
        published.iter().map(|one| (one.event.order_id().to_owned(), one.event.version())).collect::<Vec<_>>()
    };
    for order in sent.iter().map(|record| record.published.event.order_id()) {
        let of_order: Vec<_> = versions(&read).into_iter().filter(|(id, _)| id == order).collect();
        assert_eq!(of_order, [(order.to_owned(), 1), (order.to_owned(), 2)]);
    }
    read.sort_by_key(|published| published.position);
    assert_eq!(read, sent.into_iter().map(|record| record.published).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_aborted_transaction_leaves_nothing_and_the_producer_goes_on() {
    let topic = TestTopic::create(1).await;
    let encoder = topic.encoder().await;
    let lost = encoder.encode(&drafted(new_order(), 1)).unwrap();
    let kept = encoder.encode(&drafted(new_order(), 2)).unwrap();
    let mut producer = connect(&unique("test")).await;
    send(&mut producer, &lost).await;
    producer.abort().await.unwrap();
    send(&mut producer, &kept).await;
    producer.commit().await.unwrap();
    let keys: Vec<_> = topic.read_all().await.into_iter().map(|record| record.key).collect();
    assert_eq!(keys, [kept.key]);
}

#[tokio::test]
async fn a_successor_fences_its_predecessor() {
    let topic = TestTopic::create(1).await;
    let encoder = topic.encoder().await;
    let record = encoder.encode(&drafted(new_order(), 1)).unwrap();
    let id = unique("test");
    let mut old = connect(&id).await;
    send(&mut old, &record).await;
    let mut new = connect(&id).await;
    let error = old.commit().await.unwrap_err();
    assert!(matches!(error, ProducerError::Fenced { .. }), "{error:?}");
    assert!(old.is_poisoned());
    assert!(matches!(old.begin(), Err(ProducerError::Poisoned { .. })));
    send(&mut new, &record).await;
    new.commit().await.unwrap();
    assert_eq!(topic.read_all().await.len(), 1);
}

#[tokio::test]
async fn a_record_that_the_topic_refuses_fails_the_commit_for_good() {
    let topic = TestTopic::create(1).await;
    let encoder = topic.encoder().await;
    let mut record = encoder.encode(&drafted(new_order(), 1)).unwrap();
    record.partition = Some(7); // which the topic does not have
    let mut producer = connect(&unique("test")).await;
    producer.begin().unwrap();
    let failed = match producer.produce(record).await {
        Ok(()) => producer.commit().await,
        failed => failed,
    };
    assert!(matches!(failed, Err(ProducerError::Fatal { .. })), "{failed:?}");
}

#[tokio::test]
async fn steps_out_of_order_are_refused() {
    let topic = TestTopic::create(1).await;
    let record = topic.encoder().await.encode(&drafted(new_order(), 1)).unwrap();
    let mut producer = connect(&unique("test")).await;
    assert!(matches!(producer.produce(record).await, Err(ProducerError::NotOpen { .. })));
    assert!(matches!(producer.commit().await, Err(ProducerError::NotOpen { .. })));
    producer.begin().unwrap();
    assert!(matches!(producer.begin(), Err(ProducerError::StillOpen { .. })));
    producer.abort().await.unwrap();
}

#[tokio::test]
async fn a_plain_producer_delivers_what_it_flushed() {
    let topic = TestTopic::create(2).await;
    let encoder = topic.encoder().await;
    let producer = IdempotentProducer::new(&brokers()).unwrap();
    for position in 1..=50 {
        producer.produce(encoder.encode(&drafted(new_order(), position)).unwrap()).await.unwrap();
    }
    producer.flush().await.unwrap();
    assert_eq!(topic.read_all().await.len(), 50);
}
