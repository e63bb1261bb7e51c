//! Requests to a carrier: JSON, with keys.

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use service_kit::outside::{CallError, OutsideClient, OutsideOptions};

use super::objects::ErrorBody;

/// Why a call has no answer that helps.
pub(super) type HttpCarrierError = CallError<ErrorBody>;

/// A client of a carrier.
pub(super) struct Client(OutsideClient);

impl Client {
    pub(super) fn new(options: OutsideOptions) -> Self {
        Self(OutsideClient::new(options))
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, HttpCarrierError> {
        self.0.send(self.0.request(Method::GET, path, query)?).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        body: &impl Serialize,
    ) -> Result<T, HttpCarrierError> {
        self.0.send(self.0.request(Method::POST, path, &[])?.header("idempotency-key", key).json(body)).await
    }
}
