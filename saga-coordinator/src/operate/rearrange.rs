//! Sending otherwise what has not left: by another location, split, or together.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use command_kit::http::{JsonBody, Keyed};
use command_kit::{Broken, Fields, Refusal, hyphenated_uuid};
use domain::order_saga::{RearrangeShares, Rearrangement, WantedShare};
use domain::{FulfilmentId, LocationId, Sku};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::commands::reply;
use super::route_view::RoutedShareView;
use super::{AppState, Operation, Operations, OrderPath, SagaReceipt, operator};

/// Most fulfilments and most shares of a request.
const SHARES_MAX: usize = 100;
/// Most products of a share: as many as an order has lines.
const SKUS_MAX: usize = 2_000;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(rearrange_shares))
}

/// What one location is to send.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WantedShareBody {
    /// A location of the tenant's policy.
    #[schema(max_length = 32)]
    location: String,
    /// Products of the fulfilments. All pieces of a product are sent together.
    #[schema(min_items = 1, max_items = 2_000)]
    skus: Vec<String>,
}

/// What is to be sent otherwise, and how.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({
    "fulfilments": ["0b7e1d9c-0000-5000-8000-000000000001", "0b7e1d9c-0000-5000-8000-000000000002"],
    "shares": [{"location": "zrh-1", "skus": ["85123A", "22423"]}]
}))]
struct RearrangementBody {
    /// Fulfilments of the order whose goods have not left.
    #[schema(value_type = Vec<Uuid>, min_items = 1, max_items = 100)]
    fulfilments: Vec<String>,
    /// Each product of the fulfilments exactly once.
    #[schema(min_items = 1, max_items = 100)]
    shares: Vec<WantedShareBody>,
}

fn counted(count: usize, max: usize, detail: &'static str) -> Result<(), Broken> {
    if (1..=max).contains(&count) { Ok(()) } else { Err(Broken("count_out_of_range", detail)) }
}

impl RearrangementBody {
    fn check(self) -> Result<(Vec<FulfilmentId>, Vec<WantedShare>), Refusal> {
        let mut fields = Fields::default();
        let are_some = counted(self.fulfilments.len(), SHARES_MAX, "1 to 100 fulfilments are rearranged");
        let mut is_whole = fields.check("/fulfilments", are_some).is_some();
        let are_some = counted(self.shares.len(), SHARES_MAX, "there are 1 to 100 shares");
        is_whole &= fields.check("/shares", are_some).is_some();
        let mut fulfilments = Vec::new();
        for (place, id) in self.fulfilments.iter().enumerate().take(SHARES_MAX) {
            let id = hyphenated_uuid(id).ok_or(Broken("not_a_uuid", "an id is a UUID"));
            fulfilments.extend(fields.check(&format!("/fulfilments/{place}"), id).map(FulfilmentId::new));
        }
        let mut shares = Vec::new();
        for (place, share) in self.shares.into_iter().enumerate().take(SHARES_MAX) {
            fields.below(format!("/shares/{place}"));
            let location = fields.check("/location", LocationId::try_new(share.location));
            let are_some = counted(share.skus.len(), SKUS_MAX, "a share has 1 to 2,000 products");
            is_whole &= fields.check("/skus", are_some).is_some();
            let skus = share.skus.into_iter().enumerate().take(SKUS_MAX);
            let skus = skus.filter_map(|(place, sku)| fields.check(&format!("/skus/{place}"), Sku::try_new(sku)));
            let skus = skus.collect();
            shares.extend(location.map(|location| WantedShare { location, skus }));
        }
        fields.below(String::new());
        fields.finish(|| is_whole.then_some((fulfilments, shares)))
    }
}

/// Send otherwise what has not left
///
/// The fulfilments are stopped and their stock is given back; then each share is reserved and sent by its location. So an order moves to
/// another location, is split, or is sent together. Nothing is paid anew. Where goods leave before they are stopped, all is sent as it was;
/// the saga's timeline says which of both has happened.
#[utoipa::path(post, path = "/v1/orders/{id}/saga/rearrange", tag = "sagas", request_body = RearrangementBody, responses(
    (status = 200, description = "The fulfilments are being stopped.", body = SagaReceipt),
))]
async fn rearrange_shares(
    State(operations): State<Arc<Operations>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<RearrangementBody>,
) -> Result<Response, Refusal> {
    let (tenant, by, at) = (caller.principal.tenant.clone(), operator(&caller)?, operations.now());
    let (fulfilments, shares) = body.clone().check()?;
    let command = RearrangeShares { tenant, fulfilments, shares, by, at }.into();
    let operation = Operation { name: "saga.rearrange", order, input: &body, command };
    Ok(reply(&operations.run(&caller, operation).await?))
}

/// A rearrangement under way.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RearrangementView {
    /// The fulfilments that are stopped first.
    pub fulfilments: Vec<Uuid>,
    /// What is sent from where instead.
    pub shares: Vec<RoutedShareView>,
}

impl RearrangementView {
    pub(super) fn of(wanted: &Rearrangement) -> Self {
        Self {
            fulfilments: wanted.fulfilments.iter().map(|id| id.uuid()).collect(),
            shares: wanted.shares.iter().map(RoutedShareView::of).collect(),
        }
    }
}
