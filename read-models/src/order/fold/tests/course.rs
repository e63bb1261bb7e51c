//! What happens to orders once they are placed, as the domain decides it. The row says the same as the domain's state.

use domain::contract::{Facts, Position, PublicEvents};
use domain::order::contract::{PublicEvent, Published};
use domain::order::{
    AddLine, AddNote, AddressKind, CancelLines, CancelOrder, CancelReason, CancelledLine, CompleteOrder, ConfirmOrder,
    CreateDraft, HoldKind, HoldOrder, Order, OrderCommand, OrderFact, OrderState, PieceState, PlaceOrder, RecordFact,
    RejectOrder, RejectionReason, ReleaseHold, ScreeningOutcome, SetAddress, SkuPieces,
};
use domain::{
    Address, Carrier, CountryCode, Currency, CustomerId, Decider, EventId, FulfilmentId, LineId, LocationId, Money,
    OrderId, OrderNumber, PaymentId, Pieces, Quantity, Reason, ReservationId, Sealed, Sku, SubjectId, TenantId,
    Timestamp, TrackingNumber, UnitPrice,
};
use uuid::Uuid;

use super::super::fold;
use crate::order::fold::progress::symbol;
use crate::testing::BEGINNING_MICROS;
use crate::{LineView, OrderView};

const ORDER: OrderId = OrderId::new(Uuid::from_u128(7));

fn at() -> Timestamp {
    Timestamp::try_from_micros(BEGINNING_MICROS).unwrap()
}

fn tenant() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

fn line_id(number: u128) -> LineId {
    LineId::new(Uuid::from_u128(number))
}

fn pieces(sku: &str, quantity: u32, backordered: u64) -> SkuPieces {
    SkuPieces {
        sku: Sku::try_new(sku).unwrap(),
        quantity: Quantity::try_new(quantity).unwrap(),
        backordered: Pieces::try_new(backordered).unwrap(),
    }
}

fn reason(text: &str) -> Reason {
    Reason::try_new(text).unwrap()
}

fn placing() -> Vec<OrderCommand> {
    let customer = Some(CustomerId::try_new("c1").unwrap());
    let line = |number, sku: &str, quantity, price: &str| AddLine {
        line_id: line_id(number),
        sku: Sku::try_new(sku).unwrap(),
        description: None,
        quantity: Quantity::try_new(quantity).unwrap(),
        unit_price: UnitPrice::try_new(price).unwrap(),
        at: at(),
    };
    let details = Sealed::new(SubjectId::try_new("customer:c1").unwrap(), "AAAA".to_owned());
    let address = Address { country: CountryCode::try_new("CH").unwrap(), details, contact: None, area: None };
    vec![
        CreateDraft { tenant: tenant(), customer, currency: Currency::EUR, at: at() }.into(),
        line(1, "A", 3, "2.55").into(),
        line(2, "B", 2, "0.335").into(),
        SetAddress { kind: AddressKind::Shipping, address, at: at() }.into(),
        PlaceOrder { number: OrderNumber::try_new("SO-1").unwrap(), expected_total: None, at: at() }.into(),
    ]
}

fn fact(fact: OrderFact) -> OrderCommand {
    RecordFact { fact, at: at() }.into()
}

fn sent(number: u32, lines: Vec<SkuPieces>) -> OrderFact {
    let (carrier, tracking) = (Carrier::try_new("post").unwrap(), TrackingNumber::try_new("99.1").unwrap());
    OrderFact::ShipmentDispatched { fulfilment: FulfilmentId::of(ORDER, number), lines, carrier, tracking }
}

fn stock(number: u32) -> Vec<OrderCommand> {
    let location = || LocationId::try_new("zrh-1").unwrap();
    let reservation = |number| ReservationId::of(ORDER, number);
    let lines = || vec![pieces("A", 3, 1), pieces("B", 1, 0)];
    let facts = [
        OrderFact::StockReservationFailed { reservation: reservation(9), location: location(), shortages: vec![] },
        OrderFact::StockReserved { reservation: reservation(number), location: location(), lines: lines() },
        OrderFact::StockReserved {
            reservation: reservation(number + 1),
            location: location(),
            lines: vec![pieces("B", 1, 0)],
        },
        OrderFact::StockReservationExpired { reservation: reservation(number + 1) },
        OrderFact::FulfilmentPlanned {
            fulfilment: FulfilmentId::of(ORDER, number),
            reservation: reservation(number),
            location: location(),
            lines: lines(),
        },
        OrderFact::FulfilmentPlanned {
            fulfilment: FulfilmentId::of(ORDER, 8),
            reservation: reservation(number),
            location: location(),
            lines: lines(),
        },
        OrderFact::FulfilmentCancelled { fulfilment: FulfilmentId::of(ORDER, 8) },
    ];
    facts.map(fact).into()
}

fn money() -> Vec<OrderCommand> {
    let payment = PaymentId::of(ORDER, 1);
    let euros = |minor| Money::new(minor, Currency::EUR);
    let facts = [
        OrderFact::FraudScreened { outcome: ScreeningOutcome::Review, score: 60, reasons: vec![] },
        OrderFact::PaymentActionRequired { payment },
        OrderFact::PaymentFailed { payment, code: reason("card_declined") },
        OrderFact::PaymentAuthorized { payment, amount: euros(832), expires_at: Some(at()) },
        OrderFact::PaymentCaptured { payment, amount: euros(100) },
        OrderFact::AuthorizationVoided { payment: PaymentId::of(ORDER, 2) },
        OrderFact::PaymentCaptured { payment, amount: euros(765) },
        OrderFact::AuthorizationVoided { payment },
        OrderFact::PaymentAuthorized {
            payment: PaymentId::of(ORDER, 3),
            amount: Money::new(5, Currency::GBP),
            expires_at: None,
        },
    ];
    facts.map(fact).into()
}

fn goods() -> Vec<OrderCommand> {
    let payment = PaymentId::of(ORDER, 1);
    let euros = |minor| Money::new(minor, Currency::EUR);
    let facts = [
        sent(1, vec![pieces("A", 2, 0), pieces("B", 1, 0)]),
        OrderFact::ShipmentLost { fulfilment: FulfilmentId::of(ORDER, 1) },
        OrderFact::StockReleased { reservation: ReservationId::of(ORDER, 1) },
        sent(4, vec![pieces("A", 3, 0)]),
        OrderFact::ShipmentDelivered { fulfilment: FulfilmentId::of(ORDER, 4) },
        OrderFact::RefundIssued { payment, amount: euros(65) },
        OrderFact::ChargebackReceived { payment, amount: euros(700) },
    ];
    facts.map(fact).into()
}

fn delivered() -> Vec<OrderCommand> {
    let hold = HoldOrder { hold: HoldKind::Manual, note: Some(reason("wait")), at: at() };
    let rest = CancelledLine { line_id: line_id(2), cancelled: Quantity::try_new(2).unwrap() };
    let note = Some(reason("out of print"));
    let begin =
        vec![hold.into(), ReleaseHold { hold: HoldKind::Manual, at: at() }.into(), ConfirmOrder { at: at() }.into()];
    let end = vec![
        CancelLines { lines: vec![rest], reason: CancelReason::OutOfStock, note, at: at() }.into(),
        AddNote { note: reason("call first"), at: at() }.into(),
        CompleteOrder { at: at() }.into(),
    ];
    [placing(), begin, stock(1), money(), goods(), end].concat()
}

fn rejected() -> Vec<OrderCommand> {
    let hold = HoldOrder { hold: HoldKind::Fraud, note: None, at: at() };
    let reject = RejectOrder { reason: RejectionReason::Fraud, note: Some(reason("known")), at: at() };
    let late = OrderFact::StockReleased { reservation: ReservationId::of(ORDER, 1) };
    [placing(), stock(1), vec![hold.into(), reject.into(), fact(late)]].concat()
}

fn cancelled_after_confirmation() -> Vec<OrderCommand> {
    let cancel = CancelOrder { reason: CancelReason::FulfilmentFailed, note: None, at: at() };
    let late = sent(1, vec![pieces("A", 2, 0), pieces("C", 1, 0)]);
    [placing(), vec![ConfirmOrder { at: at() }.into()], stock(1), vec![cancel.into(), fact(late)]].concat()
}

/// Decides the commands; each event as it is published, with the state after it.
fn decided(commands: Vec<OrderCommand>) -> Vec<(Published, OrderState)> {
    let mut state = Order::initial();
    let mut decided = Vec::new();
    for command in commands {
        let events = Order::decide(&state, command.clone()).unwrap_or_else(|refused| panic!("{command:?}: {refused}"));
        assert!(!events.is_empty(), "{command:?} led to nothing");
        for event in events {
            state = Order::evolve(state, &event).unwrap();
            let version = i64::try_from(decided.len()).unwrap() + 1;
            let published = Published {
                event: PublicEvent::publish(&Facts { id: ORDER, version, tenant: tenant() }, &event),
                event_id: EventId::new(Uuid::from_u128(version.unsigned_abs().into())),
                position: Position { shard: 0, position: version },
                recorded_at: at(),
                correlation_id: None,
                causation_id: None,
                traceparent: None,
            };
            decided.push((published, state.clone()));
        }
    }
    decided
}

/// Histories that have every event that can follow a placement between them.
pub(super) fn courses() -> impl Iterator<Item = Vec<Published>> {
    let courses = [delivered(), rejected(), cancelled_after_confirmation()];
    courses.into_iter().map(|commands| decided(commands).into_iter().map(|(record, _)| record).collect())
}

fn compare(view: &OrderView, state: &OrderState) {
    let version = view.version;
    assert_eq!(
        view.payment_status.as_deref(),
        state.payment_status().map(domain::order::PaymentStatus::as_str),
        "{version}"
    );
    assert_eq!(
        view.fulfilment_status.as_deref(),
        state.fulfilment_status().map(domain::order::FulfilmentStatus::as_str),
        "{version}"
    );
    let progress = state.progress().unwrap();
    for line in &view.lines {
        let Some(known) = progress.lines.get(&LineId::new(line.line_id)) else { continue };
        let known = PieceState::ALL.map(|state| i64::try_from(known.get(state).get()).unwrap());
        assert_eq!(quantities(line), known, "{} of version {version}", line.sku);
    }
    let mut holds: Vec<_> = progress.holds.iter().map(symbol).collect();
    holds.sort();
    assert_eq!(view.holds.as_deref().unwrap_or_default(), holds.join(" "), "{version}");
    let shown = view.progress.clone().unwrap_or_default();
    let payments: Vec<_> = shown.payments.iter().map(|payment| (payment.payment_id, payment.state)).collect();
    assert_eq!(payments, progress.payments.iter().map(|known| (known.payment.uuid(), known.state)).collect::<Vec<_>>());
    let fulfilments: Vec<_> = shown.fulfilments.iter().map(|known| (known.fulfilment_id, known.state)).collect();
    let known: Vec<_> = progress.fulfilments.iter().map(|known| (known.fulfilment.uuid(), known.state)).collect();
    assert_eq!(fulfilments, known, "{version}");
    assert_eq!(shown.notes.len(), progress.notes as usize);
}

fn quantities(line: &LineView) -> [i64; 7] {
    [line.open, line.reserved, line.backordered, line.in_fulfilment, line.shipped, line.delivered, line.cancelled]
}

#[test]
fn a_row_says_what_the_domain_says_after_every_event() {
    for commands in [delivered(), rejected(), cancelled_after_confirmation()] {
        let mut view = None;
        for (record, state) in decided(commands) {
            let folded = fold(view, &record).unwrap();
            compare(&folded, &state);
            view = Some(folded);
        }
    }
}

#[test]
fn a_row_shows_money_goods_notes_and_what_is_wrong() {
    let folded = |commands| {
        let records = decided(commands).into_iter().map(|(record, _)| record);
        records.fold(None, |view, record| Some(fold(view, &record).unwrap())).unwrap()
    };
    let view: OrderView = folded(delivered());
    assert_eq!((view.state, view.payment_status.as_deref()), (crate::ViewState::Completed, Some("CHARGED_BACK")));
    assert_eq!((view.fulfilment_status.as_deref(), view.holds), (Some("DELIVERED"), None));
    let progress = view.progress.unwrap();
    let first = &progress.payments[0];
    assert_eq!((first.authorized, first.voided, first.captured), (832, 67, 765));
    assert_eq!((first.refunded, first.charged_back, first.failure.as_deref()), (65, 700, Some("card_declined")));
    let sent = &progress.fulfilments[0];
    assert_eq!((sent.location.as_deref(), sent.carrier.as_deref()), (Some("zrh-1"), Some("post")));
    assert_eq!(sent.lines.iter().map(|line| (&*line.sku, line.quantity)).collect::<Vec<_>>(), [("A", 2), ("B", 1)]);
    assert_eq!(progress.notes[0].note, "call first");
    let kinds: Vec<_> = progress.exceptions.iter().map(|exception| &*exception.kind).collect();
    assert_eq!(kinds, ["STOCK_LOST", "MORE_THAN_RESERVED", "OTHER_CURRENCY", "UNEXPECTED_SHIPMENT"]);
    let view = folded(rejected());
    assert_eq!((view.state, view.holds), (crate::ViewState::Rejected, None));
    assert_eq!(view.progress.unwrap().rejection.unwrap().reason, "FRAUD");
}
