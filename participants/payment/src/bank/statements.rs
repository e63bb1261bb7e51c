//! Taking statements.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed, MoneyView, optional_text};
use command_kit::{Broken, Caller, Fields, Refusal};
use domain::Scope;
use domain::bank::{BankEntryId, DAY_CHARS, RemittanceText, day};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::require;
use super::view::{StatementReport, TakenEntryView};
use crate::code::of_table;
use crate::context::{AppState, Payments};
use crate::payment::amount;
use crate::provider::bank::{NewEntry, reference_of};

/// Most entries of one request.
const ENTRIES_MAX: usize = 200;
/// The largest amount of an entry, in minor units: sums of many stay within 64 bits.
const AMOUNT_MINOR_MAX: i64 = 1_000_000_000_000_000;

/// The forms of the body's texts.
pub(super) const TEXTS: &[Text] = &[
    Text::new("StatementEntryBody", "id", Form::Ascii, BankEntryId::LIMIT),
    Text::new("StatementEntryBody", "bookedAt", Form::Day, DAY_CHARS),
    Text::new("StatementEntryBody", "text", Form::Line, RemittanceText::LIMIT),
];

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(take_statement))
}

/// A credit of a statement.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StatementEntryBody {
    /// The bank's own id of it, by which a repetition is recognised.
    #[schema(example = "2026-11-27/00017")]
    id: String,
    /// The day on which it was booked.
    #[schema(example = "2026-11-27")]
    booked_at: String,
    /// What the bank credited; more than zero.
    amount: MoneyView,
    /// What the customer wrote, on one line. It is kept only while the entry is no payment's.
    #[serde(default, deserialize_with = "optional_text")]
    #[schema(example = "order 17 rf52 aaaa aaaa aaaa aaaa")]
    text: Option<String>,
}

/// Credits of a statement.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StatementBody {
    /// At most 200.
    #[schema(min_items = 1, max_items = 200)]
    entries: Vec<StatementEntryBody>,
}

impl StatementBody {
    fn check(self) -> Result<Vec<NewEntry>, Refusal> {
        let mut fields = Fields::default();
        let count = match self.entries.len() {
            0 => Err(Broken("empty", "a statement has an entry")),
            1..=ENTRIES_MAX => Ok(()),
            _ => Err(Broken("too_many", "at most 200 entries are taken at once")),
        };
        let mut entries = fields.check("/entries", count).map(|()| Vec::new());
        for (place, entry) in self.entries.into_iter().take(ENTRIES_MAX).enumerate() {
            fields.below(format!("/entries/{place}"));
            entries = entries.zip(entry.check(&mut fields)).map(|(mut entries, entry)| {
                entries.push(entry);
                entries
            });
        }
        fields.finish(|| entries)
    }
}

impl StatementEntryBody {
    fn check(self, fields: &mut Fields) -> Option<NewEntry> {
        let Self { id, booked_at, amount: given, text } = self;
        let id = fields.check("/id", BankEntryId::try_new(id));
        let no_day = Broken("malformed_day", "a day is written as 2026-11-27");
        let booked_on = fields.check("/bookedAt", day(&booked_at).ok_or(no_day));
        let is_small = if given.minor <= AMOUNT_MINOR_MAX {
            Ok(())
        } else {
            Err(Broken("amount_too_large", "an entry has at most 10^15 minor units"))
        };
        fields.check("/amount/minor", is_small);
        let amount = amount(fields, Some(given));
        let text = fields.check_optional("/text", text, RemittanceText::try_new);
        Some(NewEntry { id: id?, booked_on: booked_on?, amount: amount?, text: text? })
    }
}

impl Payments {
    /// Takes entries of a statement, and looks at the payments that they are of.
    ///
    /// # Errors
    /// A [`Refusal`]; what was taken before it counts, and a repetition finds it.
    async fn take_statement(&self, caller: &Caller, entries: Vec<NewEntry>) -> Result<StatementReport, Refusal> {
        require(caller, Scope::PAYMENTS_CAPTURE)?;
        let tenant = &caller.principal.tenant;
        let mut views = Vec::with_capacity(entries.len());
        let mut paid = BTreeSet::new();
        for entry in entries {
            let taken = self.bank.take_entry(tenant, &entry).await.map_err(of_table)?;
            let outcome = taken.outcome.symbol();
            metrics::counter!("payment_bank_entries_total", "outcome" => outcome).increment(1);
            paid.extend(taken.payment);
            views.push(TakenEntryView::of(&entry, taken));
        }
        // Those of repeated entries too: an earlier look may have failed.
        for payment in paid {
            self.look_at(&reference_of(payment)).await?;
        }
        Ok(StatementReport { entries: views })
    }
}

/// Take entries of a statement
///
/// Credits of the tenant's account. Each counts once for the payment whose reference its text states, whatever else the text says; a
/// payment is authorised as soon as all of it has come. What matches no payment is kept until people decide. Neither names nor accounts of
/// customers belong here, and none are kept: of an entry that matches, only its id, day, amount and reference are. A request that broke off
/// is sent again: what was taken already is answered as repeated.
#[utoipa::path(post, path = "/v1/bank-statements", tag = "bank transfers", request_body = StatementBody, responses(
    (status = 200, description = "What became of each entry.", body = StatementReport),
))]
async fn take_statement(
    State(payments): State<Arc<Payments>>,
    Keyed(caller): Keyed,
    JsonBody(body): JsonBody<StatementBody>,
) -> Result<Json<StatementReport>, Refusal> {
    payments.take_statement(&caller, body.check()?).await.map(Json)
}
