//! The numbers that the engine gives to orders: a prefix and a counter of the tenant's.
//!
//! An imported order keeps its own number. Where that has the engine's form, it moves the tenant's counter, so that the next
//! placement does not meet it; how far is bounded, so that no import uses the counter up.

use crate::OrderNumber;

/// What stands before the counter.
const PREFIX: &str = "SO-";

/// The first number of a tenant.
pub const FIRST_COUNT: i64 = 1_000_001;

/// The highest count that an imported number may have. It leaves 63 bits less a trillion to placements: more than anybody
/// places.
pub const IMPORTED_COUNT_MAX: i64 = 1_000_000_000_000;

/// Where a number stands in the engine's own series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Not in it: a number of another form.
    Foreign,
    /// Within what an import may bring along.
    Within(i64),
    /// Of the engine's form, and beyond that.
    Beyond,
}

impl OrderNumber {
    /// The engine's own number for a count.
    pub fn counted(count: i64) -> Self {
        Self::try_new(format!("{PREFIX}{count}")).expect("a number of digits with its prefix is short and printable")
    }

    /// Where the number stands in the engine's own series. Only what the engine itself would write is of its form: no leading
    /// zero, no sign.
    pub fn count(&self) -> Count {
        let Some(digits) = self.as_str().strip_prefix(PREFIX) else { return Count::Foreign };
        let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_plain || (digits.len() > 1 && digits.starts_with('0')) {
            return Count::Foreign;
        }
        match digits.parse() {
            Ok(count) if count <= IMPORTED_COUNT_MAX => Count::Within(count),
            _ => Count::Beyond,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_engine_would_write_is_of_its_form() {
        let count = |text: &str| OrderNumber::try_new(text).unwrap().count();
        assert_eq!(OrderNumber::counted(1_000_001).count(), Count::Within(1_000_001));
        assert_eq!(count("SO-0"), Count::Within(0));
        assert_eq!(count("SO-1000000000000"), Count::Within(IMPORTED_COUNT_MAX));
        for text in ["SO-1000000000001", "SO-9223372036854775807", "SO-99999999999999999999"] {
            assert_eq!(count(text), Count::Beyond, "{text}");
        }
        for text in ["SO-", "SO-01", "SO--1", "SO-+1", "SO-1a", "so-1", "1", "SO 1", "SO-١"] {
            assert_eq!(count(text), Count::Foreign, "{text}");
        }
    }
}
