//! The answers of reservations' commands.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use command_kit::http::versioned;
use command_kit::{Answer, Caller, Refusal, UnitTask};
use domain::reservation::{
    RequestRefusalReason, Reservation, ReservationEvent, ReservationRefusalReason, ReservationState,
};
use domain::{EventId, OrderId, RequestId, ReservationId, Scope, Timestamp};
use event_store::{Member, UnitEffects, Work};
use serde::{Deserialize, Serialize};
use service_kit::problem::FieldError;
use utoipa::ToSchema;

use super::lines::{ReservationLineView, ShortageView};
use super::request::{Asked, AskedBy};
use super::unit::{BEGINS_MAX, UnitRefusal};
use crate::code::{self, OUT_OF_STOCK, REQUEST_REFUSED, RESERVATION_CHANGED};
use crate::context::Inventory;

/// The state of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReservationStatus {
    /// Nothing was reserved yet, and requests that came too early were refused.
    Unreserved,
    /// It holds stock.
    Granted,
    /// There was not enough, or it came too late.
    Refused,
    /// What it held was given back.
    Released,
    /// What it held was given back because nobody renewed it.
    Expired,
    /// All that it held has left the location.
    Shipped,
}

impl ReservationStatus {
    /// The status of a state; `None` for a reservation without events.
    pub(super) const fn of(state: &ReservationState) -> Option<Self> {
        match state {
            ReservationState::Absent => None,
            ReservationState::Unreserved(_) => Some(Self::Unreserved),
            ReservationState::Granted(_) => Some(Self::Granted),
            ReservationState::Refused(_) => Some(Self::Refused),
            ReservationState::Released(_) => Some(Self::Released),
            ReservationState::Expired(_) => Some(Self::Expired),
            ReservationState::Shipped(_) => Some(Self::Shipped),
        }
    }
}

/// The result of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReservationReceipt {
    /// The id of the reservation.
    #[schema(value_type = Uuid)]
    pub reservation_id: ReservationId,
    /// The id of the order that it is for.
    #[schema(value_type = Uuid)]
    pub order_id: OrderId,
    /// The version of the reservation after the command, which is also its ETag.
    pub version: i64,
    /// The state of the reservation after the command.
    pub state: ReservationStatus,
    /// Until when it holds stock unless it is renewed; absent unless it holds some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// What it holds.
    #[serde(default)]
    pub lines: Vec<ReservationLineView>,
    /// The ids of the events that were stored, with those of stock; empty if there was nothing to change.
    #[schema(value_type = Vec<Uuid>)]
    pub event_ids: Vec<EventId>,
    /// Why the request was refused; kept with the answer, and told as a problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    refused: Option<Refused>,
}

/// A request that was answered by a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Refused {
    Reservation { reason: ReservationRefusalReason, shortages: Vec<ShortageView> },
    Request { reason: RequestRefusalReason },
}

impl command_kit::Receipt for ReservationReceipt {
    fn version(&self) -> i64 {
        self.version
    }

    fn event_ids(&self) -> &[EventId] {
        &self.event_ids
    }
}

/// A reservation after a decision.
struct Decided(ReservationReceipt);

impl Decided {
    fn of(
        work: &Work<'_>,
        reservation: Member<Reservation>,
        id: ReservationId,
        order_id: OrderId,
        events: &[ReservationEvent],
    ) -> Option<Self> {
        let state = work.state(reservation);
        let expires_at = match state {
            ReservationState::Granted(granted) => Some(granted.expires_at),
            _ => None,
        };
        Some(Self(ReservationReceipt {
            reservation_id: id,
            order_id,
            version: work.version(reservation),
            state: ReservationStatus::of(state)?,
            expires_at,
            lines: state.lines().iter().map(ReservationLineView::of).collect(),
            event_ids: Vec::new(),
            refused: events.iter().find_map(Refused::of),
        }))
    }

    fn receipt(&self, effects: &UnitEffects) -> ReservationReceipt {
        ReservationReceipt { event_ids: effects.event_ids.clone(), ..self.0.clone() }
    }
}

impl Refused {
    fn of(event: &ReservationEvent) -> Option<Self> {
        match event {
            ReservationEvent::ReservationRefused(event) => {
                let shortages = event.shortages.iter().map(ShortageView::of).collect();
                Some(Self::Reservation { reason: event.reason, shortages })
            }
            ReservationEvent::RequestRefused(event) => Some(Self::Request { reason: event.reason }),
            _ => None,
        }
    }

    fn refusal(&self) -> Refusal {
        match self {
            Self::Reservation { reason: ReservationRefusalReason::OutOfStock, shortages } => {
                let detail = "nothing was reserved; see errors for what there is not enough of";
                Refusal::new(OUT_OF_STOCK, detail).with_errors(shortages.iter().map(error).collect())
            }
            Self::Reservation { reason: ReservationRefusalReason::ReleasedBefore, .. } => {
                Refusal::new(REQUEST_REFUSED, "the reservation was released before; reserve under another id")
            }
            Self::Reservation { reason: ReservationRefusalReason::TooLate, .. } => {
                Refusal::new(REQUEST_REFUSED, "the time for which stock was to be held is over already")
            }
            Self::Request { reason } => Refusal::new(REQUEST_REFUSED, detail(*reason)),
        }
    }
}

fn error(shortage: &ShortageView) -> FieldError {
    let ShortageView { sku, requested, available } = shortage;
    FieldError {
        pointer: "/lines".to_owned(),
        code: "out_of_stock".to_owned(),
        detail: format!("{sku}: {requested} asked for, {available} available"),
    }
}

const fn detail(reason: RequestRefusalReason) -> &'static str {
    match reason {
        RequestRefusalReason::NotReserved => "nothing is reserved under this id",
        RequestRefusalReason::AlreadyReserved => "the reservation was made by another request",
        RequestRefusalReason::Refused => "the reservation was refused; reserve under another id",
        RequestRefusalReason::Released => "the reservation was released, so it holds nothing",
        RequestRefusalReason::Expired => "the reservation has expired, so it holds nothing",
        RequestRefusalReason::Shipped => "all of the reservation was shipped",
        RequestRefusalReason::MoreThanReserved => "the reservation holds fewer pieces than that",
        RequestRefusalReason::TooLate => "the time for which stock was to be held is over already",
        RequestRefusalReason::OtherOrder => "the reservation is another order's",
    }
}

/// An answer as a response: a problem where the request was refused, although the refusal is stored.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) answer: Answer<ReservationReceipt>,
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let Answer { receipt, replayed } = self.answer;
        match &receipt.refused {
            Some(refused) => Refusal { replayed, ..refused.refusal().at(receipt.version) }.into_response(),
            None => versioned(self.status, &receipt, receipt.version, replayed),
        }
    }
}

/// A request of a caller's.
pub(super) struct Task<'a, I> {
    pub(super) operation: &'static str,
    pub(super) id: ReservationId,
    pub(super) order: OrderId,
    /// Whether the client named the reservation.
    pub(super) is_named: bool,
    /// What the request is recognised by.
    pub(super) input: &'a I,
    pub(super) asked: Asked,
}

impl Inventory {
    /// Runs a request of a caller's to its answer.
    pub(super) async fn ask<I: Serialize + Sync>(
        &self,
        caller: &Caller,
        task: Task<'_, I>,
    ) -> Result<Answer<ReservationReceipt>, Refusal> {
        let Task { operation, id, order, is_named, input, asked } = task;
        let named = is_named.then(|| id.to_string());
        let by = AskedBy {
            request: RequestId::new(self.ids.ordered()),
            tenant: caller.principal.tenant.clone(),
            order,
            metadata: caller.metadata(),
        };
        let mut begun = 0;
        loop {
            begun += 1;
            let unit = self.unit_for(id, &asked, &by.tenant).await;
            let unit = unit.map_err(|error| Refusal::of_bus(&error, &code::RESERVATION))?;
            let at = self.now();
            let work = UnitTask {
                operation,
                scopes: &[Scope::INVENTORY_RESERVE],
                named: named.as_deref(),
                input,
                members: &unit.members,
                decide: &|work: &mut Work<'_>| {
                    if let Some(expected) = &caller.expected {
                        expected.check(work.version(unit.reservation), &code::RESERVATION)?;
                    }
                    let command = asked.command(&by, &unit, work, at);
                    let events = unit.decide(work, command).map_err(refusal)?;
                    Decided::of(work, unit.reservation, id, order, &events).ok_or_else(code::reservation_not_found)
                },
                receipt: &|decided: &Decided, effects| decided.receipt(effects),
            };
            match self.reservations.run(caller, work).await {
                Err(refusal) if refusal.code == RESERVATION_CHANGED && begun < BEGINS_MAX => {}
                answer => return answer,
            }
        }
    }
}

fn refusal(refusal: UnitRefusal) -> Refusal {
    match refusal {
        UnitRefusal::Reservation(rejection) => Refusal::rejected(&rejection),
        UnitRefusal::OtherMembers(_) => {
            Refusal::new(RESERVATION_CHANGED, "others changed the reservation at the same time; try again")
        }
        UnitRefusal::Stock { .. } => Refusal::internal(&refusal),
    }
}
