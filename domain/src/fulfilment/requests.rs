//! What other participants ask of fulfilment. The answers are the events of the fulfilment.

use crate::contract::declare_requests;

pub use crate::contract::ContractRequestedLine;

/// The topic of the requests. Key: the fulfilment's id, so that the requests of one fulfilment are handled in order.
pub const REQUESTS_TOPIC: &str = "fulfilment.commands.v1";

declare_requests! {
    /// What fulfilment is asked for.
    requests FulfilmentRequest of "fulfilment" namespace "fulfilment.commands.v1" key fulfilment_id;

    /// Send pieces of an order from one location. They may be prepared at once; nothing leaves before the release.
    RequestFulfilment {
        order_id: String,
        location: String,
        /// What to send; at least one.
        lines: Vec<ContractRequestedLine>,
    }

    /// Let it leave: it is paid, and nothing holds it.
    ReleaseFulfilment {
        order_id: String,
    }

    /// Take the release back, as long as it has not left.
    HoldFulfilment {
        order_id: String,
    }

    /// Do not send it. Before it was asked for, this refuses the late request.
    CancelFulfilment {
        order_id: String,
    }
}
