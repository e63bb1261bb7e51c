//! Dry runs: what a command would do now, without storing anything, creating a key or using up an order number.

use domain::contract::Facts;
use domain::contract::PublicEvents;
use domain::order::contract::PublicEvent;
use domain::order::{OrderCommand, OrderState};
use domain::{LineId, OrderId, OrderNumber, SubjectId};
use serde::Serialize;
use utoipa::ToSchema;

use super::input::{Cancellation, LineQuantity, LineRemoval, NewAddress, NewDraft, NewLine, Placement};
use super::run::{decide, is_visible};
use super::{Caller, Commands, Refusal};

/// Stands for the order number, which only a real placement gets.
const NUMBER_PLACEHOLDER: &str = "(given at placement)";

/// A command to dry-run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DryRun {
    /// Begin a draft under the given order id.
    CreateDraft(NewDraft),
    AddLine(NewLine),
    ChangeLineQuantity(LineQuantity),
    RemoveLine(LineRemoval),
    SetAddress(NewAddress),
    Place(Placement),
    Cancel(Cancellation),
    Discard,
}

/// What a command would do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// The id of the order.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// The version of the order that the answer is based on; 0 for an order that does not exist.
    pub version: i64,
    /// The events that would be stored; empty if the command would change nothing.
    pub events: Vec<PreviewEvent>,
}

/// An event that would be stored, as it would be published.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PreviewEvent {
    /// The name of the event, such as `LineAdded`.
    #[schema(example = "LineAdded")]
    pub r#type: &'static str,
    /// The public body of the event. Sealed data is left empty, and an order number is not given yet.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
}

impl Commands {
    /// Decides a command on the current state without storing anything.
    ///
    /// # Errors
    /// The [`Refusal`] that the command itself would get.
    #[tracing::instrument(name = "command.order.validate", skip_all, fields(order.id = %order_id))]
    pub async fn validate(&self, caller: &Caller, order_id: OrderId, dry_run: &DryRun) -> Result<Preview, Refusal> {
        let loaded = self.bus.load(&order_id.to_string()).await?;
        let command = self.dry_run_command(caller, order_id, &loaded.state, dry_run).await?;
        let events = decide(caller, &command, loaded.version, &loaded.state)?;
        let tenant = &caller.principal.tenant;
        let events = (loaded.version + 1..).zip(&events).map(|(version, event)| {
            let event = PublicEvent::publish(&Facts { id: order_id, version, tenant: tenant.clone() }, event);
            let body = event.to_json().expect("public events are made of strings and numbers");
            PreviewEvent { r#type: event.name(), body }
        });
        Ok(Preview { order_id, version: loaded.version, events: events.collect() })
    }

    async fn dry_run_command(
        &self,
        caller: &Caller,
        order_id: OrderId,
        state: &OrderState,
        dry_run: &DryRun,
    ) -> Result<OrderCommand, Refusal> {
        let principal = &caller.principal;
        match dry_run {
            DryRun::CreateDraft(input) => self.creation(principal, input),
            DryRun::AddLine(input) => {
                let line_id = input.line_id.unwrap_or_else(|| LineId::new(self.ids.ordered()));
                self.addition(principal, line_id, input)
            }
            DryRun::ChangeLineQuantity(input) => self.quantity_change(principal, input),
            DryRun::RemoveLine(input) => self.removal(principal, input),
            DryRun::SetAddress(input) => {
                let stored =
                    if is_visible(principal, state) { self.stored_equal(principal, state, input).await? } else { None };
                let unsealed = || input.details.unsealed(&SubjectId::of_order(state.customer(), order_id));
                self.addressing(principal, input, stored.unwrap_or_else(unsealed))
            }
            DryRun::Place(input) => {
                let number = OrderNumber::try_new(NUMBER_PLACEHOLDER).expect("the text is short and printable");
                self.placing(principal, number, input)
            }
            DryRun::Cancel(input) => self.cancellation(principal, input),
            DryRun::Discard => self.discarding(principal),
        }
    }
}
