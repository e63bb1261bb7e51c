//! The subscription root.

use std::sync::Arc;

use async_graphql::{Context, Error, ID, Result, Subscription};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use read_models::{OrderColumns, order_column};
use service_kit::auth::Scope;

use super::id::NodeId;
use super::kitchen::{KitchenBoard, LoadedBoard, location_of};
use super::load;
use super::loaded::Extras;
use super::order::Order;
use super::reading::Reading;
use super::scalars::Long;
use super::timeline::{self, TimelineEvent};
use crate::changes::{Change, Changes, Follow, FollowError, SubscriptionPermit, SubscriptionPermits};
use crate::consistency::ConsistencyToken;
use crate::error::{Code, ReadFailed, internal, read_failed};
use crate::output::{Answered, Output, Selected, SelectedField, Written, object};

/// The subscription root.
pub struct Subscription;

/// A change of an order.
pub struct OrderChange<'a> {
    reading: &'a Reading,
    change: &'a Change,
    extras: Option<&'a Extras>,
}

object! {
    /// A change of an order: one event, and the order after it.
    OrderChange for OrderChange<'_> as it {
        /// The position of the event: a subscription `from` this cursor begins with the next event.
        cursor: String => {
            let entry = &it.change.entry;
            it.reading.cursors.seal(&timeline::list(entry.order_id), &entry.version)
        },
        /// The version of the order after this event; the next change has the next version.
        version: Long => Long(it.change.entry.version),
        /// The name of the event in the public contract.
        r#type: &str => &it.change.entry.event_type,
        /// When the event happened.
        at: DateTime<Utc> => it.change.entry.at,
        /// The event that changed the order.
        event: TimelineEvent<'_> => TimelineEvent::new(&it.change.entry),
        /// The order at this version or, if there are more events by now, at a later one: see its own `version`.
        order: Order<'_> => Order { reading: it.reading, found: &it.change.order, extras: it.extras, past: false },
    }
}

/// Subscriptions work over WebSocket (`graphql-transport-ws`) and over server-sent events. After an interruption a
/// client resumes from the last cursor, at any process.
#[Subscription]
impl Subscription {
    /// The changes of an order, each once and in order: those after the cursor `from`, which is the cursor of a change
    /// or of an event of `Order.timeline`; without it, those from now on. With `consistency` the subscription waits
    /// until the order exists.
    async fn order_changed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The order's id, either the global one or its `orderId`.")] id: ID,
        #[graphql(desc = "The cursor after which the subscription begins.")] from: Option<String>,
        #[graphql(
            desc = "The `Order-Consistency-Token` of a command's answer; the field waits until it can show that version."
        )]
        consistency: Option<ConsistencyToken>,
    ) -> Result<BoxStream<'static, Result<Written<OrderChange<'static>>>>> {
        let reading = Arc::clone(context.data::<Arc<Reading>>()?);
        reading.require(Scope::ORDERS_READ)?;
        let order_id = NodeId::order(&id)?;
        let from: Option<i64> =
            from.map(|cursor| reading.cursors.open(&timeline::list(order_id), &cursor)).transpose()?;
        let permit = context.data::<SubscriptionPermits>()?.acquire(reading.viewer.principal());
        let permit = permit.map_err(|full| Code::TooManySubscriptions.error(full.to_string()))?;
        reading.wait(consistency).await?;
        let selected = Selected::of(context, &OrderChange::objects());
        let parts = load::parts(&order_sets(&selected)).and(OrderColumns::of(&["version"]));
        let found = reading.read.order(&reading.visible, order_id, &parts).await;
        let order = found.map_err(|error| read_failed(ReadFailed::log(&error)))?.ok_or_else(absent)?;
        let version = order_column!(order.row, version).map_err(|error| internal(&error))?;
        let after = from.unwrap_or(version);
        reached(&reading, ConsistencyToken::order(order_id, after), version).await?;
        let changes = context.data::<Changes>()?;
        let follow = Follow::begin(changes, reading.visible.clone(), parts, (order_id, order), after, permit);
        let key = context.item.node.response_key().node.to_string();
        let state = (follow, reading, selected, key);
        let following = stream::try_unfold(state, async |(mut follow, reading, selected, key)| {
            let Some(change) = follow.next().await.map_err(follow_failed)? else { return Ok(None) };
            let orders = [&*change.order];
            let extras = load::extras(&reading, &orders, &order_sets(&selected), false).await?;
            let change = OrderChange { reading: &reading, change: &change, extras: extras.first() };
            let written = Answered::at(&key, &selected, &change);
            Ok(Some((written.into(), (follow, reading, selected, key))))
        });
        Ok(following.boxed())
    }

    /// What is in the kitchen at a location: at once, and again whenever a ticket of it has changed. Each is the whole board, so that
    /// nothing has to be resumed; changes that come quickly after each other are one. Needs the scopes `tenant:staff` and
    /// `fulfilment:write`.
    #[expect(clippy::unused_async, reason = "async-graphql takes no other subscriptions")]
    async fn kitchen_board_changed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The tenant's code of the location.")] location: ID,
    ) -> Result<BoxStream<'static, Result<Written<KitchenBoard<'static>>>>> {
        let reading = Arc::clone(context.data::<Arc<Reading>>()?);
        let location = location_of(&reading, location)?;
        let permit = context.data::<SubscriptionPermits>()?.acquire(reading.viewer.principal());
        let permit = permit.map_err(|full| Code::TooManySubscriptions.error(full.to_string()))?;
        let selected = Selected::of(context, &KitchenBoard::objects());
        let key = context.item.node.response_key().node.to_string();
        let follow = FollowBoard::begin(context.data::<Changes>()?, reading, location, permit);
        let following = stream::try_unfold((follow, selected, key), async |(mut follow, selected, key)| {
            let Some(board) = follow.next().await? else { return Ok(None) };
            let written = Answered::at(&key, &selected, &KitchenBoard(&board));
            Ok(Some((written.into(), (follow, selected, key))))
        });
        Ok(following.boxed())
    }
}

/// A subscription to the board of a kitchen.
struct FollowBoard {
    changes: Changes,
    reading: Arc<Reading>,
    location: String,
    /// Of the board that was delivered last.
    delivered: Option<String>,
    _permit: SubscriptionPermit,
}

impl FollowBoard {
    fn begin(changes: &Changes, reading: Arc<Reading>, location: String, permit: SubscriptionPermit) -> Self {
        Self { changes: changes.clone(), reading, location, delivered: None, _permit: permit }
    }

    /// Waits for the next board; `None` when the process stops.
    async fn next(&mut self) -> Result<Option<LoadedBoard>> {
        loop {
            if self.delivered.is_some() && !self.changes.rest_of_boards().await {
                return Ok(None);
            }
            let _turn = self.changes.turn().await;
            if let Some(delivered) = &self.delivered {
                let stamp = self.reading.read.kitchen_board_stamp(&self.reading.visible.tenant, &self.location).await;
                if stamp.map_err(|error| read_failed(ReadFailed::log(&error)))?.stamp == *delivered {
                    continue;
                }
            }
            let board = LoadedBoard::read(&self.reading, &self.location).await?;
            self.delivered = Some(board.stamp().to_owned());
            return Ok(Some(board));
        }
    }
}

/// What is selected of the order of a change.
fn order_sets(change: &Selected) -> Vec<&Selected> {
    change.named("order").map(SelectedField::below).collect()
}

/// A cursor may be ahead of a replica of the read models that will soon catch up, so its version is awaited.
async fn reached(reading: &Reading, cursor: ConsistencyToken, version: i64) -> Result<()> {
    if cursor.version <= version {
        return Ok(());
    }
    let waited = reading.consistency.wait(cursor, reading.visible.clone()).await;
    waited.map_err(|_| Code::CursorAhead.error("the order has no event at this cursor"))
}

fn follow_failed(error: FollowError) -> Error {
    match error {
        FollowError::Gone => absent(),
        FollowError::Unread(failed) => read_failed(failed),
    }
}

fn absent() -> Error {
    Code::NotFound.error("there is no such order")
}
