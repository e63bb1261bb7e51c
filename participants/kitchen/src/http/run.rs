//! Running a caller's command on a kitchen.

use std::collections::BTreeSet;

use command_kit::{Answer, Caller, Refusal, UnitTask};
use domain::kitchen::KitchenCommand;
use domain::{KitchenId, LocationId, Scope, TenantId, Timestamp};
use event_store::Work;
use serde::Serialize;

use super::receipt::KitchenReceipt;
use crate::code::{self, KITCHEN_CONTENDED};
use crate::context::Kitchens;
use crate::unit::{BEGINS_MAX, KitchenUnit, UnitRefusal};

/// What the staff of a kitchen need.
pub(super) const OF_STAFF: &[Scope] = &[Scope::TENANT_STAFF, Scope::FULFILMENT_WRITE];

/// A caller's command on a kitchen.
pub(super) struct KitchenAsk<'a, I> {
    pub(super) operation: &'static str,
    pub(super) location: LocationId,
    /// What the request is recognised by, beside the location.
    pub(super) input: &'a I,
    /// The command of a tenant at a moment.
    pub(super) command: &'a (dyn Fn(TenantId, Timestamp) -> KitchenCommand + Send + Sync),
}

impl Kitchens {
    /// Runs a caller's command to its answer.
    pub(super) async fn run<I: Serialize + Sync>(
        &self,
        caller: &Caller,
        ask: KitchenAsk<'_, I>,
    ) -> Result<Answer<KitchenReceipt>, Refusal> {
        let KitchenAsk { operation, location, input, command } = ask;
        let kitchen = KitchenId::of(&caller.principal.tenant, &location);
        let named = kitchen.to_string();
        let command = command(caller.principal.tenant.clone(), self.now());
        let mut begun = 0;
        loop {
            begun += 1;
            let unit = KitchenUnit::guessed(self.runner.units(), kitchen, &command, &BTreeSet::new()).await;
            let unit = unit.map_err(|error| Refusal::of_bus(&error, &code::WORDS))?;
            let task = UnitTask {
                operation,
                scopes: OF_STAFF,
                named: Some(&named),
                input,
                members: &unit.members,
                decide: &|work: &mut Work<'_>| {
                    let version = work.version(unit.kitchen);
                    if let Some(expected) = &caller.expected {
                        expected.check(version, &code::WORDS)?;
                    }
                    unit.decide(work, command.clone()).map_err(|error| refusal(error, version))?;
                    let kitchen = unit.state(work).kitchen().ok_or_else(code::not_found)?;
                    Ok(KitchenReceipt::of(kitchen, work.version(unit.kitchen)))
                },
                receipt: &|receipt: &KitchenReceipt, effects| receipt.with(effects),
            };
            match self.runner.run(caller, task).await {
                Err(refusal) if refusal.code == KITCHEN_CONTENDED && begun < BEGINS_MAX => {}
                answer => return answer,
            }
        }
    }
}

fn refusal(refusal: UnitRefusal, version: i64) -> Refusal {
    match refusal {
        UnitRefusal::Kitchen(rejection) if version == 0 => Refusal::rejected(&rejection),
        UnitRefusal::Kitchen(rejection) => Refusal::rejected(&rejection).at(version),
        UnitRefusal::OtherMembers(_) => {
            Refusal::new(KITCHEN_CONTENDED, "others changed the kitchen at the same time; try again")
        }
        UnitRefusal::Ticket { .. } => Refusal::internal(&refusal),
    }
}
