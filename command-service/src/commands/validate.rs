//! Dry runs: what a command would do now, with nothing stored, no key made and no number given.

use domain::contract::{Facts, publish};
use domain::order::{OrderCommand, OrderState};
use domain::{LineId, OrderId, OrderNumber, SubjectId};
use serde::Serialize;
use utoipa::ToSchema;

use super::input::{Cancellation, LineQuantity, LineRemoval, NewAddress, NewDraft, NewLine, Placement};
use super::run::{decide, is_visible};
use super::{Caller, Commands, Refusal};

/// Stands for the number that only a real placement is given.
const NUMBER_TO_COME: &str = "(given at placement)";

/// A command to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// Begin a draft under the id.
    CreateDraft(NewDraft),
    /// Add a line.
    AddLine(NewLine),
    /// Change a line's quantity.
    ChangeLineQuantity(LineQuantity),
    /// Take a line off.
    RemoveLine(LineRemoval),
    /// Set or replace an address.
    SetAddress(NewAddress),
    /// Commit to the draft.
    Place(Placement),
    /// Call the order off.
    Cancel(Cancellation),
    /// Throw the draft away.
    Discard,
}

/// What a command would do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// The order.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// The version that the answer holds for; 0 for an order that is not there.
    pub version: i64,
    /// The events that would be stored; none where the work is done already.
    pub events: Vec<PreviewEvent>,
}

/// An event that would be stored, as it would be published.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PreviewEvent {
    /// Its name, such as `LineAdded`.
    #[schema(example = "LineAdded")]
    pub r#type: &'static str,
    /// Its public body. What would be sealed is empty, and an order's number is not given yet.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
}

impl Commands {
    /// Decides a command on the present state and stores nothing.
    ///
    /// # Errors
    /// The [`Refusal`] that the command itself would meet.
    #[tracing::instrument(name = "command.order.validate", skip_all, fields(order.id = %order_id))]
    pub async fn validate(&self, caller: &Caller, order_id: OrderId, trial: &Trial) -> Result<Preview, Refusal> {
        let loaded = self.bus.load(&order_id.to_string()).await?;
        let command = self.tried(caller, order_id, &loaded.state, trial).await?;
        let events = decide(caller, &command, loaded.version, &loaded.state)?;
        let tenant = &caller.principal.tenant;
        let events = (loaded.version + 1..).zip(&events).map(|(version, event)| {
            let event = publish(&Facts { order_id, version, tenant: tenant.clone() }, event);
            let body = event.to_json().expect("public events are made of strings and numbers");
            PreviewEvent { r#type: event.name(), body }
        });
        Ok(Preview { order_id, version: loaded.version, events: events.collect() })
    }

    async fn tried(
        &self,
        caller: &Caller,
        order_id: OrderId,
        state: &OrderState,
        trial: &Trial,
    ) -> Result<OrderCommand, Refusal> {
        let principal = &caller.principal;
        match trial {
            Trial::CreateDraft(input) => self.creation(principal, input),
            Trial::AddLine(input) => {
                let line_id = input.line_id.unwrap_or_else(|| LineId::new(self.ids.ordered()));
                self.addition(principal, line_id, input)
            }
            Trial::ChangeLineQuantity(input) => self.quantity_change(principal, input),
            Trial::RemoveLine(input) => self.removal(principal, input),
            Trial::SetAddress(input) => {
                let stored =
                    if is_visible(principal, state) { self.stored_equal(principal, state, input).await? } else { None };
                let unsealed = || input.details.unsealed(&SubjectId::of_order(state.customer(), order_id));
                self.addressing(principal, input, stored.unwrap_or_else(unsealed))
            }
            Trial::Place(input) => {
                let number = OrderNumber::try_new(NUMBER_TO_COME).expect("the text is short and printable");
                self.placing(principal, number, input)
            }
            Trial::Cancel(input) => self.cancellation(principal, input),
            Trial::Discard => self.discarding(principal),
        }
    }
}
