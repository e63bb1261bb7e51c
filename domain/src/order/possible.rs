//! The commands that are possible for an order that is known only in outline, such as from a read model.
//!
//! Guarantees: found by dry runs of the decisions on an order that commands have led to; no list of states is restated here.
//! Does not: look at rules about values, such as the most lines of an order. The samples keep all of them.

use std::collections::HashMap;
use std::sync::LazyLock;

use uuid::Uuid;

use super::decisions::{SAMPLE_AT, SAMPLE_LINE, Sample};
use super::{
    AddLine, AddressKind, CancelOrder, CreateDraft, ImportLine, ImportOrder, Order, OrderCommand, OrderKind,
    OrderState, PlaceOrder, SetAddress,
};
use crate::{Currency, Decider, ExternalReference, ImportSource, OrderId, OrderNumber, TenantId};

/// What an order has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    Draft,
    Placed,
    Cancelled,
    Imported,
}

/// What is known of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Outline {
    pub stage: Stage,
    pub has_lines: bool,
    pub has_shipping_address: bool,
}

impl Outline {
    /// A sample of each command that would change the order now, in the order of [`OrderCommand`].
    pub fn possible(self) -> &'static [OrderCommand] {
        static POSSIBLE: LazyLock<HashMap<Outline, Vec<OrderCommand>>> =
            LazyLock::new(|| Outline::all().map(|outline| (outline, outline.dry_runs())).collect());
        POSSIBLE.get(&self).map(Vec::as_slice).unwrap_or_default()
    }

    fn all() -> impl Iterator<Item = Self> {
        let stages = [Stage::Draft, Stage::Placed, Stage::Cancelled, Stage::Imported];
        stages.into_iter().flat_map(|stage| {
            [(false, false), (false, true), (true, false), (true, true)].map(|(has_lines, has_shipping_address)| Self {
                stage,
                has_lines,
                has_shipping_address,
            })
        })
    }

    fn dry_runs(self) -> Vec<OrderCommand> {
        let state = self.state();
        let changes =
            |command: &OrderCommand| Order::decide(&state, command.clone()).is_ok_and(|events| !events.is_empty());
        OrderCommand::samples().filter(changes).collect()
    }

    /// An order of this outline. One that was placed has a line and an address, whatever the outline says.
    fn state(self) -> OrderState {
        let is_placed = self.stage == Stage::Placed;
        let line = (self.has_lines || is_placed).then(|| AddLine { line_id: SAMPLE_LINE, ..sample() }.into());
        let address = (self.has_shipping_address || is_placed)
            .then(|| SetAddress { kind: AddressKind::Shipping, ..sample() }.into());
        let end = match self.stage {
            Stage::Draft => None,
            Stage::Placed => Some(sample::<PlaceOrder>().into()),
            Stage::Cancelled => Some(sample::<CancelOrder>().into()),
            Stage::Imported => return after(Order::initial(), import()),
        };
        [Some(draft()), line, address, end].into_iter().flatten().fold(Order::initial(), after)
    }
}

fn after(state: OrderState, command: OrderCommand) -> OrderState {
    let events = Order::decide(&state, command).expect("these commands are accepted one after another");
    events.iter().try_fold(state, Order::evolve).expect("what a decision leads to folds")
}

fn sample<C: Sample>() -> C {
    C::sample().expect("the command can be given for an order that exists")
}

fn tenant() -> TenantId {
    TenantId::try_new("sample").expect("the text is a slug")
}

fn draft() -> OrderCommand {
    CreateDraft { tenant: tenant(), customer: None, currency: Currency::EUR, at: SAMPLE_AT }.into()
}

fn import() -> OrderCommand {
    let line: AddLine = sample();
    let text = "the text is short and printable";
    ImportOrder {
        order_id: OrderId::new(Uuid::nil()),
        tenant: tenant(),
        source: ImportSource::try_new("sample").expect(text),
        reference: ExternalReference::try_new("sample").expect(text),
        number: OrderNumber::try_new("sample").expect(text),
        kind: OrderKind::Sale,
        credit_of: None,
        customer: None,
        country: None,
        currency: Currency::EUR,
        lines: vec![ImportLine {
            sku: line.sku,
            description: line.description,
            quantity: line.quantity,
            unit_price: line.unit_price,
        }],
        placed_at: SAMPLE_AT,
        is_update: false,
        at: SAMPLE_AT,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn possible(stage: Stage, has_lines: bool, has_shipping_address: bool) -> Vec<&'static str> {
        let outline = Outline { stage, has_lines, has_shipping_address };
        outline.possible().iter().map(OrderCommand::name).collect()
    }

    #[test]
    fn a_draft_offers_what_it_is_ready_for() {
        assert_eq!(possible(Stage::Draft, false, false), ["AddLine", "SetAddress", "CancelOrder"]);
        assert_eq!(possible(Stage::Draft, false, true), ["AddLine", "SetAddress", "CancelOrder"]);
        let with_line = ["AddLine", "ChangeLineQuantity", "RemoveLine", "SetAddress", "CancelOrder"];
        assert_eq!(possible(Stage::Draft, true, false), with_line);
        let ready = ["AddLine", "ChangeLineQuantity", "RemoveLine", "SetAddress", "PlaceOrder", "CancelOrder"];
        assert_eq!(possible(Stage::Draft, true, true), ready);
    }

    #[test]
    fn a_placed_order_can_be_cancelled_and_an_ended_one_cannot_change() {
        for (has_lines, has_shipping_address) in [(false, false), (true, false), (true, true)] {
            assert_eq!(possible(Stage::Placed, has_lines, has_shipping_address), ["CancelOrder"]);
            assert!(possible(Stage::Cancelled, has_lines, has_shipping_address).is_empty());
            assert!(possible(Stage::Imported, has_lines, has_shipping_address).is_empty());
        }
    }
}
