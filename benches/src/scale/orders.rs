//! Orders of four steps, as people place them by HTTP.

use std::sync::{Arc, Mutex};

use domain::order::{AddLine, AddressKind, CreateDraft, Order, OrderCommand, OrderRejection, PlaceOrder, SetAddress};
use domain::{
    Address, CountryCode, Currency, CustomerId, Decider, LineId, OrderNumber, Quantity, Sealed, Sku, SubjectId,
    TenantId, Timestamp, UnitPrice,
};
use event_store::{CommandBus, Decided, Execution, Expectation, Idempotency, Outcome};
use service_kit::clock::{Ids, SystemIds};

use crate::ours::{FINGERPRINT, metadata};

/// Steps, each a command with one event.
pub const STEPS: u64 = 4;
/// Base64 of a sealed address: nonce, ciphertext of some 150 bytes, tag.
const SEALED_CHARACTERS: usize = 240;

/// The order that each of some people is busy with.
pub struct People {
    orders: Vec<Mutex<String>>,
}

impl People {
    pub fn new(people: usize) -> Arc<Self> {
        Arc::new(Self { orders: (0..people).map(|_| Mutex::new(String::new())).collect() })
    }

    /// Takes a person's next step: a new order at first, then its line, its address and its placement.
    pub async fn step(&self, bus: &CommandBus<Order>, person: usize, count: u64) -> bool {
        let step = count % STEPS;
        let id = {
            let mut id = self.orders[person].lock().unwrap();
            if step == 0 {
                *id = SystemIds.ordered().to_string();
            }
            id.clone()
        };
        take(bus, &id, step).await
    }
}

/// Runs one step of an order with all that a request brings: key, answer and metadata.
pub async fn take(bus: &CommandBus<Order>, id: &str, step: u64) -> bool {
    let command = command(id, step);
    let decide = |_: i64, state: &_| Order::decide(state, command.clone());
    let text = |decided: &Decided<Order>| {
        let ids = decided.event_ids.iter().map(|id| format!("\"{}\"", id.uuid())).collect::<Vec<_>>().join(",");
        format!("{{\"status\":200,\"orderId\":\"{id}\",\"version\":{},\"eventIds\":[{ids}]}}", decided.version)
    };
    let answer = |result: Result<&Decided<Order>, &OrderRejection>| result.ok().map(text);
    let outcome = bus.execute(Execution {
        id,
        tenant: tenant(),
        metadata: metadata(id),
        expects: if step == 0 { Expectation::New } else { Expectation::Existing },
        idempotency: Some(Idempotency {
            scope: "shop/clerk/POST /v1/orders".to_owned(),
            key: format!("{id}-{step}"),
            fingerprint: FINGERPRINT.to_vec(),
        }),
        decide: &decide,
        claims: &|_, _| None,
        answer: &answer,
    });
    matches!(outcome.await, Ok(Outcome::Done(_)))
}

fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

fn command(id: &str, step: u64) -> OrderCommand {
    let at = Timestamp::try_from_micros(1_790_000_000_123_456).unwrap();
    let customer = CustomerId::try_new("customer-000042").unwrap();
    match step {
        0 => OrderCommand::CreateDraft(CreateDraft {
            tenant: tenant(),
            customer: Some(customer),
            currency: Currency::EUR,
            at,
        }),
        1 => OrderCommand::AddLine(AddLine {
            line_id: LineId::new(SystemIds.ordered()),
            sku: Sku::try_new("85123A").unwrap(),
            description: None,
            quantity: Quantity::try_new(6).unwrap(),
            unit_price: UnitPrice::try_new("2.55").unwrap(),
            at,
        }),
        2 => {
            let subject = SubjectId::try_new("customer:customer-000042").unwrap();
            let details = Sealed::new(subject, "x".repeat(SEALED_CHARACTERS));
            let address = Address { country: CountryCode::try_new("GB").unwrap(), details, contact: None, area: None };
            OrderCommand::SetAddress(SetAddress { kind: AddressKind::Shipping, address, at })
        }
        _ => {
            OrderCommand::PlaceOrder(PlaceOrder { number: OrderNumber::try_new(id).unwrap(), expected_total: None, at })
        }
    }
}
