//! The commands of an order: one file for each, with its body, the check that makes it the command, the use case and the
//! endpoint; and the list of them, which routes, description and dry runs follow from.
//!
//! Guarantees: only this module checks who may do what; personal data is sealed before a command is decided; every refusal is
//! a typed value.

mod add_line;
mod add_note;
mod address;
mod answer;
mod cancel_lines;
mod cancel_order;
mod change_line_quantity;
mod code;
mod create_draft;
mod discard;
mod draft_expiry;
mod erase_subject;
mod hold_order;
mod import;
mod migrations;
mod numbers;
mod orders_of_customer;
mod path;
mod place_order;
mod policies;
mod preview;
mod receipt;
mod release_hold;
mod remove_line;
mod saga;
mod service;
mod set_address;
mod validate;
mod view;

use std::sync::Arc;

use axum::extract::{FromRef, FromRequest, Request};
use command_kit::http::JsonBody;
use command_kit::http::form::Text;
use command_kit::{Caller, Refusal};
use domain::OrderId;
use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use service_kit::auth::Verifier;
use service_kit::fairness::Shares;
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;

use crate::Limits;

pub use add_line::NewLine;
pub use address::AddressDetails;
pub use create_draft::NewDraft;
pub use draft_expiry::{DraftExpiry, FindDrafts, FoundDraft};
pub use erase_subject::Erasure;
pub use import::{ImportEffect, Imported, imported_order_id};
pub use migrations::migrations;
pub use policies::{Policies, PolicyError};
pub use preview::{Preview, PreviewEvent};
pub use receipt::{OrderStatus, Receipt};
pub use service::{Orders, Outcome};
pub use set_address::NewAddress;
pub use view::{AddressView, ImportView, LineView, OrderView, QuantitiesView};

pub(crate) use import::lines_bound;

/// Every command of an order that can be asked for.
pub(crate) const COMMANDS: [Command; 12] = [
    create_draft::COMMAND,
    add_line::COMMAND,
    change_line_quantity::COMMAND,
    remove_line::COMMAND,
    set_address::COMMAND,
    place_order::COMMAND,
    cancel_order::COMMAND,
    discard::COMMAND,
    hold_order::COMMAND,
    release_hold::COMMAND,
    cancel_lines::COMMAND,
    add_note::COMMAND,
];

/// A command as its endpoints and its description need it.
pub(crate) struct Command {
    /// Its name in the path of its dry run.
    pub(crate) name: &'static str,
    routes: fn() -> OpenApiRouter<AppState>,
    dry_run: fn(Arc<Orders>, Caller, OrderId, Request) -> Trying,
    /// From which answers the description links to it, by the name of its operation.
    pub(crate) link: Option<Link>,
    /// The forms of its body's texts.
    texts: &'static [Text],
}

/// A link of the description to an operation.
#[derive(Clone, Copy)]
pub(crate) enum Link {
    /// From the answer that a new order gets.
    OfOrder(&'static str),
    /// From the answer that a new line gets.
    OfLine(&'static str),
}

/// A dry run at work.
type Trying = BoxFuture<'static, Result<Outcome, Refusal>>;

/// What handlers share.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) orders: Arc<Orders>,
    pub(crate) verifier: Verifier,
    pub(crate) limits: Arc<Limits>,
    pub(crate) import_streams: Arc<Semaphore>,
    pub(crate) import_shares: Shares,
}

impl FromRef<AppState> for Verifier {
    fn from_ref(state: &AppState) -> Self {
        state.verifier.clone()
    }
}

impl FromRef<AppState> for Arc<Orders> {
    fn from_ref(state: &AppState) -> Self {
        Arc::clone(&state.orders)
    }
}

/// The endpoints whose bodies are read whole before they run.
pub(crate) fn command_routes() -> OpenApiRouter<AppState> {
    let others = view::routes().merge(validate::routes()).merge(erase_subject::routes());
    COMMANDS.iter().fold(others, |routes, command| routes.merge((command.routes)()))
}

/// The endpoints that read their body as a stream.
pub(crate) fn import_routes() -> OpenApiRouter<AppState> {
    import::routes()
}

/// The forms of all texts of requests.
pub(crate) fn texts() -> impl Iterator<Item = &'static Text> {
    COMMANDS.iter().flat_map(|command| command.texts).chain(import::TEXTS)
}

async fn body<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    JsonBody::from_request(request, &()).await.map(|JsonBody(body)| body)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::order::{
        AddNote, CancelLines, CancelOrder, CancelReason, CancelledLine, ChangeLineQuantity, HoldKind, HoldOrder,
        PlaceOrder, ReleaseHold, RemoveLine,
    };
    use domain::{Currency, LineId, Money, OrderNumber, Quantity, Reason, Timestamp};
    use service_kit::auth::{Principal, Scopes};
    use uuid::Uuid;

    fn form(input: &impl serde::Serialize) -> String {
        serde_json::to_string(input).unwrap()
    }

    /// Changing one of these makes a repeat across releases another request.
    #[test]
    fn commands_have_the_forms_that_kept_keys_are_compared_with() {
        let (at, line_id) = (Timestamp::try_new("2026-06-01T12:00:00Z").unwrap(), LineId::new(Uuid::nil()));
        let removal = RemoveLine { line_id, at };
        assert_eq!(form(&removal), r#"{"line_id":"00000000-0000-0000-0000-000000000000"}"#);
        let change = ChangeLineQuantity { line_id, quantity: Quantity::try_new(3).unwrap(), at };
        assert_eq!(form(&change), r#"{"line_id":"00000000-0000-0000-0000-000000000000","quantity":3}"#);
        let number = OrderNumber::try_new("SO-1").unwrap();
        let placing = PlaceOrder { number, expected_total: Some(Money::new(765, Currency::EUR)), at };
        assert_eq!(form(&placing), r#"{"expected_total":{"minor":765,"currency":"EUR"}}"#);
        assert_eq!(form(&PlaceOrder { expected_total: None, ..placing }), r#"{"expected_total":null}"#);
        let note = Some(Reason::try_new("twice").unwrap());
        let cancel = CancelOrder { reason: CancelReason::Staff, note, at };
        assert_eq!(form(&cancel), r#"{"reason":"STAFF","note":"twice"}"#);
        let hold = HoldOrder { hold: HoldKind::PaymentAction, note: None, at };
        assert_eq!(form(&hold), r#"{"hold":"PAYMENT_ACTION","note":null}"#);
        assert_eq!(form(&ReleaseHold { hold: HoldKind::Manual, at }), r#"{"hold":"MANUAL"}"#);
        let lines = vec![CancelledLine { line_id, cancelled: Quantity::try_new(2).unwrap() }];
        let cancel = CancelLines { lines, reason: CancelReason::Staff, note: None, at };
        let line = r#"{"line_id":"00000000-0000-0000-0000-000000000000","cancelled":2}"#;
        assert_eq!(form(&cancel), format!(r#"{{"lines":[{line}],"reason":"STAFF","note":null}}"#));
        assert_eq!(form(&AddNote { note: Reason::try_new("twice").unwrap(), at }), r#"{"note":"twice"}"#);
        assert_eq!(form(&()), "null");
    }

    #[test]
    fn a_fingerprint_is_the_same_in_every_release() {
        let tenant = domain::TenantId::try_new("shop").unwrap();
        let principal = Principal { subject: Arc::from("a"), tenant, customer: None, scopes: Scopes::default() };
        let key = command_kit::IdempotencyKey::try_new("k").unwrap();
        let removal =
            RemoveLine { line_id: LineId::new(Uuid::nil()), at: Timestamp::try_new("2026-06-01T12:00:00Z").unwrap() };
        let fingerprints = command_kit::Fingerprints::new(&[7; 32]);
        let made = fingerprints.idempotency(&key, &principal, "order.remove_line", Some("o"), &removal);
        assert_eq!((made.scope.as_str(), made.key.as_str()), ("shop order.remove_line o a", "k"));
        let begins = u128::from_be_bytes(*made.fingerprint.first_chunk().unwrap());
        assert_eq!(begins, 0x05c8_52ea_4259_b5c8_e58a_95da_8aed_b438);
    }
}
