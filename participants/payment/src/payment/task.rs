//! Requests of callers, run to their answers.

use command_kit::{Answer, Caller, Refusal, UnitTask};
use domain::payment::{Payment, PaymentEvent};
use domain::{EventId, OrderId, PaymentId, RequestId, Scope};
use event_store::{Expectation, Members, UnitEffects, Work};
use serde::{Deserialize, Serialize};
use service_kit::errors::chain;

use super::request::{Asked, AskedBy};
use super::view::{PaymentView, visible};
use crate::code;
use crate::context::Payments;

/// A request of a caller's.
pub(super) struct Task<'a, I> {
    pub(super) operation: &'static str,
    pub(super) scopes: &'a [Scope],
    pub(super) order: OrderId,
    pub(super) id: PaymentId,
    /// What the request is recognised by.
    pub(super) input: &'a I,
    pub(super) asked: Asked,
}

/// What is kept of a request that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaymentReceipt {
    version: i64,
    event_ids: Vec<EventId>,
    /// The numbers of the effects that it began.
    started: Vec<u32>,
}

impl command_kit::Receipt for PaymentReceipt {
    fn version(&self) -> i64 {
        self.version
    }

    fn event_ids(&self) -> &[EventId] {
        &self.event_ids
    }
}

impl Payments {
    /// Runs a request to its answer: it is stored, then the provider is told. Returns the payment as it is then, and whether the
    /// request was answered before.
    pub(super) async fn ask<I: Serialize + Sync>(
        &self,
        caller: &Caller,
        task: Task<'_, I>,
    ) -> Result<(PaymentView, bool), Refusal> {
        let Task { operation, scopes, order, id, input, asked } = task;
        let by = AskedBy {
            request: RequestId::new(self.ids.ordered()),
            tenant: caller.principal.tenant.clone(),
            order,
            metadata: caller.metadata(),
        };
        let command = asked.command(&by, self.now());
        let named = id.to_string();
        let mut members = Members::default();
        let member = members.add::<Payment>(&named, Expectation::Existing);
        let work = UnitTask {
            operation,
            scopes,
            named: Some(&named),
            input,
            members: &members,
            decide: &|work: &mut Work<'_>| {
                let version = work.version(member);
                visible(work.state(member), caller, order).ok_or_else(code::not_found)?;
                if let Some(expected) = &caller.expected {
                    expected.check(version, &code::PAYMENT)?;
                }
                let events = work.decide(member, command.clone());
                let events = events.map_err(|rejection| Refusal::rejected(&rejection).at(version))?;
                // Whoever asks by HTTP is told; only a message needs the answer as an event.
                let refused = events.iter().find_map(|event| match event {
                    PaymentEvent::RequestRefused(event) => Some(event.reason),
                    _ => None,
                });
                if let Some(reason) = refused {
                    return Err(code::refused(reason).at(version));
                }
                let started = events.iter().filter_map(PaymentEvent::starts).collect();
                Ok(PaymentReceipt { version: work.version(member), event_ids: Vec::new(), started })
            },
            receipt: &|decided: &PaymentReceipt, effects: &UnitEffects| PaymentReceipt {
                event_ids: effects.event_ids.clone(),
                ..decided.clone()
            },
        };
        let Answer { receipt, replayed } = self.runner.run(caller, work).await?;
        if !replayed && let Err(error) = self.tell_all(id, receipt.started).await {
            // What was asked for is stored, and the payment's timer finds out.
            tracing::warn!(payment.id = %id, error = chain(&error), "the provider's answer was not recorded");
        }
        Ok((self.shown(caller, order, id).await?, replayed))
    }
}
