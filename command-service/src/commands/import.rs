//! Imports orders of other systems, and corrects imported ones. Imports are idempotent by tenant, source and reference,
//! so no key is needed.

use aws_lc_rs::digest::{SHA256, digest};
use domain::order::{ImportOrder, OrderCommand, OrderEvent};
use domain::{Count, ExternalReference, ImportSource, OrderId, OrderNumber, TenantId};
use event_store::{ExecuteError, Expectation};
use service_kit::auth::{Principal, Scope};
use uuid::Uuid;

use super::input::ImportedOrder;
use super::run::{Task, decide, number_claim, require};
use super::{Caller, Code, Commands, Refusal};

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

impl Commands {
    /// Whether the caller may import orders.
    ///
    /// # Errors
    /// [`Code::Forbidden`].
    pub fn may_import(principal: &Principal) -> Result<(), Refusal> {
        require(principal, Scope::ORDERS_IMPORT)?;
        if principal.customer.is_some() {
            return Err(Refusal::new(Code::Forbidden, "a customer imports nothing"));
        }
        Ok(())
    }

    /// Imports one order, or corrects it. `expects` is a guess that saves a read or a conflict; it does not change the
    /// outcome.
    ///
    /// # Errors
    /// A [`Refusal`]; after a retryable one a repeat leads to the right result, whatever the first attempt changed.
    #[tracing::instrument(name = "command.order.import", skip_all, fields(order.id))]
    pub async fn import(
        &self,
        caller: &Caller,
        order: ImportedOrder,
        expects: Expectation,
    ) -> Result<Imported, Refusal> {
        let principal = &caller.principal;
        Self::may_import(principal)?;
        let number = order.number.clone();
        let order_id = Self::imported_id(principal, &order);
        // The counter passes the number before the number is claimed, so that no placement gets the same one.
        if let Count::Within(count) = number.count() {
            let passed = self.bus.store().pass_order_number(&principal.tenant, count).await;
            passed.map_err(ExecuteError::from)?;
        }
        let command = self.importing(principal, order_id, order);
        let task = Task { operation: "order.import", order_id, line_id: None, expects, input: &(), command };
        let receipt = self.run(caller, task).await?.receipt;
        let effect = match receipt.version {
            _ if receipt.event_ids.is_empty() => ImportEffect::Unchanged,
            // An order's history begins with its import.
            1 => ImportEffect::Imported,
            _ => ImportEffect::Corrected,
        };
        Ok(Imported { order_id, version: receipt.version, number, effect })
    }

    /// What importing an order would do now, without storing anything.
    ///
    /// # Errors
    /// The [`Refusal`] that the import itself would get.
    #[tracing::instrument(name = "command.order.import.try", skip_all, fields(order.id))]
    pub async fn dry_run_import(&self, caller: &Caller, order: ImportedOrder) -> Result<Imported, Refusal> {
        let principal = &caller.principal;
        Self::may_import(principal)?;
        let number = order.number.clone();
        let order_id = Self::imported_id(principal, &order);
        let loaded = self.bus.load(&order_id.to_string()).await?;
        let command = self.importing(principal, order_id, order);
        let events = decide(caller, &command, loaded.version, &loaded.state)?;
        for claim in events.iter().filter_map(|event| number_claim(&principal.tenant, &loaded.state, event)) {
            let holder = self.bus.store().claim_holder(&claim).await.map_err(ExecuteError::from)?;
            if holder.is_some_and(|holder| holder != order_id.to_string()) {
                return Err(Refusal::number_taken(&claim.value));
            }
        }
        let effect = match &events[..] {
            [] => ImportEffect::Unchanged,
            [OrderEvent::OrderImportCorrected(_), ..] => ImportEffect::Corrected,
            _ => ImportEffect::Imported,
        };
        let version = loaded.version + i64::try_from(events.len()).expect("an import makes one event");
        Ok(Imported { order_id, version, number, effect })
    }

    fn imported_id(principal: &Principal, order: &ImportedOrder) -> OrderId {
        let order_id = imported_order_id(&principal.tenant, &order.source, &order.reference);
        tracing::Span::current().record("order.id", tracing::field::display(order_id));
        order_id
    }

    fn importing(&self, principal: &Principal, order_id: OrderId, order: ImportedOrder) -> OrderCommand {
        OrderCommand::ImportOrder(ImportOrder {
            order_id,
            tenant: principal.tenant.clone(),
            source: order.source,
            reference: order.reference,
            number: order.number,
            kind: order.kind,
            credit_of: order.credit_of,
            customer: order.customer,
            country: order.country,
            currency: order.currency,
            lines: order.lines,
            placed_at: order.placed_at,
            is_update: order.is_update,
            at: self.clock.now(),
        })
    }
}

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
