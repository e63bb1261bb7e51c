//! The numbers that the engine assigns to orders: a prefix and a counter of the tenant.
//!
//! An imported order keeps its own number. Where that has the engine's form, the tenant's counter is moved past it, so
//! that the next placement does not collide with it; how far is limited, so that no import exhausts the counter.

use crate::OrderNumber;

/// The prefix of every number.
const PREFIX: &str = "SO-";

/// The first number of a tenant.
pub const FIRST_COUNT: i64 = 1_000_001;

/// The highest count that an imported number may have. It leaves 63 bits less a trillion to placements, which is
/// more than anybody needs.
pub const IMPORTED_COUNT_MAX: i64 = 1_000_000_000_000;

/// How a number relates to the engine's own series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// The number has another form.
    Foreign,
    /// The number has the engine's form, with this count, and an import may use it.
    Within(i64),
    /// The number has the engine's form, with a count beyond what an import may use.
    Beyond,
}

impl OrderNumber {
    /// The engine's own number for a count.
    pub fn counted(count: i64) -> Self {
        Self::try_new(format!("{PREFIX}{count}")).expect("a number of digits with its prefix is short and printable")
    }

    /// How the number relates to the engine's own series. Only a number that the engine itself would write has its
    /// form: no leading zero, no sign.
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
