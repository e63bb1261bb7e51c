//! How much of the queue need not be read again.
//!
//! The rows that a sequencer has taken are dead, and slow its next read of the queue until they are vacuumed, which an
//! open transaction anywhere prevents for as long as it lasts. So a sequencer starts after the last queue id below
//! which no row can appear any more: every transaction that was given one of those ids has ended, and its row has been
//! taken.

use std::collections::HashSet;

/// From which id on to read queued rows.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// No row with this id or a lower one will ever appear.
    behind: i64,
    next: Option<Candidate>,
    /// Whether nothing was taken since the last candidate was made. What was taken before this one is not known to be.
    is_covered: bool,
}

/// An id below which no row can appear once some transactions have ended.
#[derive(Debug)]
struct Candidate {
    id: i64,
    writers: HashSet<String>,
}

impl Queue {
    /// All waiting rows have higher ids than this one.
    pub(super) const fn behind(&self) -> i64 {
        self.behind
    }

    /// Whether a further look may let it go on.
    pub(super) const fn needs_look(&self) -> bool {
        !self.is_covered || self.next.is_some()
    }

    /// Records that rows were taken, which are dead from now on.
    pub(super) const fn took(&mut self) {
        self.is_covered = false;
    }

    /// Records the last id that was given out, and the transactions that wrote to the queue after it was read.
    pub(super) fn looked(&mut self, id: i64, writers: impl IntoIterator<Item = String>) {
        let writers: HashSet<String> = writers.into_iter().collect();
        if let Some(candidate) = &mut self.next {
            candidate.writers.retain(|writer| writers.contains(writer));
        } else {
            self.next = Some(Candidate { id, writers });
            self.is_covered = true;
        }
    }

    /// Takes in that a call after the last look has taken all that was committed up to an id.
    pub(super) fn taken(&mut self, to: i64) {
        if let Some(candidate) = self.next.as_ref().filter(|candidate| candidate.writers.is_empty()) {
            self.behind = self.behind.max(to.min(candidate.id));
            if self.behind == candidate.id {
                self.next = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names<const N: usize>(names: [&str; N]) -> [String; N] {
        names.map(str::to_owned)
    }

    #[test]
    fn it_goes_on_only_when_whoever_may_have_an_id_has_ended_and_all_was_taken() {
        let mut queue = Queue::default();
        queue.taken(i64::MAX);
        assert_eq!(queue.behind(), 0, "nothing is known yet");
        queue.looked(7, names(["slow", "quick"]));
        queue.taken(i64::MAX);
        assert_eq!(queue.behind(), 0, "both may still commit an id up to 7");
        queue.looked(20, names(["slow", "later"]));
        queue.taken(i64::MAX);
        assert_eq!(queue.behind(), 0, "one of them may");
        queue.looked(30, names(["later"]));
        assert_eq!(queue.behind(), 0, "what it committed may not be taken yet");
        queue.taken(5);
        assert_eq!(queue.behind(), 5, "more waited than a call takes");
        queue.taken(9);
        assert_eq!(queue.behind(), 7, "later ones have later ids");
        queue.taken(31);
        assert_eq!(queue.behind(), 7, "nobody has looked since");
        queue.looked(31, names([]));
        queue.taken(i64::MAX);
        assert_eq!(queue.behind(), 31);
    }

    #[test]
    fn it_is_looked_at_until_all_that_was_taken_is_behind_it() {
        let mut queue = Queue::default();
        assert!(queue.needs_look(), "what was taken before is not known");
        queue.looked(9, names(["slow"]));
        queue.took();
        queue.looked(12, []);
        queue.taken(i64::MAX);
        assert!(queue.needs_look(), "rows behind 9 were taken since");
        queue.looked(12, []);
        assert!(queue.needs_look(), "nothing was taken after the look");
        queue.taken(i64::MAX);
        assert!(queue.behind() == 12 && !queue.needs_look());
    }
}
