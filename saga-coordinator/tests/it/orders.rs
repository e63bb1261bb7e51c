//! Orders with sagas, as a placement leaves them.

use domain::order::{AddLine, AddressKind, CreateDraft, Order, PlaceOrder, SetAddress};
use domain::order_saga::{OrderSaga, RequestedLine, SagaPolicy, Signals, StartSaga};
use domain::{
    Address, CountryCode, Currency, LineId, LocationId, Money, OrderId, OrderNumber, Quantity, Sealed, Sku, SubjectId,
    TenantId, Timestamp, UnitPrice,
};
use event_store::{Expectation, Members, Metadata, UnitOfWork, UnitOutcome, Units, Work};
use service_kit::BoxError;
use service_kit::clock::{Ids, SystemIds};

/// The pieces of an order, of one SKU.
pub const PIECES: u32 = 3;

/// What an order of these tests costs.
pub fn total() -> Money {
    Money::new(765, Currency::EUR)
}

pub fn sku() -> Sku {
    Sku::try_new("tea").unwrap()
}

pub fn tenant(name: &str) -> TenantId {
    TenantId::try_new(name).unwrap()
}

/// A policy with two locations, under which an order is reviewed from a total on, in minor units.
pub fn policy(reviewed_from: i64) -> SagaPolicy {
    let locations = ["zrh-1", "bsl-1"].map(|name| LocationId::try_new(name).unwrap()).to_vec();
    let mut policy = SagaPolicy { locations, ..SagaPolicy::default() };
    policy.screening.large_total_minor = reviewed_from;
    policy
}

fn address() -> Address {
    let details = Sealed::new(SubjectId::try_new("customer:c-1").unwrap(), "c2VhbGVk".to_owned());
    Address { country: CountryCode::try_new("CH").unwrap(), details, contact: None, area: None }
}

pub fn new_id() -> OrderId {
    OrderId::new(SystemIds.ordered())
}

/// Begins, fills and places an order of the shop's, with a saga or without one.
pub async fn place(units: &Units, policy: Option<SagaPolicy>, at: Timestamp) -> OrderId {
    let id = new_id();
    let mut members = Members::default();
    let order = members.add::<Order>(&id.to_string(), Expectation::New);
    let saga = members.add::<OrderSaga>(&id.to_string(), Expectation::New);
    let quantity = Quantity::try_new(PIECES).unwrap();
    let decide = |work: &mut Work<'_>| -> Result<(), BoxError> {
        let line_id = LineId::new(SystemIds.ordered());
        let unit_price = UnitPrice::try_new("2.55")?;
        let number = OrderNumber::try_new("R-1")?;
        let customer = None;
        let commands = [
            CreateDraft { tenant: tenant("shop"), customer, currency: Currency::EUR, at }.into(),
            AddLine { line_id, sku: sku(), description: None, quantity, unit_price, at }.into(),
            SetAddress { kind: AddressKind::Shipping, address: address(), at }.into(),
            PlaceOrder { number, expected_total: Some(total()), at }.into(),
        ];
        for command in commands {
            work.decide(order, command)?;
        }
        if let Some(policy) = policy.clone() {
            let lines = vec![RequestedLine { sku: sku(), quantity }];
            let (policy, signals, customer) = (Box::new(policy), Signals::default(), None);
            let (order, tenant, total) = (id, tenant("shop"), total());
            work.decide(saga, StartSaga { order, tenant, customer, lines, total, policy, signals, at }.into())?;
        }
        Ok(())
    };
    let unit = UnitOfWork {
        tenant: tenant("shop"),
        metadata: Metadata::default(),
        members: &members,
        idempotency: None,
        decide: &decide,
        answer: &|_, _| None,
    };
    match units.run(unit).await.unwrap() {
        UnitOutcome::Done(_) => id,
        UnitOutcome::Refused(refusal) => panic!("{refusal}"),
        UnitOutcome::Repeated(answer) => panic!("{answer}"),
    }
}
