//! The answers of kitchens' commands.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use command_kit::Answer;
use command_kit::http::versioned;
use domain::kitchen::{KitchenDetails, KitchenMode};
use domain::{EventId, KitchenId};
use event_store::UnitEffects;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a kitchen works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = KitchenMode)]
pub enum ModeView {
    /// As it should.
    Normal,
    /// Everything takes longer, and so do promises.
    Rush,
    /// No new tickets; those that are there are worked on.
    Paused,
}

impl ModeView {
    pub(super) const fn of(mode: KitchenMode) -> Self {
        match mode {
            KitchenMode::Normal => Self::Normal,
            KitchenMode::Rush => Self::Rush,
            KitchenMode::Paused => Self::Paused,
        }
    }
}

/// The result of a command of a kitchen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KitchenReceipt {
    /// The id of the kitchen, which follows from tenant and location.
    #[schema(value_type = Uuid)]
    pub kitchen_id: KitchenId,
    /// The code of the location, such as `zrh-1`.
    #[schema(example = "zrh-k")]
    pub location: String,
    /// The version of the kitchen after the command, which is also its ETag.
    #[schema(example = 17)]
    pub version: i64,
    /// How it works after the command.
    pub mode: ModeView,
    /// How many people are on shift.
    pub on_shift: u32,
    /// How many tickets have something left to do.
    pub open_tickets: u64,
    /// The ids of the events that were stored, with those of tickets; empty if there was nothing to change.
    #[schema(value_type = Vec<Uuid>)]
    pub event_ids: Vec<EventId>,
}

impl KitchenReceipt {
    /// A kitchen as a unit leaves it.
    pub(super) fn of(kitchen: &KitchenDetails, version: i64) -> Self {
        Self {
            kitchen_id: KitchenId::of(&kitchen.tenant, &kitchen.location),
            location: kitchen.location.to_string(),
            version,
            mode: ModeView::of(kitchen.mode),
            on_shift: kitchen.staff.on_shift,
            open_tickets: u64::try_from(kitchen.tickets.len()).unwrap_or(u64::MAX),
            event_ids: Vec::new(),
        }
    }

    pub(super) fn with(&self, effects: &UnitEffects) -> Self {
        Self { event_ids: effects.event_ids.clone(), ..self.clone() }
    }
}

impl command_kit::Receipt for KitchenReceipt {
    fn version(&self) -> i64 {
        self.version
    }

    fn event_ids(&self) -> &[EventId] {
        &self.event_ids
    }
}

/// An answer as a response.
pub(super) struct Reply(pub(super) Answer<KitchenReceipt>);

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let Answer { receipt, replayed } = self.0;
        versioned(StatusCode::OK, &receipt, receipt.version, replayed)
    }
}
