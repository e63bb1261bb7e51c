//! Commands of an order that its saga is told of in the same append: it is placed, so its saga begins; it is cancelled, so what its
//! saga has asked for is undone; it is held, so its saga lets nothing be shipped until the hold is released.

use std::sync::Arc;

use command_kit::{Aggregate, Answer, Caller, Refusal, UnitTask};
use domain::order::{HoldKind, Order, OrderCommand, OrderState, Placed};
use domain::order_saga::{
    CancelSaga, HoldSaga, OrderSaga, OrderSagaCommand, OrderSagaRejection, ReleaseSaga, RequestedLine, SagaPolicy,
    Signals, StartSaga,
};
use domain::{CustomerId, Decider, OrderId, TenantId, Timestamp};
use event_store::{Expectation, Members, ReadError, UnitEffects, Work};
use serde::Serialize;
use uuid::Uuid;

use super::receipt::Receipt;
use super::{Orders, Outcome};

/// How far back a customer's orders are counted, in milliseconds.
const SIGNALS_MS: i64 = 24 * 3_600 * 1_000;

/// What an order's saga is told of.
pub(super) enum Told {
    /// The order is placed.
    Placed(Begin),
    /// The order is cancelled.
    Cancelled,
    /// The order is held.
    Held(HoldKind),
    /// A hold is released.
    Released(HoldKind),
}

/// How a saga begins.
pub(super) struct Begin {
    pub(super) policy: Arc<SagaPolicy>,
    pub(super) orders_within_a_day: u32,
}

/// A receipt that lacks the ids of its events, which are given when they are stored.
struct DecidedOrder {
    receipt: Receipt,
    /// How many of the unit's events are the order's; they come first.
    events: usize,
}

impl Orders {
    /// Runs a command on an order and tells its saga, both in one append.
    pub(super) async fn run_with_saga(
        &self,
        caller: &Caller,
        order_id: OrderId,
        operation: &'static str,
        input: &(impl Serialize + Sync),
        command: &OrderCommand,
        told: &Told,
    ) -> Result<Outcome, Refusal> {
        let id = order_id.to_string();
        let mut members = Members::default();
        let order = members.add::<Order>(&id, Expectation::Existing);
        let saga = members.add::<OrderSaga>(
            &id,
            match told {
                Told::Placed(_) => Expectation::New,
                Told::Cancelled | Told::Held(_) | Told::Released(_) => Expectation::Existing,
            },
        );
        let at = self.now();
        let task = UnitTask {
            operation,
            scopes: command.scopes(),
            named: Some(&id),
            input,
            members: &members,
            decide: &|work: &mut Work<'_>| {
                let version = work.version(order);
                Self::admit(&caller.principal, command, work.state(order))?;
                if let Some(expected) = &caller.expected {
                    expected.check(version, &Self::WORDS)?;
                }
                let before = work.state(order);
                let events = Order::decide(before, command.clone()).map_err(|rejection| {
                    let refusal = Refusal::rejected(&rejection);
                    if version == 0 { refusal } else { refusal.at(version) }
                })?;
                let claimed = |event| Self::claim(&caller.principal.tenant, before, event);
                let claims: Vec<_> = events.iter().filter_map(claimed).collect();
                work.record(order, &events);
                for claim in claims {
                    work.claim(order, claim);
                }
                if !events.is_empty()
                    && let Some(command) = told.command(order_id, work.state(order), at)
                {
                    work.decide(saga, command)
                        .map_err(|rejection: OrderSagaRejection| Refusal::rejected(&rejection))?;
                }
                let receipt = Receipt::of(&id, command, work.version(order), work.state(order), Vec::new());
                Ok(DecidedOrder { receipt, events: events.len() })
            },
            receipt: &|decided: &DecidedOrder, effects: &UnitEffects| {
                let event_ids = effects.event_ids.iter().take(decided.events).copied().collect();
                Receipt { event_ids, ..decided.receipt.clone() }
            },
        };
        let answer: Answer<Receipt> = self.units.run(caller, task).await?;
        Ok(Outcome::Done(answer))
    }

    /// How many orders a customer has begun within the last day, as far as they count.
    pub(super) async fn orders_within_a_day(
        &self,
        tenant: &TenantId,
        customer: &CustomerId,
        count_max: u32,
    ) -> Result<u32, ReadError> {
        let since_ms = self.now().micros() / 1_000 - SIGNALS_MS;
        let first = first_id_since(since_ms);
        let client = self.store().reader().await?;
        let statement = client.prepare_cached(include_str!("sql/drafts_since.sql")).await.map_err(ReadError::Query)?;
        let row = client
            .query_one(&statement, &[&tenant.as_str(), &customer.as_str(), &first, &i64::from(count_max)])
            .await
            .map_err(ReadError::Query)?;
        let count: i64 = row.try_get(0).map_err(ReadError::Query)?;
        Ok(u32::try_from(count).unwrap_or(count_max))
    }
}

impl Told {
    /// What the saga decides on, given the order's state afterwards.
    fn command(&self, order: OrderId, state: &OrderState, at: Timestamp) -> Option<OrderSagaCommand> {
        match self {
            Self::Placed(begin) => {
                let OrderState::Placed(placed) = state else { return None };
                Some(begin.command(order, placed, at).into())
            }
            Self::Cancelled => Some(CancelSaga { at }.into()),
            Self::Held(hold) => Some(HoldSaga { hold: *hold, at }.into()),
            Self::Released(hold) => Some(ReleaseSaga { hold: *hold, at }.into()),
        }
    }
}

impl Begin {
    fn command(&self, order: OrderId, placed: &Placed, at: Timestamp) -> StartSaga {
        let draft = &placed.draft;
        let shipping = draft.shipping_address.as_ref().map(|address| address.country);
        let billing = draft.billing_address.as_ref().map(|address| address.country);
        let line = |line: &domain::order::Line| RequestedLine { sku: line.sku.clone(), quantity: line.quantity };
        StartSaga {
            order,
            tenant: draft.tenant.clone(),
            customer: draft.customer.clone(),
            lines: draft.lines.iter().map(line).collect(),
            total: placed.total,
            policy: Box::new(SagaPolicy::clone(&self.policy)),
            signals: Signals {
                orders_within_a_day: self.orders_within_a_day,
                shipping_country: shipping,
                billing_country: billing.or(shipping),
                shipping_area: draft.shipping_address.as_ref().and_then(|address| address.area.clone()),
            },
            at,
        }
    }
}

/// The least UUIDv7 of a moment, in milliseconds since 1970.
fn first_id_since(since_ms: i64) -> String {
    let millis = u128::try_from(since_ms.max(0)).unwrap_or_default();
    Uuid::from_u128(millis << 80).as_hyphenated().to_string()
}
