//! Requests are written as Avro itself would write them with their schema, read back, and refused where key or headers say
//! something else.

use domain::contract::{ContractMoney, RecordSet, Request, RequestHead, Requests};
use domain::fulfilment::requests as fulfilment;
use domain::payment::requests::{
    AuthorizePayment, CaptureMode, CapturePayment, PaymentRequest, RefundPayment, VoidPayment,
};
use domain::reservation::requests::{
    ContractRequestedLine, InventoryRequest, ReleaseReservation, RenewReservation, ReserveStock, ShipReservation,
};
use domain::{RequestId, TenantId, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use super::*;
use crate::record::{DeliveredRequest, OutgoingRequest};

const ID: &str = "018f0000-0000-7000-8000-000000000007";

fn encoder<R: Requests>() -> Encoder<R> {
    Encoder::with_ids(NOWHERE, "inventory", id_of)
}

fn decoder<R: Requests>() -> Decoder<R> {
    let decoder = Decoder::new(Registry::new(NOWHERE).unwrap());
    for (index, contract) in schemas::of::<R>().iter().enumerate() {
        decoder.learn(id_of(index), contract.text).unwrap();
    }
    decoder
}

fn decode<R: Requests>(record: &IncomingRecord) -> Result<DeliveredRequest<R>, DecodeError> {
    futures::executor::block_on(decoder().decode_request(record))
}

fn outgoing<R>(body: R) -> OutgoingRequest<R> {
    let moment = |micros| Timestamp::try_from_micros(micros).unwrap();
    OutgoingRequest {
        request: Request {
            id: RequestId::new(Uuid::from_u128(5)),
            tenant: TenantId::try_new("shop").unwrap(),
            at: moment(1_790_000_000_000_001),
            body,
        },
        position: domain::contract::Position { shard: 1, position: 8 },
        recorded_at: moment(1_790_000_000_123_456),
        correlation_id: Some("c-1".to_owned()),
        causation_id: None,
        traceparent: Some("00-a-b-01".to_owned()),
        payload_hash: [3; 32],
    }
}

/// One of each.
fn samples() -> Vec<InventoryRequest> {
    let reservation_id = || ID.to_owned();
    let order_id = || "018f0000-0000-7000-8000-000000000001".to_owned();
    let line = |sku: &str, quantity| ContractRequestedLine { sku: sku.to_owned(), quantity };
    let lines = vec![line("85123A", 6), line("71053", 1)];
    let location = "basel".to_owned();
    let samples: Vec<InventoryRequest> = vec![
        ReserveStock { reservation_id: reservation_id(), order_id: order_id(), location, lines, hold_for_s: 900 }
            .into(),
        RenewReservation { reservation_id: reservation_id(), order_id: order_id(), hold_for_s: 86_400 }.into(),
        ReleaseReservation { reservation_id: reservation_id(), order_id: order_id() }.into(),
        ShipReservation { reservation_id: reservation_id(), order_id: order_id(), lines: vec![line("71053", 1)] }
            .into(),
    ];
    assert_eq!(samples.len(), InventoryRequest::RECORDS.len());
    samples
}

/// One of each of fulfilment's, which have the same key.
fn fulfilment_samples() -> Vec<fulfilment::FulfilmentRequest> {
    let fulfilment_id = || ID.to_owned();
    let order_id = || "018f0000-0000-7000-8000-000000000001".to_owned();
    let lines = vec![ContractRequestedLine { sku: "85123A".to_owned(), quantity: 6 }];
    let location = "basel".to_owned();
    let samples: Vec<fulfilment::FulfilmentRequest> = vec![
        fulfilment::RequestFulfilment { fulfilment_id: fulfilment_id(), order_id: order_id(), location, lines }.into(),
        fulfilment::ReleaseFulfilment { fulfilment_id: fulfilment_id(), order_id: order_id() }.into(),
        fulfilment::HoldFulfilment { fulfilment_id: fulfilment_id(), order_id: order_id() }.into(),
        fulfilment::CancelFulfilment { fulfilment_id: fulfilment_id(), order_id: order_id() }.into(),
    ];
    assert_eq!(samples.len(), fulfilment::FulfilmentRequest::RECORDS.len());
    samples
}

/// One of each of payment's, which have the same key.
fn payment_samples() -> Vec<PaymentRequest> {
    let payment_id = || ID.to_owned();
    let order_id = || "018f0000-0000-7000-8000-000000000001".to_owned();
    let amount = || ContractMoney { minor: 12_990, currency: "EUR".to_owned() };
    let (customer, capture) = (Some("c-1".to_owned()), CaptureMode::Manual);
    let samples: Vec<PaymentRequest> = vec![
        AuthorizePayment { payment_id: payment_id(), order_id: order_id(), customer, amount: amount(), capture }.into(),
        CapturePayment { payment_id: payment_id(), order_id: order_id(), amount: amount() }.into(),
        VoidPayment { payment_id: payment_id(), order_id: order_id() }.into(),
        RefundPayment { payment_id: payment_id(), order_id: order_id(), amount: amount(), reason: "late".to_owned() }
            .into(),
    ];
    assert_eq!(samples.len(), PaymentRequest::RECORDS.len());
    samples
}

/// A request with its head, as one value.
#[derive(Serialize)]
struct Whole<'a, R> {
    #[serde(flatten)]
    head: RequestHead,
    #[serde(flatten)]
    body: &'a R,
}

fn is_read_back<R: Requests + PartialEq + std::fmt::Debug>(samples: Vec<R>) {
    for body in samples {
        let outgoing = outgoing(body);
        let record = delivered(encoder().encode_request(&outgoing).unwrap());
        assert_eq!(record.key.as_deref(), Some(ID.as_bytes()));
        let read = decode::<R>(&record).unwrap();
        assert_eq!(read.request, outgoing.request);
        assert_eq!((read.position, read.recorded_at), (outgoing.position, outgoing.recorded_at));
        assert_eq!((read.correlation_id, read.traceparent), (outgoing.correlation_id, outgoing.traceparent));
    }
}

#[test]
fn what_is_asked_is_read_back() {
    is_read_back(samples());
    is_read_back(fulfilment_samples());
    is_read_back(payment_samples());
}

fn is_written_as_avro_would<R: Requests>(samples: Vec<R>) {
    for body in samples {
        let outgoing = outgoing(body);
        let body = &outgoing.request.body;
        let schema = &schemas::of::<R>()[body.index()].schema;
        let whole = serde_json::to_value(Whole { head: outgoing.request.head(), body }).unwrap();
        let value = apache_avro::types::Value::try_from(whole).unwrap().resolve(schema).unwrap();
        let writer = apache_avro::writer::datum::GenericDatumWriter::builder(schema).build().unwrap();
        let mut expected = Vec::new();
        writer.write_value(&mut expected, value).unwrap();
        let written = encoder().encode_request(&outgoing).unwrap().value.unwrap();
        assert_eq!(written[PREFIX_BYTES..], expected, "{}", body.name());
    }
}

#[test]
fn a_request_is_written_as_avro_itself_would_with_its_schema() {
    is_written_as_avro_would(samples());
    is_written_as_avro_would(fulfilment_samples());
    is_written_as_avro_would(payment_samples());
}

#[test]
fn headers_and_keys_that_contradict_the_body_are_refused() {
    let record = || delivered(encoder().encode_request(&outgoing(samples().remove(0))).unwrap());
    for (name, value, what) in [
        (crate::headers::TENANT_ID, "other", "the tenant"),
        (crate::headers::ID, ID, "the request's id"),
        (crate::headers::TYPE, "inventory.commands.v1.ShipReservation", "the record's type"),
    ] {
        let mut record = record();
        record.headers.push(name, Some(value.as_bytes()));
        let error = decode::<InventoryRequest>(&record).unwrap_err();
        assert!(matches!(error, DecodeError::Contradiction { what: named, .. } if named == what), "{error}");
    }
    let mut other_key = record();
    other_key.key = Some(b"other".to_vec());
    assert!(matches!(decode::<InventoryRequest>(&other_key), Err(DecodeError::Contradiction { what: "the key", .. })));
}

#[test]
fn bytes_that_follow_or_lack_are_refused() {
    let mut record = delivered(encoder().encode_request(&outgoing(samples().remove(2))).unwrap());
    record.value.as_mut().unwrap().push(0);
    assert!(matches!(decode::<InventoryRequest>(&record), Err(DecodeError::TrailingBytes { bytes: 1, .. })));
    let value = record.value.as_mut().unwrap();
    value.truncate(value.len() - 3);
    assert!(matches!(decode::<InventoryRequest>(&record), Err(DecodeError::Body { name: "ReleaseReservation", .. })));
}

#[test]
fn a_request_without_a_sound_head_is_refused() {
    let mut outgoing = outgoing(samples().remove(2));
    let mut record = delivered(encoder().encode_request(&outgoing).unwrap());
    // The first field's text: a UUID's first digit.
    record.value.as_mut().unwrap()[PREFIX_BYTES + 1] = b'x';
    assert!(matches!(decode::<InventoryRequest>(&record), Err(DecodeError::Head { name: "ReleaseReservation", .. })));
    let InventoryRequest::ReleaseReservation(release) = &mut outgoing.request.body else { unreachable!() };
    release.order_id = "x".repeat(VALUE_BYTES_MAX);
    let error = encoder().encode_request(&outgoing).unwrap_err();
    assert!(matches!(error, EncodeError::RequestTooLarge { bytes, .. } if bytes > VALUE_BYTES_MAX), "{error}");
}
