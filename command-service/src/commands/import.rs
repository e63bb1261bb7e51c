//! Taking in orders of other systems. Idempotent by tenant, source and reference, so no key is needed.

use aws_lc_rs::digest::{SHA256, digest};
use domain::order::{ImportOrder, OrderCommand};
use domain::{ExternalReference, ImportSource, OrderId, TenantId};
use event_store::Expectation;
use service_kit::auth::{Principal, Scope};
use uuid::Uuid;

use super::input::ImportedOrder;
use super::run::{Task, require};
use super::{Caller, Code, Commands, Receipt, Refusal};

/// An order that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Where it stands.
    pub receipt: Receipt,
    /// Whether it had been taken in before, with the same content.
    pub already: bool,
}

/// The id of an imported order, the same every time: a UUIDv8 (RFC 9562) from the SHA-256 of tenant, source and reference,
/// separated by NUL, which none of them can hold.
pub fn imported_order_id(tenant: &TenantId, source: &ImportSource, reference: &ExternalReference) -> OrderId {
    let text = [tenant.as_str(), source.as_str(), reference.as_str()].join("\0");
    let hash = digest(&SHA256, text.as_bytes());
    let bytes = hash.as_ref().first_chunk().expect("SHA-256 gives 32 bytes");
    OrderId::new(Uuid::new_v8(*bytes))
}

impl Commands {
    /// Whether the caller may take orders in at all.
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

    /// Takes one order in. `expects` is a guess that saves a read or a conflict, and changes no outcome.
    ///
    /// # Errors
    /// A [`Refusal`]; a retryable one changed nothing that a repeat does not settle.
    #[tracing::instrument(name = "command.order.import", skip_all, fields(order.id))]
    pub async fn import(
        &self,
        caller: &Caller,
        order: ImportedOrder,
        expects: Expectation,
    ) -> Result<Imported, Refusal> {
        let principal = &caller.principal;
        Self::may_import(principal)?;
        let order_id = imported_order_id(&principal.tenant, &order.source, &order.reference);
        tracing::Span::current().record("order.id", tracing::field::display(order_id));
        let command = OrderCommand::ImportOrder(ImportOrder {
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
            at: self.clock.now(),
        });
        let task = Task { operation: "order.import", order_id, line_id: None, expects, input: &(), command };
        let receipt = self.run(caller, task).await?.receipt;
        Ok(Imported { already: receipt.event_ids.is_empty(), receipt })
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
