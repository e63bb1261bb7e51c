//! Who is told: the customer's contact, opened for one attempt and kept nowhere.

use domain::notification::{NotificationDetails, SkipReason};
use serde::Deserialize;
use service_kit::BoxError;
use service_kit::keyring::OpenError;

use crate::channel::Attempt;
use crate::context::Notifications;
use crate::orders::KnownOrder;

/// How a customer is reached.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Contact {
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) phone: Option<String>,
    #[serde(default)]
    pub(crate) locale: Option<String>,
}

/// An order with the contact of its customer.
pub(crate) struct Recipient {
    pub(crate) order: KnownOrder,
    pub(crate) contact: Contact,
}

/// Whether somebody can be told.
pub(crate) enum Reached {
    Recipient(Box<Recipient>),
    /// Nobody, or not now.
    Not(Attempt),
}

impl Notifications {
    /// Whom a notification tells.
    pub(crate) async fn recipient(&self, details: &NotificationDetails) -> Result<Reached, BoxError> {
        let Some(order) = self.orders.find(&details.tenant, details.order).await? else {
            // Its record may come later than that of its payment, which is in another topic.
            return Ok(Reached::Not(Attempt::not_taken("the order is not known yet")));
        };
        if details.kind.is_refusable()
            && details.resends.is_empty()
            && self.refusals.refuses(&details.tenant, &order.subject, details.kind).await?
        {
            return Ok(Reached::Not(Attempt::Skip(SkipReason::Unsubscribed)));
        }
        let Some(sealed) = &order.contact else { return Ok(Reached::Not(Attempt::Skip(SkipReason::NoAddress))) };
        match self.keys.open(&details.tenant, sealed).await {
            Ok(opened) => {
                let contact =
                    serde_json::from_slice(&opened).map_err(|_| "a contact is no JSON document of its form")?;
                Ok(Reached::Recipient(Box::new(Recipient { order, contact })))
            }
            Err(OpenError::Destroyed { .. }) => Ok(Reached::Not(Attempt::Skip(SkipReason::RecipientErased))),
            Err(error @ (OpenError::Unknown { .. } | OpenError::Damaged { .. })) => {
                Ok(Reached::Not(Attempt::not_taken(&error.to_string())))
            }
            Err(error @ OpenError::Store(_)) => Err(error.into()),
        }
    }
}
