//! Properties of notifications, over any order of commands.

use proptest::prelude::*;

use super::decisions::fixtures::{at, failure, record_sent, request, resend, skip, start, wake};
use super::{Channel, Failure, Notification, NotificationCommand, NotificationEvent, SkipReason};
use crate::{Decider, StoredEvent, fold, upcast};

fn any_command(channel: Channel) -> impl Strategy<Value = (NotificationCommand, i64)> {
    let attempt = 0_u32..4;
    let failures = prop_oneof![Just(Failure::NotTaken), Just(Failure::Refused), Just(Failure::Unknown)];
    (0_i64..400_000, attempt, failures, 0_u8..8).prop_map(move |(now, attempt, kind, which)| {
        let command = match which {
            0 => request(channel, 0),
            1 | 2 => start(now),
            3 => record_sent(attempt, now),
            4 | 5 => failure(attempt, kind, now),
            6 => wake(now),
            _ if attempt == 0 => skip(SkipReason::NoAddress, now),
            _ => resend(attempt.into(), now),
        };
        (command, now)
    })
}

/// How often a message was handed over, and how often it was taken or may have been, since a person last asked for it.
fn handed_over_and_taken(history: &[NotificationEvent]) -> (usize, usize) {
    let since = history.iter().rposition(|event| matches!(event, NotificationEvent::ResendRequested(_)));
    let recent = &history[since.unwrap_or(0)..];
    let count = |is: fn(&NotificationEvent) -> bool| recent.iter().filter(|event| is(event)).count();
    let taken = count(|event| {
        matches!(event, NotificationEvent::NotificationSent(_) | NotificationEvent::NotificationUncertain(_))
    });
    (count(|event| event.starts().is_some()), taken)
}

proptest! {
    #[test]
    fn a_history_folds_is_stored_as_it_is_and_wakes_while_it_lasts(
        commands in prop::collection::vec(any_command(Channel::Webhook), 0..40),
    ) {
        let mut history: Vec<NotificationEvent> = Vec::new();
        for (command, _) in commands {
            let state = fold::<Notification>(&history).unwrap();
            history.extend(Notification::decide(&state, command).unwrap_or_default());
            let state = fold::<Notification>(&history).unwrap();
            let is_over = matches!(state.name(), "Absent" | "Sent" | "Uncertain" | "Failed" | "Skipped");
            prop_assert_eq!(Notification::wake_at(&state).is_none(), is_over);
        }
        for event in &history {
            let json = serde_json::to_string(event).unwrap();
            let read: NotificationEvent = upcast::decode(event.event_type(), event.event_version(), &json).unwrap();
            prop_assert_eq!(&read, event);
        }
    }

    #[test]
    fn an_email_that_was_or_may_have_been_taken_is_not_handed_over_again(
        commands in prop::collection::vec(any_command(Channel::Email), 0..60),
    ) {
        let mut history: Vec<NotificationEvent> = Vec::new();
        for (command, now) in commands {
            let state = fold::<Notification>(&history).unwrap();
            let (_, taken) = handed_over_and_taken(&history);
            let events = Notification::decide(&state, command).unwrap_or_default();
            if taken > 0 {
                prop_assert!(events.iter().all(|event| event.starts().is_none()), "handed over again at {:?}", at(now));
            }
            history.extend(events);
        }
    }
}
