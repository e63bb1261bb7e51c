//! What was told, and telling it again.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use command_kit::http::{Keyed, Unkeyed, versioned};
use command_kit::{Answer, Caller, Refusal, UnitTask};
use domain::notification::{Notification, NotificationEvent, ResendNotification};
use domain::{Decider, EventId, NotificationId, OrderId, RequestId, Scope, upcast};
use event_store::{Expectation, Members, StreamId, UnitEffects, Work};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::json;
use super::path::{NotificationPath, OrderPath};
use super::view::{NotificationHistory, NotificationLogEntry, NotificationView};
use crate::code;
use crate::context::{AppState, Notifications};

/// Most notifications of one answer.
pub(super) const LISTED_MAX: i64 = 100;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(get_notification))
        .routes(routes!(resend_notification))
        .routes(routes!(list_notifications_of_order))
}

/// What is kept of a request to send again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResendReceipt {
    version: i64,
    event_ids: Vec<EventId>,
}

impl command_kit::Receipt for ResendReceipt {
    fn version(&self) -> i64 {
        self.version
    }

    fn event_ids(&self) -> &[EventId] {
        &self.event_ids
    }
}

/// What whoever looks at notifications has to be allowed.
pub(super) fn require_management(caller: &Caller) -> Result<(), Refusal> {
    caller.require(Scope::TENANT_STAFF)?;
    caller.require(Scope::NOTIFICATIONS_MANAGE)
}

impl Notifications {
    /// A notification of the caller's tenant.
    pub(super) async fn view(&self, caller: &Caller, id: NotificationId) -> Result<NotificationView, Refusal> {
        let loaded = self.runner.units().load::<Notification>(&id.to_string()).await;
        let loaded = loaded.map_err(|error| Refusal::of_bus(&error, &code::NOTIFICATION))?;
        let details = loaded.state.details().ok_or_else(code::not_found)?;
        if details.tenant != caller.principal.tenant {
            return Err(code::not_found());
        }
        NotificationView::of(id, loaded.version, &loaded.state).ok_or_else(code::not_found)
    }

    /// Notifications of the caller's tenant, in their order.
    pub(super) async fn views(
        &self,
        caller: &Caller,
        ids: Vec<NotificationId>,
    ) -> Result<Vec<NotificationView>, Refusal> {
        let mut views = Vec::new();
        for id in ids {
            match self.view(caller, id).await {
                Ok(view) => views.push(view),
                // It is recorded before its stream is written.
                Err(refusal) if refusal.code == code::not_found().code => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(views)
    }

    async fn of_order(&self, caller: &Caller, order: OrderId) -> Result<Vec<NotificationView>, Refusal> {
        require_management(caller)?;
        let found = self.of_orders.list(&caller.principal.tenant, order, LISTED_MAX).await;
        self.views(caller, found.map_err(code::of_table)?).await
    }

    async fn history(&self, caller: &Caller, id: NotificationId) -> Result<NotificationHistory, Refusal> {
        require_management(caller)?;
        let notification = self.view(caller, id).await?;
        let stream = StreamId::new(Notification::KIND, &id.to_string());
        let rows = self.runner.units().store().read_stream(&stream, 0).await;
        let rows = rows.map_err(|error| code::unavailable(&error))?;
        let log = rows.iter().map(|row| {
            let event: Result<NotificationEvent, _> = upcast::decode(&row.event_type, &row.event_version, &row.payload);
            event.map(|event| NotificationLogEntry::of(&event))
        });
        let log = log.collect::<Result<_, _>>().map_err(|error| Refusal::internal(&error))?;
        Ok(NotificationHistory { notification, log })
    }

    /// Sends again what has ended. Returns the notification afterwards, and whether the request is a repeat.
    async fn resend(&self, caller: &Caller, id: NotificationId) -> Result<(NotificationView, bool), Refusal> {
        let named = id.to_string();
        let request = RequestId::new(self.ids.ordered());
        let command = ResendNotification { tenant: caller.principal.tenant.clone(), request, at: self.now() };
        let mut members = Members::default();
        let member = members.add::<Notification>(&named, Expectation::Existing);
        let work = UnitTask {
            operation: "notification.resend",
            scopes: &[Scope::TENANT_STAFF, Scope::NOTIFICATIONS_MANAGE],
            named: Some(&named),
            input: &(),
            members: &members,
            decide: &|work: &mut Work<'_>| {
                let version = work.version(member);
                work.decide(member, command.clone().into())
                    .map_err(|rejection| Refusal::rejected(&rejection).at(version))?;
                Ok(work.version(member))
            },
            receipt: &|version: &i64, effects: &UnitEffects| ResendReceipt {
                version: *version,
                event_ids: effects.event_ids.clone(),
            },
        };
        let Answer { replayed, .. } = self.runner.run(caller, work).await?;
        Ok((self.view(caller, id).await?, replayed))
    }
}

/// Read a notification
#[utoipa::path(get, path = "/v1/notifications/{id}", tag = "notifications", responses(
    (status = 200, description = "The notification as of now, with every attempt.", body = NotificationHistory),
))]
async fn get_notification(
    State(notifications): State<Arc<Notifications>>,
    Unkeyed(caller): Unkeyed,
    NotificationPath(id): NotificationPath,
) -> Result<Response, Refusal> {
    let history = notifications.history(&caller, id).await?;
    Ok(versioned(StatusCode::OK, &history, history.notification.version, false))
}

/// Send a notification again
///
/// Also one that may have been taken: whoever asks decides that telling it twice is better than not at all. A webhook keeps its id.
#[utoipa::path(post, path = "/v1/notifications/{id}/resend", tag = "notifications", responses(
    (status = 200, description = "It is to be sent again.", body = NotificationView),
))]
async fn resend_notification(
    State(notifications): State<Arc<Notifications>>,
    Keyed(caller): Keyed,
    NotificationPath(id): NotificationPath,
) -> Result<Response, Refusal> {
    let (view, replayed) = notifications.resend(&caller, id).await?;
    Ok(versioned(StatusCode::OK, &view, view.version, replayed))
}

/// List what was told of an order
///
/// By every channel, to the customer and to the merchant's systems, with what became of it. Neither texts nor addresses are kept.
#[utoipa::path(get, path = "/v1/orders/{id}/notifications", tag = "notifications", responses(
    (status = 200, description = "The newest notifications of the order, at most 100.", body = Vec<NotificationView>),
))]
async fn list_notifications_of_order(
    State(notifications): State<Arc<Notifications>>,
    Unkeyed(caller): Unkeyed,
    OrderPath(order): OrderPath,
) -> Result<Response, Refusal> {
    Ok(json(StatusCode::OK, &notifications.of_order(&caller, order).await?))
}
