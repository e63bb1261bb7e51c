//! The audit of notifications, I17: nobody is told twice of one event by one channel unless a person asked for it, a message is handed over
//! only after it is recorded that it will be, and what has not ended has its timer.
//!
//! Guarantees: it writes nothing, and sees the log at one moment. Memory holds an id for each notification that has not ended. Does not:
//! use the code that decided the events to follow them, or ask a mail server what it has taken.

use std::collections::BTreeSet;

use domain::notification::{Notification, NotificationEvent, NotificationRequested};
use domain::{Decider, NotificationId};
use event_store::audit::{Examination, Place, walk, with_timer};
use service_kit::BoxError;
use service_kit::audit::{Examined, Finding, Findings, Invariant};
use tokio_postgres::Transaction;

/// What is wrong with an event: a code for programs and an explanation for people.
type Problem = (&'static str, String);

/// Examines the notifications of a log, as a transaction sees it, which has to be of the level repeatable read.
///
/// # Errors
/// When the database cannot be read.
pub async fn check(log: &Transaction<'_>, findings: &mut Findings) -> Result<Vec<Examined>, BoxError> {
    let mut notifications = Notifications::default();
    let (count, events) = walk(log, &mut notifications, findings).await?;
    let woken = with_timer(log, Notification::KIND).await?;
    for stream in notifications.open.iter().filter(|stream| !woken.contains(*stream)) {
        let detail = "it has not ended, and no timer wakes it".to_owned();
        let finding = Finding::new(Invariant::I17, "notification_forgotten", detail);
        findings.push(Finding { stream: Some(stream.clone()), ..finding });
    }
    Ok(vec![Examined { what: "notifications", count }, Examined { what: "events of notifications", count: events }])
}

/// Follows notifications, one after the other.
#[derive(Default)]
struct Notifications {
    /// Of the present stream.
    attempts: Attempts,
    /// The streams that have not ended.
    open: BTreeSet<String>,
}

impl Examination for Notifications {
    type Kind = Notification;
    const INVARIANT: Invariant = Invariant::I17;

    fn event(&mut self, at: &Place<'_>, event: NotificationEvent, found: &mut Findings) -> Result<(), String> {
        let of_another = match &event {
            NotificationEvent::NotificationRequested(event) => of_another(at.stream(), event),
            _ => None,
        };
        for (code, detail) in of_another.into_iter().chain(self.attempts.follow(&event)) {
            found.push(at.finding(code, detail));
        }
        Ok(())
    }

    fn end(&mut self, stream: &str, is_whole: bool, _found: &mut Findings) {
        if is_whole && !std::mem::take(&mut self.attempts).has_ended {
            self.open.insert(stream.to_owned());
        }
    }
}

/// What is told of one event by one channel has one id, so a second stream of the same would tell it twice.
fn of_another(stream: &str, event: &NotificationRequested) -> Option<Problem> {
    let id = NotificationId::of(event.event, event.kind.symbol(), event.channel.symbol(), event.endpoint).to_string();
    (id != stream).then(|| ("notification_of_another", format!("what it tells belongs to notification {id}")))
}

/// What the events of a notification say of attempts, before the next event.
#[derive(Debug, Default)]
struct Attempts {
    /// The number of the last one, whether or not a message was handed over in it.
    last: u32,
    /// Those in which a message was handed over since somebody last asked for it.
    started: BTreeSet<u32>,
    /// Whether the last one has no result yet.
    is_under_way: bool,
    has_ended: bool,
}

impl Attempts {
    /// Moves on to what an event records, and says what is wrong with it.
    fn follow(&mut self, event: &NotificationEvent) -> Option<Problem> {
        use NotificationEvent as E;
        match event {
            E::NotificationRequested(_) => None,
            E::SendingStarted(event) => self.starts(event.attempt),
            E::SendingDelayed(event) => {
                let problem = self.fails(event.attempt);
                self.is_under_way = false;
                problem
            }
            E::NotificationFailed(event) => {
                let problem = self.fails(event.attempt);
                self.ends();
                problem
            }
            E::NotificationUncertain(event) => self.was_handed_over(event.attempt),
            E::NotificationSent(event) => self.was_handed_over(event.attempt),
            E::NotificationSkipped(_) => {
                self.ends();
                None
            }
            E::ResendRequested(_) => {
                *self = Self { last: self.last, ..Self::default() };
                None
            }
        }
    }

    const fn ends(&mut self) {
        self.is_under_way = false;
        self.has_ended = true;
    }

    fn starts(&mut self, attempt: u32) -> Option<Problem> {
        let again = self.is_under_way || self.has_ended;
        let is_next = attempt == self.last.saturating_add(1);
        let problem = if again {
            Some((
                "told_again",
                format!("attempt {attempt} begins though it may have been told, and nobody asked for it"),
            ))
        } else {
            (!is_next)
                .then(|| ("attempt_out_of_order", format!("attempt {attempt} begins after attempt {}", self.last)))
        };
        self.last = attempt;
        self.started.insert(attempt);
        self.is_under_way = true;
        self.has_ended = false;
        problem
    }

    /// An attempt fails that is under way, or the next one, of which nothing was handed over.
    fn fails(&mut self, attempt: u32) -> Option<Problem> {
        let expected = if self.is_under_way { self.last } else { self.last.saturating_add(1) };
        self.last = attempt;
        (attempt != expected).then(|| ("attempt_out_of_order", format!("attempt {attempt} fails, not {expected}")))
    }

    fn was_handed_over(&mut self, attempt: u32) -> Option<Problem> {
        self.ends();
        let unbegun = !self.started.contains(&attempt);
        unbegun
            .then(|| ("sent_unbegun", format!("attempt {attempt} was not recorded before the message was handed over")))
    }
}
