"""A consumer in Python, confluent-kafka with its Avro deserializer (fastavro), reads orders at the edges of the contract from the topic."""

import json
import time
import uuid
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import jwt
import requests
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

from common import required, record_result

TOPIC = "orders.order.events.v1"
READ_S_MAX = 60
TIMEOUT_S = 30
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def rows() -> dict[str, dict]:
    """The rows of an import by the names of their cases."""
    edges = json.loads((Path(__file__).parent.parent / "readers" / "rows.json").read_text())
    base = {"source": "conformance", "kind": "SALE", "currency": "EUR", "placedAt": "2020-01-01T00:00:00Z"}
    line = {"sku": "A-1", "quantity": 1, "unitPrice": "1.00"}
    found = {f"moment/{name}": base | {"placedAt": value, "lines": [line]} for name, value in edges["moments"].items()}
    for name, price in edges["prices"].items():
        for quantity in edges["quantities"]:
            found[f"amount/{quantity} at {name}"] = base | {"lines": [line | {"unitPrice": price, "quantity": quantity}]}
    found |= {f"text/{name}": base | {"lines": [line | {"description": text}]} for name, text in edges["texts"].items()}
    run = uuid.uuid4()
    return {name: row | {"reference": f"{run}-{index}", "number": f"{run}-{index}"} for index, (name, row) in enumerate(found.items())}


def send(sent: dict[str, dict]) -> dict[str, str]:
    """Imports the rows; the ids of the orders that were taken, by the names of their cases."""
    headers = {"Authorization": f"Bearer {required('CONFORMANCE_TOKEN')}", "Content-Type": "application/x-ndjson"}
    body = "".join(json.dumps(row) + "\n" for row in sent.values()).encode()
    answer = requests.post(f"{required('ENGINE_URL')}/v1/imports", data=body, headers=headers, timeout=TIMEOUT_S)
    answer.raise_for_status()
    results = [json.loads(line) for line in answer.content.split(b"\n") if line]
    for name, result in zip(sent, results, strict=True):
        if result["status"] == "refused":
            record_result(name, "not applicable", f"the engine refuses it: {json.dumps(result)}")
    return {name: result["orderId"] for name, result in zip(sent, results) if result["status"] != "refused"}


def expected(row: dict) -> dict:
    """What a reader must find, by the row alone."""
    line = row["lines"][0]
    price = Decimal(line["unitPrice"])
    return {"ten_thousandths": int(price * 10_000), "description": line.get("description"), "quantity": line["quantity"]}


def check(name: str, row: dict, value: dict):
    line = value["lines"][0]
    found = {"ten_thousandths": line["unit_price"]["ten_thousandths"], "description": line["description"], "quantity": line["quantity"]}
    at = value["at"] - EPOCH
    moment = datetime.fromisoformat(row["placedAt"]) - EPOCH
    if found != expected(row):
        record_result(name, "failed", f"read {found}, should be {expected(row)}")
    elif abs(at - moment) >= timedelta(microseconds=1):
        record_result(name, "failed", f"read {value['at']}, should be {row['placedAt']}")
    else:
        record_result(name, "passed")


def read(sent: dict[str, dict], orders: dict[str, str]):
    names = {order: name for name, order in orders.items()}
    deserialize = AvroDeserializer(SchemaRegistryClient({"url": required("SCHEMA_REGISTRY_URL")}))
    consumer = Consumer({"bootstrap.servers": required("KAFKA_BROKERS"), "group.id": "conformance-python", "isolation.level": "read_committed",
                         "enable.auto.commit": False, "auto.offset.reset": "error"})
    tenant = jwt.decode(required("CONFORMANCE_TOKEN"), options={"verify_signature": False})["tenant"]
    partitions = consumer.list_topics(TOPIC, timeout=TIMEOUT_S).topics[TOPIC].partitions
    consumer.assign([TopicPartition(TOPIC, partition, 0) for partition in partitions])
    end = time.monotonic() + READ_S_MAX
    while names and time.monotonic() < end:
        message = consumer.poll(1.0)
        if message is None or message.error():
            continue
        order = message.key().decode()
        if dict(message.headers())["ce_tenantid"].decode() != tenant or order not in names:
            continue
        name = names.pop(order)
        try:
            value = deserialize(message.value(), SerializationContext(TOPIC, MessageField.VALUE))
        except Exception as error:  # whatever the library throws, a consumer stands still at this record
            record_result(name, "failed", f"cannot be read: {type(error).__name__}: {error}")
            continue
        check(name, sent[name], value)
    consumer.close()
    for name in names.values():
        record_result(name, "failed", f"not in the topic within {READ_S_MAX} s")


def main():
    sent = rows()
    read(sent, send(sent))


main()
