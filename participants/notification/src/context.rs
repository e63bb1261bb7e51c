//! What the parts of notification share.

use std::sync::Arc;

use command_kit::UnitRunner;
use command_kit::http::ServiceState;
use domain::Timestamp;
use event_store::Store;
use service_kit::clock::{SharedClock, SharedIds};
use service_kit::keyring::KeyRing;

use crate::channel::{Email, Sms, Webhooks};
use crate::code;
use crate::endpoints::Endpoints;
use crate::of_orders::OfOrders;
use crate::orders::KnownOrders;
use crate::refusals::Refusals;
use crate::render::Renderer;
use crate::tokens::Tokens;

/// By which channels is told, and within which time.
pub struct Channels {
    /// `None` where no mails are sent.
    pub email: Option<Email>,
    /// `None` where no SMS are sent.
    pub sms: Option<Sms>,
    pub webhooks: Webhooks,
    pub renderer: Renderer,
    /// What happened longer ago than this is not told, in seconds.
    pub age_s_max: i64,
    /// Base URL of links to unsubscribe, without a slash at the end.
    pub public_url: String,
}

/// Tells customers and merchants what happens to orders.
pub struct Notifications {
    pub(crate) runner: UnitRunner,
    pub(crate) orders: KnownOrders,
    pub(crate) of_orders: OfOrders,
    pub(crate) refusals: Refusals,
    pub(crate) endpoints: Endpoints,
    pub(crate) keys: KeyRing,
    pub(crate) channels: Channels,
    pub(crate) tokens: Tokens,
    pub(crate) ids: SharedIds,
    clock: SharedClock,
}

/// The keys of notification, which are the same in every process.
pub struct Secrets {
    /// Hashes requests for idempotency.
    pub fingerprint_key: [u8; 32],
    /// Signs links to unsubscribe.
    pub unsubscribe_key: [u8; 32],
}

impl Notifications {
    /// Notifications in a store, whose database has their tables too.
    pub fn new(
        store: Store,
        keys: KeyRing,
        channels: Channels,
        clock: SharedClock,
        ids: SharedIds,
        secrets: &Secrets,
    ) -> Self {
        let pool = store.pool().clone();
        Self {
            runner: UnitRunner::new(store, Arc::clone(&ids), &secrets.fingerprint_key, code::NOTIFICATION),
            orders: KnownOrders(pool.clone()),
            of_orders: OfOrders(pool.clone()),
            refusals: Refusals(pool.clone()),
            endpoints: Endpoints { pool, keys: keys.clone() },
            keys,
            channels,
            tokens: Tokens::new(&secrets.unsubscribe_key),
            ids,
            clock,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// What handlers share.
pub(crate) type AppState = ServiceState<Notifications>;
