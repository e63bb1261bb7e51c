//! Sagas that are driven to an end by answers, without Kafka.

use domain::order::{CancelOrder, CancelReason, Order, OrderFact, RecordFact, SkuPieces};
use domain::order_saga::{Answer, AnswerKind, CancelSaga, LearnAnswer, OrderSaga, Part, order_commands};
use domain::{
    Carrier, FulfilmentId, LocationId, Money, OrderId, PaymentId, Pieces, Quantity, ReservationId, Timestamp,
    TrackingNumber,
};
use event_store::{Expectation, Member, Members, Metadata, UnitOfWork, UnitOutcome, Units, Work};
use service_kit::BoxError;
use service_kit::clock::Clock;

use crate::orders::{PIECES, sku, tenant, total};
use crate::world::World;

type Decide<'a> = dyn Fn(&mut Work<'_>, Member<OrderSaga>, Member<Order>) -> Result<(), BoxError> + Sync + 'a;

/// Runs one unit over a saga and its order.
async fn unit(units: &Units, id: OrderId, decide: &Decide<'_>) {
    let mut members = Members::default();
    let saga = members.add::<OrderSaga>(&id.to_string(), Expectation::Existing);
    let order = members.add::<Order>(&id.to_string(), Expectation::Existing);
    let work = UnitOfWork {
        tenant: tenant("shop"),
        metadata: Metadata::default(),
        members: &members,
        idempotency: None,
        decide: &|work: &mut Work<'_>| decide(work, saga, order),
        answer: &|_, _| None,
    };
    match units.run(work).await.unwrap() {
        UnitOutcome::Done(_) => {}
        UnitOutcome::Refused(refusal) => panic!("{refusal}"),
        UnitOutcome::Repeated(answer) => panic!("{answer}"),
    }
}

/// An order whose parts answer.
pub struct Driven<'a> {
    world: &'a World,
    pub order: OrderId,
}

impl<'a> Driven<'a> {
    /// A placed order, of which stock is asked for.
    pub async fn placed(world: &'a World) -> Self {
        Self { world, order: world.place().await }
    }

    async fn learns(&self, part: Part, version: u32, kind: AnswerKind, amount: Option<Money>, fact: Option<OrderFact>) {
        let at = self.world.clock.now();
        let is_held = matches!(kind, AnswerKind::StockGranted | AnswerKind::StockRenewed);
        let expires_at = is_held.then(|| Timestamp::try_from_micros(at.micros() + 900_000_000).unwrap());
        let answer = Answer { kind, expires_at, amount };
        unit(&self.world.units, self.order, &|work, saga, order| {
            if let Some(fact) = fact.clone() {
                work.decide(order, RecordFact { fact, at }.into())?;
            }
            for event in work.decide(saga, LearnAnswer { part, version, answer, at }.into())? {
                let state = work.state(saga).saga().expect("the saga is there").clone();
                for command in order_commands(&state, || work.state(order), &event) {
                    work.decide(order, command)?;
                }
            }
            Ok(())
        })
        .await;
    }

    async fn stock(&self, version: u32, kind: AnswerKind) {
        let reservation = ReservationId::of(self.order, 1);
        let fact = match kind {
            AnswerKind::StockGranted => {
                let location = LocationId::try_new("zrh-1").unwrap();
                Some(OrderFact::StockReserved { reservation, location, lines: pieces() })
            }
            AnswerKind::StockReleased => Some(OrderFact::StockReleased { reservation }),
            _ => None,
        };
        self.learns(Part::Reservation(reservation), version, kind, None, fact).await;
    }

    async fn payment(&self, version: u32, kind: AnswerKind) {
        let payment = PaymentId::of(self.order, 1);
        let amount = total();
        let fact = match kind {
            AnswerKind::PaymentAuthorized => OrderFact::PaymentAuthorized { payment, amount, expires_at: None },
            AnswerKind::PaymentCaptured => OrderFact::PaymentCaptured { payment, amount },
            AnswerKind::PaymentRefunded => OrderFact::RefundIssued { payment, amount },
            _ => OrderFact::AuthorizationVoided { payment },
        };
        self.learns(Part::Payment(payment), version, kind, Some(amount), Some(fact)).await;
    }

    async fn fulfilment(&self, version: u32, kind: AnswerKind) {
        let fulfilment = FulfilmentId::of(self.order, 1);
        let fact = match kind {
            AnswerKind::FulfilmentShipped => Some(OrderFact::ShipmentDispatched {
                fulfilment,
                lines: pieces(),
                carrier: Carrier::try_new("post").unwrap(),
                tracking: TrackingNumber::try_new("CH1").unwrap(),
            }),
            AnswerKind::FulfilmentDelivered => Some(OrderFact::ShipmentDelivered { fulfilment }),
            AnswerKind::FulfilmentCancelled => Some(OrderFact::FulfilmentCancelled { fulfilment }),
            _ => None,
        };
        self.learns(Part::Fulfilment(fulfilment), version, kind, None, fact).await;
    }

    pub async fn is_authorized(&self) {
        self.stock(1, AnswerKind::StockGranted).await;
        self.payment(1, AnswerKind::PaymentAuthorized).await;
        self.stock(2, AnswerKind::StockRenewed).await;
    }

    pub async fn is_captured(&self) {
        self.is_authorized().await;
        self.payment(2, AnswerKind::PaymentCaptured).await;
    }

    pub async fn is_delivered(&self) {
        self.is_captured().await;
        self.fulfilment(1, AnswerKind::FulfilmentAccepted).await;
        self.fulfilment(2, AnswerKind::FulfilmentReleased).await;
        self.fulfilment(3, AnswerKind::FulfilmentPacked).await;
        self.fulfilment(4, AnswerKind::FulfilmentShipped).await;
        self.stock(3, AnswerKind::StockShipped).await;
        self.fulfilment(5, AnswerKind::FulfilmentDelivered).await;
    }

    pub async fn is_cancelled(&self) {
        let at = self.world.clock.now();
        unit(&self.world.units, self.order, &|work, saga, order| {
            work.decide(order, CancelOrder { reason: CancelReason::Customer, note: None, at }.into())?;
            work.decide(saga, CancelSaga { at }.into())?;
            Ok(())
        })
        .await;
    }

    /// What was authorised is voided, and the stock given back.
    pub async fn is_voided(&self) {
        self.payment(2, AnswerKind::PaymentVoided).await;
        self.stock(3, AnswerKind::StockReleased).await;
    }

    /// What was captured is given back, and the stock.
    pub async fn is_refunded(&self) {
        self.fulfilment(1, AnswerKind::FulfilmentCancelled).await;
        self.payment(3, AnswerKind::PaymentRefunded).await;
        self.stock(3, AnswerKind::StockReleased).await;
    }
}

fn pieces() -> Vec<SkuPieces> {
    vec![SkuPieces { sku: sku(), quantity: Quantity::try_new(PIECES).unwrap(), backordered: Pieces::ZERO }]
}
