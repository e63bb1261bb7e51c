//! Folding a notification's events.

use std::collections::BTreeSet;

use crate::{StoredEvent, Unfoldable};

use super::schedule::later;
use super::{NotificationDetails, NotificationEvent, NotificationState, Outcome, SENDING_S_MAX};

pub(super) fn evolve(state: NotificationState, event: &NotificationEvent) -> Result<NotificationState, Unfoldable> {
    use NotificationEvent as E;
    use NotificationState as S;
    let ended = |details, outcome| Ok(S::Ended { details, outcome });
    match (state, event) {
        (S::Absent, E::NotificationRequested(event)) => Ok(S::Waiting {
            details: NotificationDetails {
                tenant: event.tenant.clone(),
                order: event.order,
                event: event.event,
                kind: event.kind,
                channel: event.channel,
                endpoint: event.endpoint,
                told: event.told.clone(),
                occurred_at: event.occurred_at,
                send_until: event.send_until,
                attempts: 0,
                attempts_before: 0,
                resends: BTreeSet::new(),
            },
            next_at: event.at,
        }),
        (S::Waiting { details, .. }, E::SendingStarted(event)) => {
            Ok(S::Sending { details: tried(details, event.attempt), until: later(event.at, SENDING_S_MAX) })
        }
        (S::Waiting { details, .. } | S::Sending { details, .. }, E::SendingDelayed(event)) => {
            Ok(S::Waiting { details: tried(details, event.attempt), next_at: event.retry_at })
        }
        (
            S::Waiting { details, .. }
            | S::Sending { details, .. }
            | S::Ended { details, outcome: Outcome::Uncertain | Outcome::Failed },
            E::NotificationSent(_),
        ) => ended(details, Outcome::Sent),
        (S::Sending { details, .. }, E::NotificationUncertain(_)) => ended(details, Outcome::Uncertain),
        (S::Waiting { details, .. } | S::Sending { details, .. }, E::NotificationFailed(event)) => {
            ended(tried(details, event.attempt), Outcome::Failed)
        }
        (S::Waiting { details, .. } | S::Sending { details, .. }, E::NotificationSkipped(event)) => {
            ended(details, Outcome::Skipped(event.reason))
        }
        (S::Ended { mut details, .. }, E::ResendRequested(event)) => {
            details.resends.insert(event.request);
            details.attempts_before = details.attempts;
            Ok(S::Waiting { details, next_at: event.at })
        }
        (state, event) => Err(Unfoldable { state: state.name().to_owned(), event: event.event_type().to_owned() }),
    }
}

fn tried(details: NotificationDetails, attempt: u32) -> NotificationDetails {
    NotificationDetails { attempts: attempt, ..details }
}
