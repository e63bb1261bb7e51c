//! Imports orders of other systems, and corrects imported ones. Imports are idempotent by tenant, source and reference,
//! so no key is needed.

mod row;
mod stream;

use aws_lc_rs::digest::{SHA256, digest};
use command_kit::{Aggregate, Caller, DryRun, Ran, Refusal, Task};
use domain::order::{ImportOrder, OrderEvent};
use domain::{Count, ExternalReference, ImportSource, OrderId, OrderNumber, TenantId};
use event_store::Expectation;
use service_kit::auth::Scope;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::service::of_bus;
use super::{AppState, Orders, code};

/// What an import did, or would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportEffect {
    Imported,
    /// The order replaced the one that had been imported before.
    Corrected,
    /// The order had been imported before, with the same content.
    Unchanged,
}

/// The result of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    pub order_id: OrderId,
    pub version: i64,
    pub number: OrderNumber,
    pub effect: ImportEffect,
}

/// The id of an imported order, the same every time: a UUIDv8 (RFC 9562) from the SHA-256 of tenant, source and
/// reference, separated by NUL, which none of them can hold.
pub fn imported_order_id(tenant: &TenantId, source: &ImportSource, reference: &ExternalReference) -> OrderId {
    let text = [tenant.as_str(), source.as_str(), reference.as_str()].join("\0");
    let hash = digest(&SHA256, text.as_bytes());
    let bytes = hash.as_ref().first_chunk().expect("SHA-256 gives 32 bytes");
    OrderId::new(Uuid::new_v8(*bytes))
}

impl Orders {
    /// Whether the caller may import orders.
    ///
    /// # Errors
    /// [`command_kit::code::FORBIDDEN`].
    pub fn may_import(caller: &Caller) -> Result<(), Refusal> {
        caller.require(Scope::ORDERS_IMPORT)?;
        if caller.principal.customer.is_some() {
            return Err(Refusal::new(command_kit::code::FORBIDDEN, "a customer imports nothing"));
        }
        Ok(())
    }

    /// Imports one order, or corrects it; a dry run says what that would do now. `expects` is a guess that saves a read or a
    /// conflict; it does not change the outcome.
    ///
    /// # Errors
    /// A [`Refusal`]; after a retryable one a repeat leads to the right result, whatever the first attempt changed.
    #[tracing::instrument(name = "command.order.import", skip_all, fields(order.id = %order.order_id))]
    pub async fn import(&self, caller: &Caller, order: ImportOrder, expects: Expectation) -> Result<Imported, Refusal> {
        Self::may_import(caller)?;
        let number = order.number.clone();
        let order_id = order.order_id;
        if let Count::Within(count) = number.count()
            && !caller.is_dry_run
        {
            // The counter passes the number before the number is claimed, so that no placement gets the same one.
            self.numbers.pass(&caller.principal.tenant, count).await.map_err(of_bus)?;
        }
        let id = &order_id.to_string();
        let command = ImportOrder { at: self.now(), ..order }.into();
        let task = Task { operation: "order.import", id, expects, input: &(), command };
        let receipt = match self.runner.run(caller, task).await? {
            Ran::Done(answer) => answer.receipt,
            Ran::DryRun(dry_run) => return self.dry_run_import(caller, order_id, number, &dry_run).await,
        };
        let effect = match receipt.version {
            _ if receipt.event_ids.is_empty() => ImportEffect::Unchanged,
            // An order's history begins with its import.
            1 => ImportEffect::Imported,
            _ => ImportEffect::Corrected,
        };
        Ok(Imported { order_id, version: receipt.version, number, effect })
    }

    /// What an import would do, once it is known that no other order has its number.
    async fn dry_run_import(
        &self,
        caller: &Caller,
        order_id: OrderId,
        number: OrderNumber,
        dry_run: &DryRun<Self>,
    ) -> Result<Imported, Refusal> {
        let DryRun { version, state, events } = dry_run;
        for claim in events.iter().filter_map(|event| Self::claim(&caller.principal.tenant, state, event)) {
            let holder = self.store().claim_holder(&claim).await.map_err(of_bus)?;
            if holder.is_some_and(|holder| holder != order_id.to_string()) {
                return Err(code::number_taken(&claim.value));
            }
        }
        let effect = match &events[..] {
            [] => ImportEffect::Unchanged,
            [OrderEvent::OrderImportCorrected(_), ..] => ImportEffect::Corrected,
            _ => ImportEffect::Imported,
        };
        let version = version + i64::try_from(events.len()).expect("an import makes one event");
        Ok(Imported { order_id, version, number, effect })
    }
}

/// The endpoint that imports.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(stream::import_orders))
}

pub(super) use row::TEXTS;
pub(crate) use row::lines_bound;

#[cfg(test)]
mod tests {
    use super::*;

    fn id(tenant: &str, source: &str, reference: &str) -> Uuid {
        let tenant = TenantId::try_new(tenant).unwrap();
        let source = ImportSource::try_new(source).unwrap();
        imported_order_id(&tenant, &source, &ExternalReference::try_new(reference).unwrap()).uuid()
    }

    #[test]
    fn an_imported_orders_id_is_the_same_for_ever() {
        // Changing this value makes every repeated import a second import.
        assert_eq!(id("default", "online-retail", "536365").to_string(), "eceafccc-9e60-882d-bb26-807912290a45");
        assert_eq!(id("default", "online-retail", "536365").get_version_num(), 8);
        assert_ne!(id("default", "online-retail", "536365"), id("other", "online-retail", "536365"));
        assert_ne!(id("a", "b", "536365"), id("ab", "b", "536365"));
    }
}
