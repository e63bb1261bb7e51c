//! Requests to the API: form-encoded, with keys.

use reqwest::Method;
use serde::de::DeserializeOwned;
use service_kit::outside::{CallError, OutsideClient, OutsideOptions};

use super::objects::ErrorBody;

/// The version of the API whose shapes are read. Stripe answers in it whatever the account's own version is.
const API_VERSION: &str = "2025-09-30.clover";

/// Why a call has no answer that helps.
pub(super) type StripeError = CallError<Box<ErrorBody>>;

/// A client of the API.
pub(super) struct Client(OutsideClient);

impl Client {
    pub(super) fn new(options: OutsideOptions) -> Self {
        Self(OutsideClient::new(options))
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
    ) -> Result<T, StripeError> {
        let request = self.0.request(Method::GET, path, parameters)?;
        self.0.send(request.header("stripe-version", API_VERSION)).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        parameters: &[(&str, &str)],
    ) -> Result<T, StripeError> {
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let request = self.0.request(Method::POST, path, &[])?;
        let request = request.header("stripe-version", API_VERSION).header("idempotency-key", key);
        self.0.send(request.header("content-type", "application/x-www-form-urlencoded").body(encoded)).await
    }
}
