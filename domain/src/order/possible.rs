//! The commands that are possible for an order that is known only in outline, such as from a read model.
//!
//! Guarantees: found by dry runs of the decisions on an order that commands have led to; no list of states is restated here.
//! Does not: look at rules about values, such as the most lines of an order. The samples keep all of them.

use std::collections::HashMap;
use std::sync::LazyLock;

use uuid::Uuid;

use super::decisions::{SAMPLE_AT, SAMPLE_LINE, Sample};
use super::{
    AddLine, AddressKind, CancelOrder, CompleteOrder, ConfirmOrder, CreateDraft, ExpireDraft, HoldKind, HoldOrder,
    ImportLine, ImportOrder, Order, OrderCommand, OrderFact, OrderKind, OrderState, PlaceOrder, RecordFact,
    RejectOrder, RejectionReason, SetAddress, SkuPieces,
};
use crate::{
    Carrier, Currency, Decider, ExternalReference, FulfilmentId, ImportSource, LocationId, OrderId, OrderNumber,
    Pieces, Quantity, ReservationId, TenantId, TrackingNumber,
};

/// What an order has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    Draft,
    Placed,
    Confirmed,
    Completed,
    Rejected,
    Cancelled,
    Expired,
    Imported,
}

/// What is known of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and any of them may come together")]
pub struct Outline {
    pub stage: Stage,
    pub has_lines: bool,
    pub has_shipping_address: bool,
    /// Whether anything holds it.
    pub is_held: bool,
    /// Whether it has pieces that can be cancelled by themselves.
    pub has_cancellable: bool,
    /// Whether pieces of it have left.
    pub has_shipped: bool,
}

impl Outline {
    /// A sample of each command that would change the order now, in the order of [`OrderCommand`].
    pub fn possible(self) -> &'static [OrderCommand] {
        static POSSIBLE: LazyLock<HashMap<Outline, Vec<OrderCommand>>> =
            LazyLock::new(|| Outline::all().map(|outline| (outline, outline.dry_runs())).collect());
        POSSIBLE.get(&self).map(Vec::as_slice).unwrap_or_default()
    }

    fn all() -> impl Iterator<Item = Self> {
        let stages = [
            Stage::Draft,
            Stage::Placed,
            Stage::Confirmed,
            Stage::Completed,
            Stage::Rejected,
            Stage::Cancelled,
            Stage::Expired,
            Stage::Imported,
        ];
        // One bit for each of the other fields.
        stages.into_iter().flat_map(|stage| {
            (0_u32..1 << 5).map(move |bits| Self {
                stage,
                has_lines: bits & 1 != 0,
                has_shipping_address: bits & 2 != 0,
                is_held: bits & 4 != 0,
                has_cancellable: bits & 8 != 0,
                has_shipped: bits & 16 != 0,
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
        let is_placed = match self.stage {
            Stage::Draft | Stage::Cancelled | Stage::Expired => false,
            Stage::Placed | Stage::Confirmed | Stage::Completed | Stage::Rejected => true,
            Stage::Imported => return after(Order::initial(), import()),
        };
        let quantity = Quantity::try_new(SAMPLE_PIECES).expect("three is a quantity");
        let line = (self.has_lines || is_placed).then(|| AddLine { line_id: SAMPLE_LINE, quantity, ..sample() }.into());
        let address = (self.has_shipping_address || is_placed)
            .then(|| SetAddress { kind: AddressKind::Shipping, ..sample() }.into());
        let begun = [Some(draft()), line, address, is_placed.then(|| sample::<PlaceOrder>().into())];
        begun.into_iter().flatten().chain(self.commands_after()).fold(Order::initial(), after)
    }

    /// What leads from a draft, or a placed order, to the outline.
    fn commands_after(self) -> Vec<OrderCommand> {
        let confirm = || ConfirmOrder { at: SAMPLE_AT }.into();
        match self.stage {
            Stage::Draft | Stage::Imported => Vec::new(),
            Stage::Cancelled => vec![sample::<CancelOrder>().into()],
            Stage::Expired => vec![ExpireDraft { at: SAMPLE_AT }.into()],
            Stage::Rejected => {
                vec![RejectOrder { reason: RejectionReason::Staff, note: None, at: SAMPLE_AT }.into()]
            }
            Stage::Placed => self.facts(),
            Stage::Confirmed => std::iter::once(confirm()).chain(self.facts()).collect(),
            Stage::Completed => {
                let fulfilment = FulfilmentId::new(Uuid::nil());
                let delivered = recorded(OrderFact::ShipmentDelivered { fulfilment });
                vec![confirm(), sent(SAMPLE_PIECES), delivered, CompleteOrder { at: SAMPLE_AT }.into()]
            }
        }
    }

    fn facts(self) -> Vec<OrderCommand> {
        let hold = || HoldOrder { hold: HoldKind::Manual, note: None, at: SAMPLE_AT }.into();
        let planned = if self.has_shipped { SAMPLE_PIECES - 1 } else { SAMPLE_PIECES };
        let busy = || [reserved(planned), planned_to_be_sent(planned)];
        let facts = self.has_shipped.then(|| sent(1)).into_iter();
        let facts = facts.chain((!self.has_cancellable).then(busy).into_iter().flatten());
        facts.chain(self.is_held.then(hold)).collect()
    }
}

/// Pieces of the sample line.
const SAMPLE_PIECES: u32 = 3;

fn recorded(fact: OrderFact) -> OrderCommand {
    RecordFact { fact, at: SAMPLE_AT }.into()
}

fn pieces(quantity: u32) -> Vec<SkuPieces> {
    let quantity = Quantity::try_new(quantity).expect("the samples have one to three pieces");
    vec![SkuPieces { sku: sample::<AddLine>().sku, quantity, backordered: Pieces::ZERO }]
}

fn location() -> LocationId {
    LocationId::try_new("sample").expect("the text is short and printable")
}

fn reserved(quantity: u32) -> OrderCommand {
    let reservation = ReservationId::new(Uuid::nil());
    recorded(OrderFact::StockReserved { reservation, location: location(), lines: pieces(quantity) })
}

fn planned_to_be_sent(quantity: u32) -> OrderCommand {
    let (reservation, fulfilment) = (ReservationId::new(Uuid::nil()), FulfilmentId::new(Uuid::max()));
    let lines = pieces(quantity);
    recorded(OrderFact::FulfilmentPlanned { fulfilment, reservation, location: location(), lines })
}

/// Pieces that have left. That nobody had planned it is no matter here.
fn sent(quantity: u32) -> OrderCommand {
    let fulfilment = FulfilmentId::new(Uuid::nil());
    let text = "the text is short and printable";
    let (carrier, tracking) = (Carrier::try_new("sample").expect(text), TrackingNumber::try_new("sample").expect(text));
    recorded(OrderFact::ShipmentDispatched { fulfilment, lines: pieces(quantity), carrier, tracking })
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

    const NEW: Outline = Outline {
        stage: Stage::Draft,
        has_lines: false,
        has_shipping_address: false,
        is_held: false,
        has_cancellable: false,
        has_shipped: false,
    };

    fn possible(outline: Outline) -> Vec<&'static str> {
        outline.possible().iter().map(OrderCommand::name).collect()
    }

    #[test]
    fn a_draft_offers_what_it_is_ready_for() {
        let draft = |has_lines, has_shipping_address| possible(Outline { has_lines, has_shipping_address, ..NEW });
        assert_eq!(draft(false, false), ["AddLine", "SetAddress", "CancelOrder", "AddNote"]);
        assert_eq!(draft(false, true), ["AddLine", "SetAddress", "CancelOrder", "AddNote"]);
        let with_line = ["AddLine", "ChangeLineQuantity", "RemoveLine", "SetAddress", "CancelOrder", "AddNote"];
        assert_eq!(draft(true, false), with_line);
        let ready =
            ["AddLine", "ChangeLineQuantity", "RemoveLine", "SetAddress", "PlaceOrder", "CancelOrder", "AddNote"];
        assert_eq!(draft(true, true), ready);
    }

    #[test]
    fn an_order_that_goes_on_offers_what_its_pieces_and_holds_allow() {
        for stage in [Stage::Placed, Stage::Confirmed] {
            let of = |is_held, has_cancellable, has_shipped| {
                possible(Outline { stage, is_held, has_cancellable, has_shipped, ..NEW })
            };
            assert_eq!(of(false, true, false), ["CancelOrder", "HoldOrder", "CancelLines", "AddNote"]);
            assert_eq!(of(true, true, false), ["CancelOrder", "HoldOrder", "ReleaseHold", "CancelLines", "AddNote"]);
            assert_eq!(of(false, false, false), ["CancelOrder", "HoldOrder", "AddNote"]);
            assert_eq!(of(false, true, true), ["HoldOrder", "CancelLines", "AddNote"]);
            assert_eq!(of(false, false, true), ["HoldOrder", "AddNote"]);
        }
    }

    #[test]
    fn an_ended_order_takes_notes_alone() {
        for stage in [Stage::Completed, Stage::Rejected, Stage::Cancelled, Stage::Expired, Stage::Imported] {
            for has_lines in [false, true] {
                assert_eq!(possible(Outline { stage, has_lines, has_cancellable: true, ..NEW }), ["AddNote"]);
            }
        }
    }
}
