//! The subscription root.

use std::sync::Arc;

use async_graphql::{Context, Error, ID, Result, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use read_models::OrderView;

use super::id::NodeId;
use super::order::Order;
use super::query::{load, wait};
use super::scalars::Long;
use super::timeline::{self, TimelineEvent};
use crate::access::Viewer;
use crate::changes::{Change, Changes, Follow, FollowError, SubscriptionPermits};
use crate::consistency::{Consistency, ConsistencyToken};
use crate::cursor::Cursors;
use crate::error::{Code, read_failed};

/// The subscription root.
pub struct Subscription;

/// A change of an order: one event, and the order after it.
#[derive(SimpleObject)]
pub struct OrderChange {
    /// The position of the event: a subscription `from` this cursor begins with the next event.
    cursor: String,
    /// The version of the order after this event; the next change has the next version.
    version: Long,
    /// The name of the event in the public contract.
    r#type: String,
    /// When the event happened.
    at: DateTime<Utc>,
    /// The event that changed the order.
    event: TimelineEvent,
    /// The order at this version or, if there are more events by now, at a later one: see its own `version`.
    order: Order,
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
    ) -> Result<BoxStream<'static, Result<OrderChange>>> {
        let order_id = NodeId::order(&id)?;
        let list = timeline::list(order_id);
        let cursors = Arc::clone(context.data::<Arc<Cursors>>()?);
        let from: Option<i64> = from.map(|cursor| cursors.open(&list, &cursor)).transpose()?;
        let permit = context.data::<SubscriptionPermits>()?.acquire(context.data::<Viewer>()?.principal());
        let permit = permit.map_err(|full| Code::TooManySubscriptions.error(full.to_string()))?;
        wait(context, consistency).await?;
        let order = load(context, order_id).await?.ok_or_else(absent)?;
        let after = from.unwrap_or(order.version);
        reached(context, &order, after).await?;
        let changes = context.data::<Changes>()?;
        let visible = context.data::<Viewer>()?.visibility();
        let follow = Follow::begin(changes, visible, order, after, permit);
        let following =
            stream::try_unfold(follow, async |mut follow| Ok(follow.next().await?.map(|change| (change, follow))));
        Ok(following
            .map(move |change| change.map(|it| OrderChange::new(it, &cursors, &list)).map_err(follow_failed))
            .boxed())
    }
}

impl OrderChange {
    fn new(Change { entry, order }: Change, cursors: &Cursors, list: &str) -> Self {
        Self {
            cursor: cursors.seal(list, &entry.version),
            version: Long(entry.version),
            r#type: entry.event_type.clone(),
            at: entry.at,
            event: TimelineEvent::new(entry),
            order: Order::present(order),
        }
    }
}

/// A cursor may be ahead of a replica of the read models that will soon catch up, so its version is awaited.
async fn reached(context: &Context<'_>, order: &OrderView, version: i64) -> Result<()> {
    if version <= order.version {
        return Ok(());
    }
    let token = ConsistencyToken { order_id: order.order_id, version };
    let visible = context.data::<Viewer>()?.visibility();
    let waited = context.data::<Consistency>()?.wait(token, visible).await;
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
