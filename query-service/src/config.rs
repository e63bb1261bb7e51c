//! Limits of queries and subscriptions.

use std::num::NonZeroU32;

/// Limits, each with its unit in its name.
#[derive(Debug, Clone)]
pub struct Limits {
    /// A query that runs longer is aborted.
    pub execution_ms_max: u64,
    /// A request waits this long at most for the version that its consistency token names.
    pub consistency_wait_ms_max: u64,
    /// Requests that wait for a version at once; more are refused.
    pub consistency_waiters_max: usize,
    /// Most levels of selections within selections.
    pub depth_max: u32,
    /// Objects that a query may return, by its page sizes.
    pub cost_max: u64,
    /// Cost of one subject's operations in a second; more are answered 429. `None` sets no limit.
    pub cost_per_s: Option<NonZeroU32>,
    /// Requests at work; one more is answered 503. A subject may have half of them, a tenant three quarters.
    pub requests_max: usize,
    /// Bytes of one answer; a larger one is refused.
    pub answer_bytes_max: usize,
    /// Most fields with an alias in one query.
    pub aliases_max: u64,
    /// Most directives in one query.
    pub directives_max: u64,
    /// Whether introspection is allowed.
    pub introspection: bool,
    /// Subscriptions open at once in the process; more are refused. A subject may have half of them, a tenant three
    /// quarters.
    pub subscriptions_max: usize,
    /// Subscriptions, and other operations, open at once on one connection; more are refused.
    pub subscriptions_per_connection_max: usize,
    /// WebSockets open at once in the process; more are refused. A subject may have half of them, a tenant three
    /// quarters.
    pub sockets_max: usize,
    /// A WebSocket without `connection_init` within this time is closed.
    pub socket_init_wait_ms_max: u64,
    /// Time between two heartbeats to subscribers; a WebSocket that does not answer one is dropped.
    pub heartbeat_ms: u64,
    /// Time between two checks of the token while a subscription is open.
    pub token_check_ms: u64,
}

/// Texts of queries whose parsed form is kept, in bytes, and about how many.
pub(crate) const DOCUMENTS_BYTES_MAX: u64 = 1 << 20;
pub(crate) const DOCUMENTS_COUNT: usize = 1_000;
/// Texts of persisted queries that are kept, in bytes, and about how many.
pub(crate) const PERSISTED_BYTES_MAX: u64 = 4 << 20;
pub(crate) const PERSISTED_COUNT: usize = 4_000;
/// Bytes of a request body at most.
pub(crate) const BODY_BYTES_MAX: usize = 100_000;
/// Orders, lines or events of a page at most.
pub(crate) const PAGE_MAX: u32 = 100;
/// Most tickets of a kitchen's board.
pub(crate) const BOARD_MAX: u32 = 100;
/// Orders, lines or events of a page that names no size.
pub(crate) const PAGE_DEFAULT: u32 = 20;
/// Orders are counted up to this; a larger count is reported as capped.
pub(crate) const COUNT_MAX: u32 = 10_001;
/// Conditions of a filter at most.
pub(crate) const CONDITIONS_MAX: usize = 100;
/// Values of one list in a filter, and ids of one `nodes`, at most.
pub(crate) const LIST_MAX: usize = 100;
/// Events that a view of the past is folded from at most.
pub(crate) const AS_OF_EVENTS_MAX: u32 = 10_000;
/// Events of a saga from which its place in the flow is told at most.
pub(crate) const SAGA_EVENTS_MAX: u32 = 1_000;
/// The cached state of the projectors is read again when it is older, in milliseconds.
pub(crate) const HEALTH_AGE_MS_WANTED: u64 = 200;
/// Beyond this age, in milliseconds, requests wait until it is read.
pub(crate) const HEALTH_AGE_MS_MAX: u64 = 1_000;
/// Events that a subscription reads ahead of its client at most.
pub(crate) const READ_AHEAD_EVENTS_MAX: u32 = 50;
/// Subscriptions that read at once; more wait, so that queries always find a connection to the database.
pub(crate) const CATCHING_UP_MAX: usize = 4;
/// A message that a client does not take within this time ends its connection.
pub(crate) const SEND_MS_MAX: u64 = 10_000;
/// The other side has this long to answer when a connection is closed.
pub(crate) const CLOSE_MS_MAX: u64 = 1_000;

impl Default for Limits {
    fn default() -> Self {
        Self {
            execution_ms_max: 5_000,
            consistency_wait_ms_max: 5_000,
            consistency_waiters_max: 1_000,
            depth_max: 12,
            cost_max: 1_000,
            cost_per_s: None,
            requests_max: 1_024,
            answer_bytes_max: 8 << 20,
            aliases_max: 30,
            directives_max: 30,
            introspection: true,
            subscriptions_max: 5_000,
            subscriptions_per_connection_max: 100,
            sockets_max: 4_000,
            socket_init_wait_ms_max: 3_000,
            heartbeat_ms: 15_000,
            token_check_ms: 1_000,
        }
    }
}
