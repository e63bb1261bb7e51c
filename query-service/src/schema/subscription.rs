//! What can be followed.

use std::sync::Arc;

use async_graphql::{Context, Error, ID, Result, SimpleObject, Subscription};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use read_models::query::OrderRow;

use super::id::NodeId;
use super::order::Order;
use super::query::{load, wait};
use super::scalars::Long;
use super::timeline::{self, TimelineEvent};
use crate::access::Viewer;
use crate::changes::{Change, Changes, Follow, Lost, Seats};
use crate::consistency::{Consistency, ConsistencyToken};
use crate::cursor::Cursors;
use crate::error::{Code, read_failed};

/// What can be followed.
pub struct Subscription;

/// A change of an order: one event, and the order with it.
#[derive(SimpleObject)]
pub struct OrderChange {
    /// Where the event stands: `from` it goes on with the next one.
    cursor: String,
    /// Place in the order's history; the next change has the next number.
    version: Long,
    /// The event's name in the public contract.
    r#type: String,
    /// When it happened.
    at: DateTime<Utc>,
    /// The event.
    event: TimelineEvent,
    /// The order at this version or, when more has happened meanwhile, a later one; its own `version` tells.
    order: Order,
}

/// Over WebSocket (`graphql-transport-ws`) and over server-sent events. A stream that breaks is taken up from the last
/// cursor, also by another process.
#[Subscription]
impl Subscription {
    /// The changes of an order, each once and in order: those after the cursor `from`, which a change or an event of
    /// `Order.timeline` has; without it, those from now on. `consistency` waits until the order is there.
    async fn order_changed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The order's id, global or its own.")] id: ID,
        #[graphql(desc = "Goes on after this cursor.")] from: Option<String>,
        #[graphql(
            desc = "Waits for this version before it reads: the `Order-Consistency-Token` of a command's answer."
        )]
        consistency: Option<ConsistencyToken>,
    ) -> Result<BoxStream<'static, Result<OrderChange>>> {
        let order_id = NodeId::order(&id)?;
        let list = timeline::list(order_id);
        let cursors = Arc::clone(context.data::<Arc<Cursors>>()?);
        let from: Option<i64> = from.map(|cursor| cursors.open(&list, &cursor)).transpose()?;
        let seat = context.data::<Seats>()?.take(context.data::<Viewer>()?.principal());
        let seat = seat.map_err(|full| Code::TooManySubscriptions.error(full.to_string()))?;
        wait(context, consistency).await?;
        let order = load(context, order_id).await?.ok_or_else(absent)?;
        let after = from.unwrap_or(order.view.version);
        reached(context, &order, after).await?;
        let (changes, visible) = (context.data::<Changes>()?, context.data::<Viewer>()?.visibility());
        let follow = Follow::begin(changes, visible, order, after, seat);
        let told =
            stream::try_unfold(follow, async |mut follow| Ok(follow.next().await?.map(|change| (change, follow))));
        Ok(told.map(move |change| change.map(|it| OrderChange::new(it, &cursors, &list)).map_err(lost)).boxed())
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

/// A cursor may be ahead of a copy of the read models that is about to catch up, so it is waited for.
async fn reached(context: &Context<'_>, order: &OrderRow, version: i64) -> Result<()> {
    if version <= order.view.version {
        return Ok(());
    }
    let token = ConsistencyToken { order_id: order.view.order_id, version };
    let visible = context.data::<Viewer>()?.visibility();
    let waited = context.data::<Consistency>()?.wait(token, visible).await;
    waited.map_err(|_| Code::CursorAhead.error("the order has no event at this cursor"))
}

fn lost(lost: Lost) -> Error {
    match lost {
        Lost::Gone => absent(),
        Lost::Unread(failed) => read_failed(failed),
    }
}

fn absent() -> Error {
    Code::NotFound.error("there is no such order")
}
