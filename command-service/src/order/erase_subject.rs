use domain::order::{EraseSubject, Order, OrderCommand, OrderState};
use domain::{CustomerId, Decider, OrderId, SubjectId};
use event_store::{Decided, Execution, Expectation, Outcome};
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::Serialize;
use service_kit::clock::Stopwatch;
use utoipa::ToSchema;

use super::path::SubjectPath;
use super::service::{is_visible, not_found, of_bus, permit};
use super::{AppState, Orders, code};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use command_kit::http::Unkeyed;
use command_kit::{Caller, Refusal};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Orders read with one statement.
const PAGE_ORDERS: i64 = 1_000;
/// Orders that are written concurrently; the store joins their appends into few transactions.
const AT_ONCE_MAX: usize = 64;
/// A request ends after about this time, in milliseconds, even if not all orders are done.
const WORK_MS_MAX: u128 = 10_000;

/// The progress of an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Erasure {
    /// The subject of the personal data: `customer:` and the customer's id, or `order:` and the order's id.
    pub subject: String,
    /// The number of orders in which this request recorded the erasure.
    pub orders: u64,
    /// Whether the erasure must still be recorded in other orders. The data itself cannot be read any more from the
    /// first answer on; send the request again until this is false.
    pub remaining: bool,
}

impl Orders {
    /// Erases a subject's personal data for good: its key is destroyed first, then `SubjectErased` is recorded in each
    /// of its orders that lacks it. After an interruption, a repeat goes on where it stopped.
    ///
    /// # Errors
    /// A [`Refusal`]. The key may be destroyed already; a repeat completes the erasure.
    #[tracing::instrument(name = "command.privacy.erase", skip_all)]
    pub async fn erase(&self, caller: &Caller, subject: &SubjectId) -> Result<Erasure, Refusal> {
        let principal = &caller.principal;
        permit(principal, &self.recording(subject))?;
        if principal.customer.is_some() {
            return Err(Refusal::new(
                command_kit::code::FORBIDDEN,
                "the tenant's staff erases, at the customer's request",
            ));
        }
        let watch = Stopwatch::start();
        let erased = match owner(subject) {
            Some(Owner::Customer(customer)) => {
                self.keys.destroy(&principal.tenant, subject).await?;
                self.record_in_all(caller, subject, &customer, &watch).await?
            }
            Some(Owner::Order(order)) => {
                // The caller may not destroy the key of another customer's order.
                let state = self.load(order).await?.state;
                if !is_visible(principal, &state) {
                    return Err(not_found());
                }
                self.keys.destroy(&principal.tenant, subject).await?;
                let recorded = self.record(caller, subject, &order.to_string()).await?;
                Erasure { subject: subject.to_string(), orders: recorded.into(), remaining: false }
            }
            None => {
                let detail = "a subject is customer: and a customer's id, or order: and an order's id";
                return Err(Refusal::new(code::SUBJECT_UNKNOWN, detail));
            }
        };
        metrics::counter!("subjects_erased_orders_total").increment(erased.orders);
        Ok(erased)
    }

    async fn record_in_all(
        &self,
        caller: &Caller,
        subject: &SubjectId,
        customer: &CustomerId,
        watch: &Stopwatch,
    ) -> Result<Erasure, Refusal> {
        let mut erasure = Erasure { subject: subject.to_string(), orders: 0, remaining: true };
        let mut after = String::new();
        while erasure.remaining && watch.elapsed().as_millis() < WORK_MS_MAX {
            let tenant = &caller.principal.tenant;
            let orders = self.orders_without_erasure(tenant, customer, subject, &after, PAGE_ORDERS).await;
            let orders = orders.map_err(of_bus)?;
            let Some(last) = orders.last() else {
                // An order that was begun meanwhile may come before the last one seen.
                erasure.remaining = !after.is_empty();
                after.clear();
                continue;
            };
            after.clone_from(last);
            let recorded: Vec<bool> = stream::iter(orders)
                .map(|order| async move { self.record(caller, subject, &order).await })
                .buffer_unordered(AT_ONCE_MAX)
                .try_collect()
                .await?;
            erasure.orders += recorded.iter().map(|recorded| u64::from(*recorded)).sum::<u64>();
        }
        Ok(erasure)
    }

    /// The command that records the erasure in an order.
    fn recording(&self, subject: &SubjectId) -> OrderCommand {
        EraseSubject { subject: subject.clone(), at: self.now() }.into()
    }

    /// Records the erasure in an order. Returns `false` if it was recorded before.
    async fn record(&self, caller: &Caller, subject: &SubjectId, order: &str) -> Result<bool, Refusal> {
        let command = self.recording(subject);
        let decide = |_: i64, state: &OrderState| {
            Order::decide(state, command.clone()).map_err(|rejection| Refusal::rejected(&rejection))
        };
        let execution = Execution {
            id: order,
            tenant: caller.principal.tenant.clone(),
            metadata: caller.metadata(),
            expects: Expectation::Existing,
            idempotency: None,
            decide: &decide,
            claims: &|_, _| None,
            answer: &|_: Result<&Decided<Order>, &Refusal>| None,
        };
        match self.runner.bus().execute(execution).await.map_err(of_bus)? {
            Outcome::Done(decided) => Ok(!decided.event_ids.is_empty()),
            Outcome::Repeated(_) => Ok(false),
            Outcome::Refused(refusal) => Err(refusal),
        }
    }
}

/// The owner of a subject's key.
enum Owner {
    Customer(CustomerId),
    Order(OrderId),
}

fn owner(subject: &SubjectId) -> Option<Owner> {
    let (kind, name) = subject.as_str().split_once(':')?;
    match kind {
        "customer" => CustomerId::try_new(name).ok().map(Owner::Customer),
        "order" => name.parse().ok().map(Owner::Order),
        _ => None,
    }
}

/// The endpoint that erases.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(erase_subject))
}

/// Erase a subject's personal data
///
/// Names, addresses, phone numbers and emails are sealed under a key for each customer (or each order without one). The
/// key is destroyed first, which erases every copy: in the log, in topics, read models and backups. Then
/// `SubjectErased` is recorded in each of the subject's orders, so that other teams delete their readable copies. It
/// needs no Idempotency-Key: a repeat changes nothing, and goes on where an earlier request stopped. While the answer
/// says `remaining`, send it again. It cannot be undone.
#[utoipa::path(post, path = "/v1/privacy/subjects/{subject}/erase", tag = "privacy", responses(
    (status = 200, description = "The data is erased, and every order has recorded it.", body = Erasure),
    (status = 202, description = "The data is erased, but not yet recorded in every order. Send the request again.",
        body = Erasure),
))]
async fn erase_subject(
    State(orders): State<Arc<Orders>>,
    Unkeyed(caller): Unkeyed,
    SubjectPath(subject): SubjectPath,
) -> Result<(StatusCode, Json<Erasure>), Refusal> {
    let erasure = orders.erase(&caller, &subject).await?;
    let status = if erasure.remaining { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(erasure)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_a_customer_or_an_order() {
        let found = |text: &str| owner(&SubjectId::try_new(text).unwrap());
        assert!(matches!(found("customer:c-1"), Some(Owner::Customer(customer)) if customer.as_str() == "c-1"));
        assert!(matches!(found("customer:a:b"), Some(Owner::Customer(customer)) if customer.as_str() == "a:b"));
        assert!(matches!(found("order:01936f2a-7c00-7abc-8def-0123456789ab"), Some(Owner::Order(_))));
        for other in ["c-1", "customer:", "order:1", "shop:1", ":"] {
            assert!(found(other).is_none(), "{other}");
        }
    }
}
