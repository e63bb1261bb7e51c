//! Steps of the model as commands.

use proptest::prelude::*;

use super::model::{LINES, Step};
use crate::order::decisions::fixtures::*;
use crate::order::{
    AddLine, AddressKind, CancelReason, HoldKind, ImportOrder, OrderCommand, OrderFact, RejectionReason,
    ScreeningOutcome, SkuPieces,
};
use crate::{Currency, Pieces, Quantity, Sku, UnitPrice, decimal};

const SKUS: [&str; 2] = ["85123A", "22423"];
const REASONS: [CancelReason; 3] = [CancelReason::Customer, CancelReason::PaymentFailed, CancelReason::Discarded];
const REJECTIONS: [RejectionReason; 2] = [RejectionReason::Fraud, RejectionReason::Staff];
const OUTCOMES: [ScreeningOutcome; 3] = [ScreeningOutcome::Pass, ScreeningOutcome::Review, ScreeningOutcome::Reject];

fn any_step() -> impl Strategy<Value = Step> {
    // Few, so that facts are repeated and contradict one another.
    let id = || 0_u8..3;
    let sum = || prop::sample::select(vec![1_i64, 300, 765, 1065, 2000]);
    let lines = || prop::collection::vec((0_usize..2, 1_u32..5, 0_u32..3), 1..3);
    prop_oneof![
        2 => prop_oneof![Just(Step::Draft), Just(Step::Place), Just(Step::Confirm), Just(Step::Complete)],
        1 => prop_oneof![(0_usize..2).prop_map(Step::Reject), (0_usize..3).prop_map(Step::Cancel)],
        3 => (0_usize..3).prop_map(Step::Hold),
        3 => (0_usize..3).prop_map(Step::Release),
        2 => (0_usize..3, 1_u32..4).prop_map(|(line, pieces)| Step::CancelLine { line, pieces }),
        1 => prop_oneof![(0_u8..2).prop_map(Step::Note), Just(Step::Expire)],
        5 => (id(), lines()).prop_map(|(id, lines)| Step::Reserved { id, lines }),
        1 => id().prop_map(|id| Step::ReservationFailed { id }),
        1 => id().prop_map(|id| Step::ReservationExpired { id }),
        2 => id().prop_map(|id| Step::ReservationReleased { id }),
        1 => (0_usize..3).prop_map(Step::Screened),
        1 => id().prop_map(|id| Step::ActionRequired { id }),
        3 => (id(), sum()).prop_map(|(id, sum)| Step::Authorized { id, sum }),
        1 => (id(), 0_u8..2).prop_map(|(id, code)| Step::Failed { id, code }),
        3 => (id(), sum()).prop_map(|(id, sum)| Step::Captured { id, sum }),
        1 => id().prop_map(|id| Step::Voided { id }),
        2 => (id(), sum()).prop_map(|(id, sum)| Step::Refunded { id, sum }),
        1 => (id(), sum()).prop_map(|(id, sum)| Step::ChargedBack { id, sum }),
        5 => (id(), id(), lines())
            .prop_map(|(id, reservation, lines)| Step::Planned { id, reservation, lines }),
        1 => id().prop_map(|id| Step::FulfilmentCancelled { id }),
        4 => (id(), lines()).prop_map(|(id, lines)| Step::Sent { id, lines }),
        3 => id().prop_map(|id| Step::Delivered { id }),
        1 => id().prop_map(|id| Step::Lost { id }),
    ]
}

/// Steps after a beginning; most orders are placed, as nothing much happens to others.
pub(super) fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    let begin = prop_oneof![
        1 => Just(vec![]),
        1 => Just(vec![Step::Import]),
        1 => Just(vec![Step::Draft]),
        4 => Just(vec![Step::Draft, Step::Place]),
        8 => Just(vec![Step::Draft, Step::Place, Step::Confirm]),
    ];
    (begin, prop::collection::vec(any_step(), 0..60)).prop_map(|(begin, rest)| [begin, rest].concat())
}

fn sku_pieces(lines: &[(usize, u32, u32)]) -> Vec<SkuPieces> {
    let pieces = |(sku, quantity, backordered): &(usize, u32, u32)| SkuPieces {
        sku: Sku::try_new(SKUS[*sku]).unwrap(),
        quantity: Quantity::try_new(*quantity).unwrap(),
        backordered: Pieces::try_new((*backordered).into()).unwrap(),
    };
    lines.iter().map(pieces).collect()
}

pub(super) fn line_of(index: usize) -> u32 {
    u32::try_from(index).unwrap() + 1
}

pub(super) fn lines_of_the_order() -> Vec<OrderCommand> {
    let line = |(index, (sku, price, quantity)): (usize, &(usize, i64, u32))| {
        OrderCommand::AddLine(AddLine {
            line_id: line_id(line_of(index)),
            sku: Sku::try_new(SKUS[*sku]).unwrap(),
            description: None,
            quantity: Quantity::try_new(*quantity).unwrap(),
            unit_price: UnitPrice::try_new(&decimal((*price).into(), 2)).unwrap(),
            at: at(1),
        })
    };
    LINES.iter().enumerate().map(line).chain([set_address(AddressKind::Shipping, "DE")]).collect()
}

pub(super) fn command(step: &Step) -> OrderCommand {
    match step {
        Step::Draft => create_draft(),
        Step::Import => OrderCommand::ImportOrder(ImportOrder { currency: Currency::EUR, ..import_order(&["2.55"]) }),
        Step::Place => place(None),
        Step::Confirm => confirm(),
        Step::Reject(reason) => reject(REJECTIONS[*reason]),
        Step::Complete => complete(),
        Step::Expire => expire(),
        Step::Cancel(reason) => cancel(REASONS[*reason]),
        Step::Hold(kind) => hold(HoldKind::ALL[*kind]),
        Step::Release(kind) => release(HoldKind::ALL[*kind]),
        Step::CancelLine { line, pieces } => cancel_lines(&[(line_of(*line), *pieces)]),
        Step::Note(note) => add_note("call first", (*note).into()),
        other => record(fact(other)),
    }
}

pub(super) fn fact(step: &Step) -> OrderFact {
    let location = location();
    match step {
        Step::Reserved { id, lines } => {
            OrderFact::StockReserved { reservation: reservation((*id).into()), location, lines: sku_pieces(lines) }
        }
        Step::ReservationFailed { id } => {
            OrderFact::StockReservationFailed { reservation: reservation((*id).into()), location, shortages: vec![] }
        }
        Step::ReservationExpired { id } => {
            OrderFact::StockReservationExpired { reservation: reservation((*id).into()) }
        }
        Step::ReservationReleased { id } => OrderFact::StockReleased { reservation: reservation((*id).into()) },
        Step::Screened(outcome) => {
            OrderFact::FraudScreened { outcome: OUTCOMES[*outcome], score: 7, reasons: vec![reason("new customer")] }
        }
        Step::ActionRequired { id } => OrderFact::PaymentActionRequired { payment: payment((*id).into()) },
        Step::Authorized { id, sum } => {
            OrderFact::PaymentAuthorized { payment: payment((*id).into()), amount: euros(*sum), expires_at: None }
        }
        Step::Failed { id, code } => {
            OrderFact::PaymentFailed { payment: payment((*id).into()), code: reason(&format!("code {code}")) }
        }
        Step::Captured { id, sum } => {
            OrderFact::PaymentCaptured { payment: payment((*id).into()), amount: euros(*sum) }
        }
        Step::Voided { id } => OrderFact::AuthorizationVoided { payment: payment((*id).into()) },
        Step::Refunded { id, sum } => OrderFact::RefundIssued { payment: payment((*id).into()), amount: euros(*sum) },
        Step::ChargedBack { id, sum } => {
            OrderFact::ChargebackReceived { payment: payment((*id).into()), amount: euros(*sum) }
        }
        Step::Planned { id, reservation: from, lines } => OrderFact::FulfilmentPlanned {
            fulfilment: fulfilment((*id).into()),
            reservation: reservation((*from).into()),
            location,
            lines: sku_pieces(lines),
        },
        Step::FulfilmentCancelled { id } => OrderFact::FulfilmentCancelled { fulfilment: fulfilment((*id).into()) },
        Step::Sent { id, lines } => OrderFact::ShipmentDispatched {
            fulfilment: fulfilment((*id).into()),
            lines: sku_pieces(lines),
            carrier: carrier(),
            tracking: tracking(),
        },
        Step::Delivered { id } => OrderFact::ShipmentDelivered { fulfilment: fulfilment((*id).into()) },
        Step::Lost { id } => OrderFact::ShipmentLost { fulfilment: fulfilment((*id).into()) },
        other => panic!("{other:?} is a request"),
    }
}
