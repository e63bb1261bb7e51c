//! What a customer needs to pay by bank transfer.

use command_kit::Refusal;
use command_kit::http::MoneyView;
use domain::PaymentId;
use domain::bank::Bic;
use domain::payment::{PaymentDetails, Stage};
use serde::Serialize;
use utoipa::ToSchema;

use crate::code::of_table;
use crate::context::Payments;
use crate::provider::bank::{TransferDetails, is_bank_reference};

/// Where to transfer the money, and what to state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BankTransferView {
    /// Who holds the account.
    #[schema(example = "Shop Ltd")]
    pub holder: String,
    /// The account, without blanks.
    #[schema(example = "CH9300762011623852957")]
    pub iban: String,
    /// The bank, where it has to be named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bic: Option<String>,
    /// What to state in the transfer, by ISO 11649, in groups of four. Blanks and small letters make no difference.
    #[schema(example = "RF52 AAAA AAAA AAAA AAAA")]
    pub reference: String,
    /// What has come so far.
    pub received: MoneyView,
}

impl Payments {
    /// What the customer needs; `None` where the payment is made otherwise, or cannot be paid any more.
    pub(super) async fn bank_transfer(
        &self,
        id: PaymentId,
        payment: &PaymentDetails,
    ) -> Result<Option<BankTransferView>, Refusal> {
        let is_awaited = payment.stage == Stage::Pending && payment.reference.as_ref().is_some_and(is_bank_reference);
        if !is_awaited {
            return Ok(None);
        }
        let details = self.bank.details(&payment.inbox.tenant, id).await.map_err(of_table)?;
        Ok(details.map(|TransferDetails { account, reference, received }| BankTransferView {
            holder: account.holder.to_string(),
            iban: account.iban.as_str().to_owned(),
            bic: account.bic.as_ref().map(|bic| Bic::as_str(bic).to_owned()),
            reference: reference.to_string(),
            received: payment.money(received).into(),
        }))
    }
}
