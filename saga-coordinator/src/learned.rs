//! What the events of inventory, payment and fulfilment mean for a saga and its order.

use domain::contract::PublicEvents;
use domain::fulfilment::contract::{ContractFulfilmentLine, PublicEvent as FulfilmentEvent};
use domain::order::{OrderFact, Shortage, SkuPieces};
use domain::order_saga::{Answer, AnswerKind, Part};
use domain::payment::contract::{ContractMoney, PublicEvent as PaymentEvent};
use domain::reservation::contract::PublicEvent as ReservationEvent;
use domain::{
    Carrier, Currency, LocationId, Money, OrderId, Pieces, Quantity, Reason, Sku, TenantId, Timestamp, TrackingNumber,
};
use request_kit::{InvalidField, invalid};

/// What an event means.
#[derive(Debug, Clone)]
pub(crate) struct Learned {
    pub(crate) order: OrderId,
    pub(crate) tenant: TenantId,
    pub(crate) part: Part,
    /// The event's version in the stream of the part.
    pub(crate) version: u32,
    pub(crate) answer: Answer,
    /// What the order records; `None` where it is no fact of the order's.
    pub(crate) fact: Option<OrderFact>,
}

type Meaning = (AnswerKind, Option<OrderFact>);

fn text<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    field: &'static str,
    text: &str,
) -> Result<T, InvalidField> {
    text.parse().map_err(invalid(field))
}

fn location(text: &str) -> Result<LocationId, InvalidField> {
    LocationId::try_new(text).map_err(invalid("location"))
}

fn sku(text: &str) -> Result<Sku, InvalidField> {
    Sku::recorded(text).map_err(invalid("sku"))
}

fn pieces(field: &'static str, pieces: i64) -> Result<Pieces, InvalidField> {
    Pieces::try_new(u64::try_from(pieces).map_err(invalid(field))?).map_err(invalid(field))
}

fn sku_pieces(line: &str, quantity: i64, backordered: i64) -> Result<SkuPieces, InvalidField> {
    let quantity = u32::try_from(quantity).map_err(invalid("quantity"))?;
    Ok(SkuPieces {
        sku: sku(line)?,
        quantity: Quantity::try_new(quantity).map_err(invalid("quantity"))?,
        backordered: pieces("backordered", backordered)?,
    })
}

fn money(field: &'static str, money: &ContractMoney) -> Result<Money, InvalidField> {
    Ok(Money::new(money.minor, Currency::try_new(&money.currency).map_err(invalid(field))?))
}

fn moment(field: &'static str, micros: i64) -> Result<Timestamp, InvalidField> {
    Timestamp::try_from_micros(micros).map_err(invalid(field))
}

fn reason(field: &'static str, text: &str) -> Result<Reason, InvalidField> {
    Reason::recorded(text).map_err(invalid(field))
}

/// The head of a learned event.
fn learned<E: PublicEvents>(
    event: &E,
    order: &str,
    part: Part,
    (kind, fact): Meaning,
) -> Result<Learned, InvalidField> {
    Ok(Learned {
        order: text("order", order)?,
        tenant: TenantId::try_new(event.tenant()).map_err(invalid("tenant"))?,
        part,
        version: u32::try_from(event.version()).map_err(invalid("version"))?,
        answer: Answer::plain(kind),
        fact,
    })
}

/// What an event of a reservation means; `None` for a row of another program.
pub(crate) fn of_reservation(event: &ReservationEvent) -> Result<Option<Learned>, InvalidField> {
    use ReservationEvent as E;
    let reservation = text("reservation_id", event.stream_id())?;
    let mut expires_at = None;
    let (order, meaning): (&str, Meaning) = match event {
        E::ReservationGranted(event) => {
            expires_at = Some(moment("expires_at", event.expires_at)?);
            let lines = event.lines.iter().map(|line| sku_pieces(&line.sku, line.quantity, line.backordered));
            let fact = OrderFact::StockReserved {
                reservation,
                location: location(&event.location)?,
                lines: lines.collect::<Result<_, _>>()?,
            };
            (&event.order, (AnswerKind::StockGranted, Some(fact)))
        }
        E::ReservationRefused(event) => {
            let shortage = |one: &domain::reservation::contract::ContractShortage| {
                Ok(Shortage {
                    sku: sku(&one.sku)?,
                    requested: pieces("requested", one.requested)?,
                    available: pieces("available", one.available)?,
                })
            };
            let fact = OrderFact::StockReservationFailed {
                reservation,
                location: location(&event.location)?,
                shortages: event.shortages.iter().map(shortage).collect::<Result<_, _>>()?,
            };
            (&event.order, (AnswerKind::StockRefused, Some(fact)))
        }
        E::ReservationRenewed(event) => {
            expires_at = Some(moment("expires_at", event.expires_at)?);
            (&event.order, (AnswerKind::StockRenewed, None))
        }
        E::ReservationReleased(event) => {
            (&event.order, (AnswerKind::StockReleased, Some(OrderFact::StockReleased { reservation })))
        }
        E::ReservationExpired(event) => {
            (&event.order, (AnswerKind::StockExpired, Some(OrderFact::StockReservationExpired { reservation })))
        }
        E::ReservationShipped(event) if event.complete => (&event.order, (AnswerKind::StockShipped, None)),
        E::ReservationShipped(event) => (&event.order, (AnswerKind::StockShippedInPart, None)),
        E::ReservationBackorderFilled(event) => (&event.order, (AnswerKind::StockBackorderFilled, None)),
        E::RequestRefused(event) => (&event.order, (AnswerKind::StockRequestRefused, None)),
        E::ForeignEvent(_) => return Ok(None),
    };
    let mut learned = learned(event, order, Part::Reservation(reservation), meaning)?;
    learned.answer.expires_at = expires_at;
    Ok(Some(learned))
}

/// What an event of a payment means; `None` for one that tells a saga nothing.
pub(crate) fn of_payment(event: &PaymentEvent) -> Result<Option<Learned>, InvalidField> {
    use PaymentEvent as E;
    let payment = text("payment_id", event.stream_id())?;
    let mut amount = None;
    let (order, meaning): (&str, Meaning) = match event {
        E::PaymentRequested(event) => (&event.order, (AnswerKind::PaymentPending, None)),
        E::PaymentActionRequired(event) => {
            (&event.order, (AnswerKind::PaymentActionRequired, Some(OrderFact::PaymentActionRequired { payment })))
        }
        E::PaymentAuthorized(event) => {
            let sum = money("amount", &event.amount)?;
            amount = Some(sum);
            let expires_at = event.expires_at.map(|at| moment("expires_at", at)).transpose()?;
            let fact = OrderFact::PaymentAuthorized { payment, amount: sum, expires_at };
            (&event.order, (AnswerKind::PaymentAuthorized, Some(fact)))
        }
        E::PaymentDeclined(event) => {
            let fact = OrderFact::PaymentFailed { payment, code: reason("code", &event.code)? };
            (&event.order, (AnswerKind::PaymentDeclined, Some(fact)))
        }
        E::PaymentFailed(event) => {
            let fact = OrderFact::PaymentFailed { payment, code: reason("code", &event.code)? };
            (&event.order, (AnswerKind::PaymentExpired, Some(fact)))
        }
        E::PaymentCaptured(event) => {
            let sum = money("captured", &event.captured)?;
            amount = Some(sum);
            let fact = OrderFact::PaymentCaptured { payment, amount: sum };
            (&event.order, (AnswerKind::PaymentCaptured, Some(fact)))
        }
        E::CaptureFailed(event) => (&event.order, (AnswerKind::CaptureFailed, None)),
        E::PaymentVoided(event) => {
            (&event.order, (AnswerKind::PaymentVoided, Some(OrderFact::AuthorizationVoided { payment })))
        }
        E::VoidFailed(event) => (&event.order, (AnswerKind::VoidFailed, None)),
        E::PaymentRefunded(event) => {
            let sum = money("refunded", &event.refunded)?;
            amount = Some(sum);
            let fact = OrderFact::RefundIssued { payment, amount: sum };
            (&event.order, (AnswerKind::PaymentRefunded, Some(fact)))
        }
        E::RefundFailed(event) => (&event.order, (AnswerKind::RefundFailed, None)),
        E::PaymentDisputed(event) => {
            let fact = OrderFact::ChargebackReceived { payment, amount: money("disputed", &event.disputed)? };
            (&event.order, (AnswerKind::PaymentDisputed, Some(fact)))
        }
        E::AuthorizationExpired(event) => {
            (&event.order, (AnswerKind::PaymentExpired, Some(OrderFact::AuthorizationVoided { payment })))
        }
        E::RequestRefused(event) => (&event.order, (AnswerKind::PaymentRequestRefused, None)),
        E::PaymentOpened(_)
        | E::PaymentMethodAttached(_)
        | E::AuthorizationStarted(_)
        | E::CaptureStarted(_)
        | E::VoidStarted(_)
        | E::RefundStarted(_)
        | E::EffectDelayed(_)
        | E::ForeignEvent(_) => return Ok(None),
    };
    let mut learned = learned(event, order, Part::Payment(payment), meaning)?;
    learned.answer.amount = amount;
    Ok(Some(learned))
}

/// What an event of a fulfilment means; `None` for a row of another program.
pub(crate) fn of_fulfilment(event: &FulfilmentEvent) -> Result<Option<Learned>, InvalidField> {
    use FulfilmentEvent as E;
    let fulfilment = text("fulfilment_id", event.stream_id())?;
    let (order, meaning): (&str, Meaning) = match event {
        E::FulfilmentRequested(event) => (&event.order, (AnswerKind::FulfilmentRequested, None)),
        E::FulfilmentAccepted(event) => (&event.order, (AnswerKind::FulfilmentAccepted, None)),
        E::FulfilmentRejected(event) => {
            let fact = OrderFact::FulfilmentCancelled { fulfilment };
            (&event.order, (AnswerKind::FulfilmentRejected, Some(fact)))
        }
        E::FulfilmentReleased(event) => (&event.order, (AnswerKind::FulfilmentReleased, None)),
        E::FulfilmentHeld(event) => (&event.order, (AnswerKind::FulfilmentHeld, None)),
        E::FulfilmentPacked(event) => (&event.order, (AnswerKind::FulfilmentPacked, None)),
        E::FulfilmentShipped(event) => {
            let lines = event.lines.iter().map(|line: &ContractFulfilmentLine| sku_pieces(&line.sku, line.quantity, 0));
            let fact = OrderFact::ShipmentDispatched {
                fulfilment,
                lines: lines.collect::<Result<_, _>>()?,
                carrier: Carrier::recorded(&event.carrier).map_err(invalid("carrier"))?,
                tracking: TrackingNumber::recorded(&event.tracking).map_err(invalid("tracking"))?,
            };
            (&event.order, (AnswerKind::FulfilmentShipped, Some(fact)))
        }
        E::FulfilmentDelivered(event) => {
            (&event.order, (AnswerKind::FulfilmentDelivered, Some(OrderFact::ShipmentDelivered { fulfilment })))
        }
        E::FulfilmentLost(event) => {
            (&event.order, (AnswerKind::FulfilmentLost, Some(OrderFact::ShipmentLost { fulfilment })))
        }
        E::FulfilmentCancelled(event) => {
            (&event.order, (AnswerKind::FulfilmentCancelled, Some(OrderFact::FulfilmentCancelled { fulfilment })))
        }
        E::RequestRefused(event) => (&event.order, (AnswerKind::FulfilmentRequestRefused, None)),
        // A location that picks has still to pack.
        E::FulfilmentPicked(_) | E::ForeignEvent(_) => return Ok(None),
    };
    learned(event, order, Part::Fulfilment(fulfilment), meaning).map(Some)
}
