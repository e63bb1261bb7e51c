//! What statements show: entries, matched by the reference that the customer stated, or given to a payment by people.

use chrono::NaiveDate;
use domain::bank::{BankEntryId, CreditorReference, RemittanceText, StatedReference};
use domain::{Money, OrderId, PaymentId, ProviderReference, TenantId, Timestamp};
use serde::Serialize;
use service_kit::postgres::TableError;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use utoipa::ToSchema;

use super::book::Book;
use super::payment::recorded_currency;
use super::transfer::{BankTransfer, moment, reference_of};

/// A credit as a statement shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// The bank's own.
    pub id: BankEntryId,
    pub booked_on: NaiveDate,
    pub amount: Money,
    /// What the customer wrote.
    pub text: Option<RemittanceText>,
}

/// Why an entry is no payment's yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = UnmatchedReason)]
pub enum Unmatched {
    /// The text states no reference.
    NoReference,
    /// The text states different ones.
    SeveralReferences,
    /// The check digits are wrong, so something is misspelt.
    WrongCheckDigits,
    /// No payment of the tenant has the reference.
    UnknownReference,
    /// The payment is in another currency.
    OtherCurrency,
}

impl Unmatched {
    const ALL: [Self; 5] = [
        Self::NoReference,
        Self::SeveralReferences,
        Self::WrongCheckDigits,
        Self::UnknownReference,
        Self::OtherCurrency,
    ];

    /// The reason as it is stored and shown.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::NoReference => "NO_REFERENCE",
            Self::SeveralReferences => "SEVERAL_REFERENCES",
            Self::WrongCheckDigits => "WRONG_CHECK_DIGITS",
            Self::UnknownReference => "UNKNOWN_REFERENCE",
            Self::OtherCurrency => "OTHER_CURRENCY",
        }
    }

    fn recorded(symbol: &str) -> Self {
        let found = Self::ALL.into_iter().find(|reason| reason.symbol() == symbol);
        found.expect("reasons are recorded by their symbols")
    }
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = EntryOutcome)]
pub enum Outcome {
    /// It is the payment's that its text states.
    Matched,
    /// It is no payment's yet; the reason says why.
    Unmatched,
    /// It was taken before, and counts once.
    Repeated,
    /// Another entry with this id was taken before; this one does not count.
    Conflict,
}

impl Outcome {
    /// The outcome as metrics name it.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Unmatched => "unmatched",
            Self::Repeated => "repeated",
            Self::Conflict => "conflict",
        }
    }
}

/// An entry that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub outcome: Outcome,
    pub payment: Option<PaymentId>,
    pub reason: Option<Unmatched>,
}

/// An entry as it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankEntry {
    pub id: String,
    pub booked_on: NaiveDate,
    pub amount: Money,
    /// The reference that was found in the text.
    pub stated: Option<String>,
    pub payment: Option<PaymentId>,
    pub order: Option<OrderId>,
    pub reason: Option<Unmatched>,
    /// Only where nothing matched.
    pub text: Option<String>,
    pub taken_at: Timestamp,
}

/// Why an entry was not given to a payment.
#[derive(Debug, thiserror::Error)]
pub enum AssignError {
    #[error("there is no such entry")]
    NoEntry,
    #[error("there is no such payment by bank transfer")]
    NoPayment,
    #[error("the entry is another payment's")]
    Assigned,
    #[error("the payment is in another currency")]
    OtherCurrency,
    #[error("the entry could not be given to the payment")]
    Table(#[from] TableError),
}

impl BankTransfer {
    /// Counts an entry of a tenant's statement, unless it was counted before.
    ///
    /// # Errors
    /// [`TableError`], with the entry counted or not; a repetition finds out.
    pub async fn take_entry(&self, tenant: &TenantId, entry: &NewEntry) -> Result<Taken, TableError> {
        let mut client = self.pool.get().await.map_err(TableError::Connect)?;
        let book = Book::begin(&mut client).await?;
        let found = StatedReference::find_in(entry.text.as_ref().map_or("", RemittanceText::as_str));
        let stated = match &found {
            StatedReference::One(reference) => Some(reference.as_str()),
            StatedReference::None | StatedReference::Misspelt | StatedReference::Several => None,
        };
        let matched = matching(&book, tenant, &found, entry.amount).await?;
        // Held before the entry is written, which refers to it: the other way round, two entries of a payment wait for each other.
        if let Ok((reference, _)) = &matched {
            book.hold(reference).await?;
        }
        let text = entry.text.as_ref().filter(|_| matched.is_err()).map(RemittanceText::as_str);
        let currency = entry.amount.currency();
        let values: [&(dyn ToSql + Sync); 10] = [
            &tenant.as_str(),
            &entry.id.as_str(),
            &entry.booked_on,
            &entry.amount.minor(),
            &currency.code(),
            &stated,
            &matched.as_ref().ok().map(|(reference, _)| reference.as_str()),
            &matched.as_ref().err().map(|reason| reason.symbol()),
            &text,
            &self.now().to_datetime(),
        ];
        if book.execute(include_str!("sql/take_entry.sql"), &values).await? == 0 {
            let known = entry_of(&book, tenant, entry.id.as_str()).await?;
            return Ok(known.map_or(Taken::CONFLICT, |known| known.again(entry, stated)));
        }
        if let Ok((reference, _)) = &matched {
            book.settle(reference, None, (self.new_id(), self.now())).await?;
        }
        book.commit().await?;
        Ok(match matched {
            Ok((_, payment)) => Taken { outcome: Outcome::Matched, payment: Some(payment), reason: None },
            Err(reason) => Taken { outcome: Outcome::Unmatched, payment: None, reason: Some(reason) },
        })
    }

    /// Gives an entry that matched nothing to a payment. One that is the payment's already stays so.
    ///
    /// # Errors
    /// [`AssignError`].
    pub async fn assign(
        &self,
        tenant: &TenantId,
        entry: &str,
        payment: PaymentId,
        by: &str,
    ) -> Result<BankEntry, AssignError> {
        let mut client = self.pool.get().await.map_err(TableError::Connect)?;
        let book = Book::begin(&mut client).await?;
        let known = entry_of(&book, tenant, entry).await?.ok_or(AssignError::NoEntry)?;
        let reference = reference_of(payment);
        book.hold(&reference).await?;
        let paid = book.payment(&reference).await?.filter(|paid| paid.tenant == *tenant);
        let paid = paid.ok_or(AssignError::NoPayment)?;
        if known.payment == Some(payment) {
            return Ok(known);
        }
        if known.amount.currency() != paid.amount.currency() {
            return Err(AssignError::OtherCurrency);
        }
        let values: [&(dyn ToSql + Sync); 4] = [&tenant.as_str(), &entry, &reference.as_str(), &by];
        if book.execute(include_str!("sql/assign.sql"), &values).await? == 0 {
            return Err(AssignError::Assigned);
        }
        book.settle(&reference, None, (self.new_id(), self.now())).await?;
        let known = entry_of(&book, tenant, entry).await?.ok_or(AssignError::NoEntry)?;
        book.commit().await?;
        Ok(known)
    }

    /// A tenant's entries, or those alone that matched nothing, the newest first; only those after an entry where one is given. `None`
    /// where there is no such entry.
    ///
    /// # Errors
    /// [`TableError`].
    pub async fn entries(
        &self,
        tenant: &TenantId,
        only_unmatched: bool,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Option<Vec<BankEntry>>, TableError> {
        let action = "list entries of statements";
        let mut taken_at = None;
        if let Some(after) = after {
            let rows = self.query(action, include_str!("sql/entry.sql"), &[&tenant.as_str(), &after]).await?;
            let last = rows.first().map(BankEntry::read).transpose().map_err(TableError::failed_to(action))?;
            let Some(last) = last else { return Ok(None) };
            taken_at = Some(last.taken_at.to_datetime());
        }
        let values: [&(dyn ToSql + Sync); 5] =
            [&tenant.as_str(), &only_unmatched, &taken_at, &after.unwrap_or_default(), &limit];
        let rows = self.query(action, include_str!("sql/entries.sql"), &values).await?;
        rows.iter().map(BankEntry::read).collect::<Result<_, _>>().map(Some).map_err(TableError::failed_to(action))
    }
}

/// The payment that an entry is of.
async fn matching(
    book: &Book<'_>,
    tenant: &TenantId,
    found: &StatedReference,
    amount: Money,
) -> Result<Result<(ProviderReference, PaymentId), Unmatched>, TableError> {
    let stated: &CreditorReference = match found {
        StatedReference::One(stated) => stated,
        StatedReference::None => return Ok(Err(Unmatched::NoReference)),
        StatedReference::Misspelt => return Ok(Err(Unmatched::WrongCheckDigits)),
        StatedReference::Several => return Ok(Err(Unmatched::SeveralReferences)),
    };
    let failed = TableError::failed_to("find the payment of an entry");
    let rows = book.query(include_str!("sql/stated.sql"), &[&tenant.as_str(), &stated.as_str()]).await?;
    let Some(row) = rows.first() else { return Ok(Err(Unmatched::UnknownReference)) };
    let currency = row.try_get(1).map_err(&failed)?;
    if recorded_currency(currency) != amount.currency() {
        return Ok(Err(Unmatched::OtherCurrency));
    }
    let payment = PaymentId::new(row.try_get(0).map_err(&failed)?);
    Ok(Ok((reference_of(payment), payment)))
}

async fn entry_of(book: &Book<'_>, tenant: &TenantId, id: &str) -> Result<Option<BankEntry>, TableError> {
    let rows = book.query(include_str!("sql/entry.sql"), &[&tenant.as_str(), &id]).await?;
    rows.first().map(BankEntry::read).transpose().map_err(TableError::failed_to("read an entry"))
}

impl Taken {
    const CONFLICT: Self = Self { outcome: Outcome::Conflict, payment: None, reason: None };
}

impl BankEntry {
    fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            booked_on: row.try_get(1)?,
            amount: Money::new(row.try_get(2)?, recorded_currency(row.try_get(3)?)),
            stated: row.try_get(4)?,
            payment: row.try_get::<_, Option<_>>(5)?.map(PaymentId::new),
            order: row.try_get::<_, Option<_>>(6)?.map(OrderId::new),
            reason: row.try_get::<_, Option<&str>>(7)?.map(Unmatched::recorded),
            text: row.try_get(8)?,
            taken_at: moment(row.try_get(9)?),
        })
    }

    /// What becomes of an entry with the id of this one. Of texts, the reference alone is compared, since it alone is kept.
    fn again(&self, entry: &NewEntry, stated: Option<&str>) -> Taken {
        let is_same =
            self.booked_on == entry.booked_on && self.amount == entry.amount && self.stated.as_deref() == stated;
        if is_same {
            Taken { outcome: Outcome::Repeated, payment: self.payment, reason: self.reason }
        } else {
            Taken::CONFLICT
        }
    }
}
