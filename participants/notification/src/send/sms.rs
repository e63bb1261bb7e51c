//! Handing SMS over.

use domain::NotificationId;
use domain::notification::{Failure, NotificationDetails, SkipReason};
use service_kit::BoxError;
use service_kit::breaker::BreakerError;
use service_kit::errors::chain;

use super::message_id;
use crate::channel::{Attempt, BUSY_PAUSE_MS, SmsFailure, SmsMessage};
use crate::context::Notifications;
use crate::recipient::{Reached, Recipient};

impl Notifications {
    pub(super) async fn send_sms(
        &self,
        id: NotificationId,
        details: &NotificationDetails,
    ) -> Result<Attempt, BoxError> {
        let Some(sms) = &self.channels.sms else { return Ok(Attempt::not_taken("no gateway is set")) };
        let Some(_place) = sms.guard.enter() else { return Ok(Attempt::PutOff { pause_ms: BUSY_PAUSE_MS }) };
        let Recipient { order, contact } = match self.recipient(details).await? {
            Reached::Recipient(recipient) => *recipient,
            Reached::Not(attempt) => return Ok(attempt),
        };
        let Some(to) = contact.phone.as_deref().map(dialled) else { return Ok(Attempt::Skip(SkipReason::NoAddress)) };
        let text = match self.channels.renderer.sms(details, &order, contact.locale.as_deref()) {
            Ok(text) => text,
            Err(error) => return Ok(Attempt::not_taken(&chain(&error))),
        };
        if !self.start(id, details).await? {
            return Ok(Attempt::NotOurs);
        }
        let message = SmsMessage { id: message_id(id, details), from: sms.sender.clone(), to, text };
        let is_failure = |failure: &SmsFailure| failure.failure != Failure::Refused;
        Ok(match sms.guard.breaker.call(is_failure, sms.gateway.send(&message)).await {
            Ok(reference) => Attempt::Sent { reference },
            Err(BreakerError::Open) => Attempt::not_taken("the gateway is given a rest"),
            Err(BreakerError::Failed(SmsFailure { failure, cause })) => Attempt::Failed { failure, cause },
        })
    }
}

/// A number as it is dialled.
fn dialled(phone: &str) -> String {
    // The zero in (0) is for those who call from within the country.
    let phone = if phone.trim_start().starts_with('+') { phone.replace("(0)", "") } else { phone.to_owned() };
    phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_dialled_without_its_signs() {
        assert_eq!(dialled("+44 (0)20 7946-0000"), "+442079460000");
        assert_eq!(dialled("(020) 7946.0000"), "02079460000");
    }
}
