use domain::order::contract::PublicEvent;
use messaging::schemas;
use messaging::testing::{TestTopic, register_all, registry, unique};
use messaging::{DecodeError, Decoder, Encoder, Registry, RegistryError};

#[tokio::test]
async fn registering_twice_changes_nothing_and_looking_up_gives_the_same_ids() {
    let topic = unique("test");
    let registry = registry();
    let first = register_all::<PublicEvent>(&registry, &topic).await.unwrap();
    let second = register_all::<PublicEvent>(&registry, &topic).await.unwrap();
    assert_eq!(first.len(), schemas::of::<PublicEvent>().len());
    assert!(first.iter().all(|one| one.is_new), "{first:?}");
    assert!(second.iter().all(|one| !one.is_new), "{second:?}");
    for (contract, registered) in schemas::of::<PublicEvent>().iter().zip(&second) {
        let id = registry.id_of(&contract.subject(&topic), contract.text).await.unwrap();
        assert_eq!(registered.id, id);
        let text = registry.schema(id).await.unwrap();
        assert_eq!(apache_avro::Schema::parse_str(&text).unwrap(), contract.schema);
    }
}

#[tokio::test]
async fn a_breaking_schema_is_refused_with_its_subject() {
    let registry = registry();
    let subject = format!("{}-orders.order.v1.Broken", unique("test"));
    let with = |fields: &str| {
        format!(r#"{{"type": "record", "name": "Broken", "namespace": "orders.order.v1", "fields": [{fields}]}}"#)
    };
    let field = r#"{"name": "a", "type": "long"}"#;
    registry.register(&subject, &with(field)).await.unwrap();
    // A field without a default: old records cannot be read with it.
    let error =
        registry.register(&subject, &with(&format!(r#"{field}, {{"name": "b", "type": "long"}}"#))).await.unwrap_err();
    assert!(matches!(&error, RegistryError::Refused { subject: named, .. } if *named == subject), "{error}");
    // A nullable one with a default may come.
    let nullable = r#"{"name": "b", "type": ["null", "long"], "default": null}"#;
    registry.register(&subject, &with(&format!("{field}, {nullable}"))).await.unwrap();
}

#[tokio::test]
async fn an_encoder_does_not_register() {
    let error = Encoder::<PublicEvent>::connect(&registry(), &unique("test")).await.unwrap_err();
    assert!(matches!(error, RegistryError::NotRegistered { .. }), "{error}");
}

#[tokio::test]
async fn an_id_of_nobody_is_a_fault_of_the_record() {
    let topic = TestTopic::create(1).await;
    let encoder = topic.encoder().await;
    topic.publish(&encoder, &[messaging::testing::drafted(messaging::testing::new_order(), 1)]).await;
    let mut record = topic.read_all().await.remove(0);
    assert!(Decoder::<PublicEvent>::new(registry()).decode(&record).await.is_ok());
    record.value.as_mut().unwrap()[1..5].copy_from_slice(&0x7fff_0000_u32.to_be_bytes());
    let error = Decoder::<PublicEvent>::new(registry()).decode(&record).await.unwrap_err();
    assert!(matches!(error, DecodeError::UnknownSchema { id: 0x7fff_0000 }), "{error}");
}

#[tokio::test]
async fn a_registry_that_is_away_is_reported_after_a_bounded_time() {
    // A port from which nothing answers: it was ours until a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let registry = Registry::new(&format!("http://127.0.0.1:{port}")).unwrap();
    let error = registry.schema(1).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}
