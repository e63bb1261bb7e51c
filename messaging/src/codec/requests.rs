//! Encodes and decodes requests. A request's record has the fields of its head and then those of its body, so each is written
//! and read by itself.

use domain::contract::{Request, RequestHead, Requests};

use super::decode::{DecodeError, Decoder, agree, key_of, read_ours, recorded_at};
use super::encode::{EncodeError, Encoder};
use super::{VALUE_BYTES_MAX, datum};
use crate::headers::{self, DescribedRequest, Envelope};
use crate::record::{DeliveredRequest, EncodedRecord, IncomingRecord, OutgoingRequest};

impl<R: Requests> Encoder<R> {
    /// The record of a request. Its key is the request's, its timestamp the time of storing the event that asks.
    ///
    /// # Errors
    /// [`EncodeError::RequestTooLarge`].
    pub fn encode_request(&self, outgoing: &OutgoingRequest<R>) -> Result<EncodedRecord, EncodeError> {
        let request = &outgoing.request;
        let body = &request.body;
        let registered = self.registered(body.index());
        let mut value = registered.frame();
        datum::write(&request.head(), &mut value);
        datum::write(body, &mut value);
        if value.len() > VALUE_BYTES_MAX {
            let key = body.key().to_owned();
            return Err(EncodeError::RequestTooLarge { name: body.name(), key, bytes: value.len() });
        }
        let headers = headers::write_request(&DescribedRequest {
            outgoing,
            full_name: &registered.record.full_name,
            data_schema: &registered.data_schema,
            source: self.source(),
        });
        Ok(EncodedRecord {
            topic: std::sync::Arc::clone(self.topic()),
            partition: None,
            key: Some(body.key().as_bytes().to_vec()),
            value: Some(value),
            headers,
            timestamp_ms: Some(outgoing.recorded_at.micros().div_euclid(1_000)),
        })
    }
}

impl<R: Requests> Decoder<R> {
    /// Decodes a request's record and checks its key and headers: key, id, tenant and type are in both and must agree.
    ///
    /// # Errors
    /// [`DecodeError`]; see [`DecodeError::is_transient`].
    pub async fn decode_request(&self, record: &IncomingRecord) -> Result<DeliveredRequest<R>, DecodeError> {
        let (writer, datum) = self.unframed(record).await?;
        let datum = writer.in_our_schema(datum)?;
        let body: R = read_ours(&writer, &datum)?;
        let head: RequestHead = datum::read_part(&writer.ours.datum, &datum).map_err(|error| writer.body(error))?;
        let name = writer.ours.name;
        let request = Request::of_record(head, body).map_err(|source| DecodeError::Head { name, source })?;
        let envelope = headers::read(&record.headers)?;
        agree("the key", key_of(record)?, request.body.key())?;
        agree("the request's id", &envelope.event_id.to_string(), &request.id.to_string())?;
        if let Some(tenant) = &envelope.tenant {
            agree("the tenant", tenant, request.tenant.as_str())?;
        }
        if let Some(name) = &envelope.full_name {
            agree("the record's type", name, &writer.ours.full_name)?;
        }
        let recorded_at = recorded_at(record, &envelope)?;
        let Envelope { position, correlation_id, causation_id, traceparent, .. } = envelope;
        Ok(DeliveredRequest { request, position, recorded_at, correlation_id, causation_id, traceparent })
    }
}
