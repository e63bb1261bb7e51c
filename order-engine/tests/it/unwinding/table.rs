//! Every step of an order with every way to fail: what the network, the customer and the location do, and how the order ends.

use carrier_simulator::Fault as CarrierFault;
use payment_simulator::Operation;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Reserve,
    Screen,
    Authorise,
    Confirm,
    Fulfil,
    Pack,
    Capture,
    HandOver,
    /// A kitchen prepares it.
    Cook,
    /// A label of a carrier is bought for its parcel.
    Label,
    /// The carrier takes the parcel and brings it.
    Carry,
}

impl Step {
    pub const ALL: [Self; 11] = [
        Self::Reserve,
        Self::Screen,
        Self::Authorise,
        Self::Confirm,
        Self::Fulfil,
        Self::Pack,
        Self::Capture,
        Self::HandOver,
        Self::Cook,
        Self::Label,
        Self::Carry,
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Refused,
    TimedOut,
    Unknown,
    Late,
    Twice,
    CrashBefore,
    CrashAfter,
    Cancelled,
}

impl Fault {
    pub const ALL: [Self; 8] = [
        Self::Refused,
        Self::TimedOut,
        Self::Unknown,
        Self::Late,
        Self::Twice,
        Self::CrashBefore,
        Self::CrashAfter,
        Self::Cancelled,
    ];
}

/// What the network does with the records of an order of one type, requests and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// They arrive when the order has come to rest without them, so that nothing is missing for the audit.
    Lost,
    /// They arrive when they were asked for again.
    Late,
    /// They arrive once the order was given up, or was made to fail at the provider.
    Held,
    Twice,
    /// Who handles the first one ends before it has done anything.
    CrashedBefore,
    /// Who handles the first one ends before its place in the topic is stored.
    CrashedAfter,
}

/// When somebody does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    AtOnce,
    Never,
    /// When people are told of it.
    OnTask(&'static str),
    /// When the network holds something.
    OnHeld,
    /// When the order has this state.
    OnOrder(&'static str),
    /// When the fulfilment has this state.
    OnFulfilment(&'static str),
    /// When the goods may leave.
    OnReleased,
    /// When a label for the parcel is in force.
    OnLabel,
}

/// Where an order is sent from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Its people accept, pack and ship by command.
    Warehouse,
    /// Simulated staff cook, and carriers take the parcels.
    Kitchen,
}

/// How an order comes to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Completed,
    Cancelled,
    Rejected,
    Task(&'static str),
}

/// What happens to one order.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each says of one party whether it does something unusual")]
pub struct Script {
    pub place: Place,
    pub network: &'static [(&'static str, Act)],
    /// What the provider does without a word.
    pub provider: &'static [Operation],
    /// How the purchase of the first label fails.
    pub carrier: Option<CarrierFault>,
    pub has_stock: bool,
    /// Whether the first kitchen has sold out.
    pub is_sold_out: bool,
    pub country: &'static str,
    pub billing: Option<&'static str>,
    pub pays_with: &'static str,
    pub approves: When,
    /// Locations that reject it, each before it accepts or afterwards.
    pub rejects: usize,
    pub rejects_accepted: bool,
    pub packs: When,
    /// When the location hands the goods over.
    pub ships: When,
    /// Whether the carrier loses the parcel.
    pub loses: bool,
    /// Whether the location tries to ship before it may.
    pub ships_early: bool,
    pub cancels: When,
    /// Whether the authorisation lapses at the provider while the network holds something.
    pub lapses: bool,
    pub end: End,
}

const GOOD: Script = Script {
    place: Place::Warehouse,
    network: &[],
    provider: &[],
    carrier: None,
    has_stock: true,
    is_sold_out: false,
    country: "CH",
    billing: None,
    pays_with: "pm_card_visa",
    approves: When::Never,
    rejects: 0,
    rejects_accepted: false,
    packs: When::AtOnce,
    ships: When::AtOnce,
    loses: false,
    ships_early: false,
    cancels: When::Never,
    lapses: false,
    end: End::Completed,
};

/// A step with a fault.
pub struct Cell {
    pub step: Step,
    pub fault: Fault,
    /// Or the reason why there is no such combination.
    pub script: Result<Script, &'static str>,
}

const fn cell(step: Step, fault: Fault, script: Script) -> Cell {
    Cell { step, fault, script: Ok(script) }
}

const fn none(step: Step, fault: Fault, reason: &'static str) -> Cell {
    Cell { step, fault, script: Err(reason) }
}

const fn network(acts: &'static [(&'static str, Act)]) -> Script {
    Script { network: acts, ..GOOD }
}

/// Its records are lost, so that people are told.
const fn lost(acts: &'static [(&'static str, Act)]) -> Script {
    Script { network: acts, end: End::Task("NO_ANSWER"), ..GOOD }
}

/// It is cancelled while the network holds something.
const fn held(acts: &'static [(&'static str, Act)]) -> Script {
    Script { network: acts, cancels: When::OnHeld, end: End::Cancelled, ..GOOD }
}

/// The same for an order that is cooked and carried.
const fn made(script: Script) -> Script {
    Script { place: Place::Kitchen, ..script }
}

/// The order's own step is decided in the append that learns an answer.
const LOCAL: &str =
    "the step is the order's own, in the append of what led to it: nobody is asked, so nothing can be lost";

use Act::{CrashedAfter, CrashedBefore, Held, Late, Lost, Twice};
use Fault as F;
use Step as S;

pub const TABLE: &[Cell] = &[
    cell(S::Reserve, F::Refused, Script { has_stock: false, end: End::Rejected, ..GOOD }),
    cell(S::Reserve, F::TimedOut, lost(&[("ReserveStock", Lost)])),
    cell(S::Reserve, F::Unknown, held(&[("ReservationGranted", Held)])),
    cell(S::Reserve, F::Late, network(&[("ReserveStock", Late)])),
    cell(S::Reserve, F::Twice, network(&[("ReserveStock", Twice), ("ReservationGranted", Twice)])),
    cell(S::Reserve, F::CrashBefore, network(&[("ReserveStock", CrashedBefore)])),
    cell(S::Reserve, F::CrashAfter, network(&[("ReserveStock", CrashedAfter)])),
    cell(S::Reserve, F::Cancelled, held(&[("ReserveStock", Held)])),
    cell(S::Screen, F::Refused, Script { country: "KP", end: End::Rejected, ..GOOD }),
    cell(S::Screen, F::TimedOut, Script { billing: Some("DE"), end: End::Rejected, ..GOOD }),
    none(S::Screen, F::Unknown, LOCAL),
    cell(S::Screen, F::Late, Script { billing: Some("DE"), approves: When::OnTask("REVIEW"), ..GOOD }),
    cell(S::Screen, F::Twice, network(&[("ReservationGranted", Twice)])),
    cell(S::Screen, F::CrashBefore, network(&[("ReservationGranted", CrashedBefore)])),
    cell(S::Screen, F::CrashAfter, network(&[("ReservationGranted", CrashedAfter)])),
    cell(
        S::Screen,
        F::Cancelled,
        Script { billing: Some("DE"), cancels: When::OnTask("REVIEW"), end: End::Cancelled, ..GOOD },
    ),
    cell(S::Authorise, F::Refused, Script { pays_with: "pm_card_visa_chargeDeclined", end: End::Rejected, ..GOOD }),
    cell(S::Authorise, F::TimedOut, lost(&[("AuthorizePayment", Lost)])),
    cell(S::Authorise, F::Unknown, Script { provider: &[Operation::Create, Operation::Confirm], ..GOOD }),
    cell(S::Authorise, F::Late, network(&[("AuthorizePayment", Late), ("PaymentAuthorized", Late)])),
    cell(S::Authorise, F::Twice, network(&[("AuthorizePayment", Twice), ("PaymentRequested", Twice)])),
    cell(S::Authorise, F::CrashBefore, network(&[("AuthorizePayment", CrashedBefore)])),
    cell(S::Authorise, F::CrashAfter, network(&[("AuthorizePayment", CrashedAfter)])),
    cell(S::Authorise, F::Cancelled, held(&[("PaymentAuthorized", Held)])),
    none(S::Confirm, F::Refused, "the order confirms in the append that learns of the last thing that was missing"),
    none(S::Confirm, F::TimedOut, LOCAL),
    none(S::Confirm, F::Unknown, LOCAL),
    none(S::Confirm, F::Late, LOCAL),
    cell(S::Confirm, F::Twice, network(&[("PaymentAuthorized", Twice)])),
    cell(S::Confirm, F::CrashBefore, network(&[("PaymentAuthorized", CrashedBefore)])),
    cell(S::Confirm, F::CrashAfter, network(&[("PaymentAuthorized", CrashedAfter)])),
    cell(S::Confirm, F::Cancelled, Script { cancels: When::OnOrder("CONFIRMED"), end: End::Cancelled, ..PATIENT }),
    cell(S::Fulfil, F::Refused, Script { rejects: 2, end: End::Task("NOT_FULFILLABLE"), ..GOOD }),
    cell(S::Fulfil, F::TimedOut, lost(&[("RequestFulfilment", Lost)])),
    cell(S::Fulfil, F::Unknown, held(&[("FulfilmentRequested", Held)])),
    cell(S::Fulfil, F::Late, network(&[("RequestFulfilment", Late)])),
    cell(S::Fulfil, F::Twice, network(&[("RequestFulfilment", Twice), ("FulfilmentRequested", Twice)])),
    cell(S::Fulfil, F::CrashBefore, network(&[("RequestFulfilment", CrashedBefore)])),
    cell(S::Fulfil, F::CrashAfter, network(&[("RequestFulfilment", CrashedAfter)])),
    cell(S::Fulfil, F::Cancelled, held(&[("RequestFulfilment", Held)])),
    cell(S::Pack, F::Refused, Script { rejects: 1, rejects_accepted: true, ..GOOD }),
    cell(S::Pack, F::TimedOut, Script { packs: When::Never, end: End::Task("NOT_PACKED"), ..GOOD }),
    cell(S::Pack, F::Unknown, held(&[("FulfilmentPacked", Held)])),
    cell(S::Pack, F::Late, Script { packs: When::OnTask("NOT_PACKED"), ..GOOD }),
    cell(S::Pack, F::Twice, network(&[("FulfilmentPacked", Twice)])),
    cell(S::Pack, F::CrashBefore, network(&[("FulfilmentPacked", CrashedBefore)])),
    cell(S::Pack, F::CrashAfter, network(&[("FulfilmentPacked", CrashedAfter)])),
    cell(S::Pack, F::Cancelled, Script { cancels: When::OnFulfilment("ACCEPTED"), end: End::Cancelled, ..PATIENT }),
    cell(S::Capture, F::Refused, Script { network: &[("CapturePayment", Held)], lapses: true, ..GOOD }),
    cell(S::Capture, F::TimedOut, lost(&[("CapturePayment", Lost)])),
    cell(S::Capture, F::Unknown, Script { provider: &[Operation::Capture], ..GOOD }),
    cell(S::Capture, F::Late, network(&[("CapturePayment", Late), ("PaymentCaptured", Late)])),
    cell(S::Capture, F::Twice, network(&[("CapturePayment", Twice), ("PaymentCaptured", Twice)])),
    cell(S::Capture, F::CrashBefore, network(&[("CapturePayment", CrashedBefore), ("PaymentCaptured", CrashedBefore)])),
    cell(S::Capture, F::CrashAfter, network(&[("CapturePayment", CrashedAfter), ("PaymentCaptured", CrashedAfter)])),
    cell(S::Capture, F::Cancelled, held(&[("CapturePayment", Held)])),
    cell(S::HandOver, F::Refused, Script { network: &[("CapturePayment", Late)], ships_early: true, ..GOOD }),
    cell(S::HandOver, F::TimedOut, Script { ships: When::Never, end: End::Task("NOT_SHIPPED"), ..GOOD }),
    cell(
        S::HandOver,
        F::Unknown,
        Script { end: End::Task("SHIPPED_MEANWHILE"), ..held(&[("FulfilmentShipped", Held)]) },
    ),
    cell(S::HandOver, F::Late, Script { ships: When::OnTask("NOT_SHIPPED"), ..GOOD }),
    cell(S::HandOver, F::Twice, network(&[("FulfilmentShipped", Twice), ("ShipReservation", Twice)])),
    cell(
        S::HandOver,
        F::CrashBefore,
        network(&[("FulfilmentShipped", CrashedBefore), ("ShipReservation", CrashedBefore)]),
    ),
    cell(
        S::HandOver,
        F::CrashAfter,
        network(&[("FulfilmentShipped", CrashedAfter), ("ShipReservation", CrashedAfter)]),
    ),
    cell(
        S::HandOver,
        F::Cancelled,
        Script {
            ships: When::Never,
            cancels: When::OnReleased,
            provider: &[Operation::Refund],
            end: End::Cancelled,
            ..GOOD
        },
    ),
    cell(S::Cook, F::Refused, made(Script { is_sold_out: true, ..GOOD })),
    cell(S::Cook, F::TimedOut, made(Script { end: End::Task("NOT_PACKED"), ..lost(&[("TicketReady", Lost)]) })),
    cell(S::Cook, F::Unknown, made(held(&[("TicketReady", Held)]))),
    cell(S::Cook, F::Late, made(network(&[("FulfilmentRequested", Late), ("TicketReady", Late)]))),
    cell(
        S::Cook,
        F::Twice,
        made(network(&[("FulfilmentRequested", Twice), ("TicketAccepted", Twice), ("TicketReady", Twice)])),
    ),
    cell(
        S::Cook,
        F::CrashBefore,
        made(network(&[("FulfilmentRequested", CrashedBefore), ("TicketReady", CrashedBefore)])),
    ),
    cell(
        S::Cook,
        F::CrashAfter,
        made(network(&[("FulfilmentRequested", CrashedAfter), ("TicketReady", CrashedAfter)])),
    ),
    cell(S::Cook, F::Cancelled, made(Script { cancels: When::OnFulfilment("ACCEPTED"), end: End::Cancelled, ..GOOD })),
    cell(S::Label, F::Refused, made(Script { carrier: Some(CarrierFault::Refused), ..GOOD })),
    cell(S::Label, F::TimedOut, made(Script { carrier: Some(CarrierFault::Error), ..GOOD })),
    cell(S::Label, F::Unknown, made(Script { carrier: Some(CarrierFault::ErrorAfter), ..GOOD })),
    cell(S::Label, F::Late, made(network(&[("FulfilmentPacked", Late)]))),
    cell(S::Label, F::Twice, made(network(&[("FulfilmentPacked", Twice), ("FulfilmentReleased", Twice)]))),
    cell(
        S::Label,
        F::CrashBefore,
        made(network(&[("FulfilmentPacked", CrashedBefore), ("FulfilmentReleased", CrashedBefore)])),
    ),
    cell(
        S::Label,
        F::CrashAfter,
        made(network(&[("FulfilmentPacked", CrashedAfter), ("FulfilmentReleased", CrashedAfter)])),
    ),
    cell(
        S::Label,
        F::Cancelled,
        made(Script { ships: When::Never, cancels: When::OnLabel, end: End::Cancelled, ..GOOD }),
    ),
    cell(S::Carry, F::Refused, made(Script { loses: true, end: End::Task("LOST"), ..GOOD })),
    cell(S::Carry, F::TimedOut, made(Script { ships: When::Never, end: End::Task("NOT_SHIPPED"), ..GOOD })),
    cell(
        S::Carry,
        F::Unknown,
        made(Script { end: End::Task("SHIPPED_MEANWHILE"), ..held(&[("FulfilmentShipped", Held)]) }),
    ),
    cell(S::Carry, F::Late, made(network(&[("ShipmentHandedOver", Late), ("ShipmentDelivered", Late)]))),
    cell(S::Carry, F::Twice, made(network(&[("ShipmentHandedOver", Twice), ("ShipmentDelivered", Twice)]))),
    cell(
        S::Carry,
        F::CrashBefore,
        made(network(&[("ShipmentHandedOver", CrashedBefore), ("ShipmentDelivered", CrashedBefore)])),
    ),
    cell(
        S::Carry,
        F::CrashAfter,
        made(network(&[("ShipmentHandedOver", CrashedAfter), ("ShipmentDelivered", CrashedAfter)])),
    ),
    none(S::Carry, F::Cancelled, "what has left is not cancelled any more: the engine refuses it, and it is returned"),
];

/// The location waits.
const PATIENT: Script = Script { packs: When::Never, ..GOOD };

/// The one cell of each step and fault.
#[test]
fn every_step_has_every_fault_once() {
    for step in Step::ALL {
        for fault in Fault::ALL {
            let count = TABLE.iter().filter(|cell| cell.step == step && cell.fault == fault).count();
            assert_eq!(count, 1, "{step:?} × {fault:?}");
        }
    }
}
