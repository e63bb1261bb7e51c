//! The topics for other teams as an AsyncAPI 3.0 document, made from the declared topics and the Avro schemas.

use domain::fulfilment::requests::{FulfilmentRequest, REQUESTS_TOPIC as FULFILMENT_REQUESTS};
use domain::order::contract::PublicEvent;
use domain::order::contract::TOPIC;
use domain::payment::requests::{PaymentRequest, REQUESTS_TOPIC as PAYMENT_REQUESTS};
use domain::reservation::requests::{InventoryRequest, REQUESTS_TOPIC};
use messaging::schemas::{self, RecordSchema};
use messaging::topics::declared;
use serde_json::{Map, Value, json};

/// The document, pretty and stable.
pub fn document() -> String {
    let topics = declared();
    let channels: Map<String, Value> = topics
        .topics
        .iter()
        .map(|topic| {
            let messages = references(records_of(&topic.name));
            let channel = json!({"address": topic.name, "description": topic.doc, "messages": messages});
            (channel_key(&topic.name), channel)
        })
        .collect();
    let messages: Map<String, Value> = [TOPIC, REQUESTS_TOPIC, FULFILMENT_REQUESTS, PAYMENT_REQUESTS]
        .into_iter()
        .flat_map(records_of)
        .map(|contract| (short(contract).to_owned(), message(contract)))
        .collect();
    let operation = json!({
        "action": "receive",
        "channel": {"$ref": format!("#/channels/{}", channel_key(TOPIC))},
        "summary": "Read every public fact of every order, in order, without gaps, exactly once under read_committed."
    });
    let document = json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Order engine topics",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Avro in Confluent wire format; headers are CloudEvents 1.0 in binary mode. Keys are order ids.",
            "license": {"name": "Apache-2.0"}
        },
        "channels": channels,
        "operations": {"readOrderEvents": operation},
        "components": {"messages": messages}
    });
    let mut text = serde_json::to_string_pretty(&document).expect("a document of texts serialises");
    text.push('\n');
    text
}

fn message(contract: &RecordSchema) -> Value {
    let schema: Value = serde_json::from_str(contract.text).expect("an embedded schema is JSON");
    json!({
        "name": contract.full_name,
        "summary": schema["doc"],
        "contentType": "application/vnd.confluent.avro",
        "payload": {"schemaFormat": "application/vnd.apache.avro;version=1.9.0", "schema": schema}
    })
}

/// The records of a topic, where this document describes them.
fn records_of(topic: &str) -> &'static [RecordSchema] {
    match topic {
        TOPIC => schemas::of::<PublicEvent>(),
        REQUESTS_TOPIC => schemas::of::<InventoryRequest>(),
        PAYMENT_REQUESTS => schemas::of::<PaymentRequest>(),
        FULFILMENT_REQUESTS => schemas::of::<FulfilmentRequest>(),
        _ => &[],
    }
}

fn references(records: &[RecordSchema]) -> Value {
    records
        .iter()
        .map(|contract| {
            (short(contract).to_owned(), json!({"$ref": format!("#/components/messages/{}", short(contract))}))
        })
        .collect::<Map<_, _>>()
        .into()
}

/// A record's name without its namespace.
fn short(contract: &RecordSchema) -> &str {
    contract.full_name.rsplit('.').next().unwrap_or_default()
}

/// Keys of an AsyncAPI document take no dots.
fn channel_key(topic: &str) -> String {
    topic.replace('.', "-")
}
