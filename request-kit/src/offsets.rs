//! How far a partition is handled without a gap.

use std::collections::VecDeque;

/// The offsets of one partition that were delivered and are not all handled.
#[derive(Debug)]
pub(crate) struct Offsets {
    /// Everything before it is handled or parked.
    next: i64,
    /// Delivered offsets from there on, in order, and whether each is done.
    delivered: VecDeque<(i64, bool)>,
}

impl Offsets {
    pub(crate) const fn begin(next: i64) -> Self {
        Self { next, delivered: VecDeque::new() }
    }

    pub(crate) fn deliver(&mut self, offset: i64) {
        self.delivered.push_back((offset, false));
    }

    /// Notes that a record is handled or parked. Returns how many records were passed.
    pub(crate) fn complete(&mut self, offset: i64) -> u64 {
        if let Ok(index) = self.delivered.binary_search_by_key(&offset, |(offset, _)| *offset) {
            self.delivered[index].1 = true;
        }
        let mut passed = 0;
        while let Some((offset, true)) = self.delivered.front() {
            self.next = offset + 1;
            self.delivered.pop_front();
            passed += 1;
        }
        passed
    }

    /// Notes that there is nothing more to deliver before an offset. Returns whether that moves the end of what is handled: only
    /// markers and aborted records are passed so.
    pub(crate) fn deliver_to(&mut self, offset: i64) -> bool {
        let moves = self.delivered.is_empty() && offset > self.next;
        if moves {
            self.next = offset;
        }
        moves
    }

    /// The offset to commit.
    pub(crate) const fn next(&self) -> i64 {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_passed_once_everything_before_it_is_done() {
        let mut offsets = Offsets::begin(5);
        // A marker stands at offset 7.
        for offset in [5, 6, 8, 9] {
            offsets.deliver(offset);
        }
        assert_eq!((offsets.complete(8), offsets.next()), (0, 5));
        assert_eq!((offsets.complete(5), offsets.next()), (1, 6));
        assert!(!offsets.deliver_to(11), "records before it are not done");
        assert_eq!((offsets.complete(6), offsets.next()), (2, 9));
        assert_eq!((offsets.complete(9), offsets.next()), (1, 10));
        assert!(offsets.deliver_to(11));
        assert!(!offsets.deliver_to(11) && !offsets.deliver_to(3));
        assert_eq!(offsets.next(), 11);
        assert_eq!(offsets.complete(4), 0, "of an earlier assignment");
    }
}
