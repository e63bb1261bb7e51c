//! The version that a caller expects an aggregate to be at.

use super::{Refusal, Words, code};

/// Most tags that are read from one `If-Match`.
const TAGS_MAX: usize = 16;

/// What a caller expects of an aggregate's version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectedVersion {
    /// Any version of one that exists.
    Any,
    /// One of these. Empty if no given tag can be a version.
    OneOf(Vec<i64>),
}

impl ExpectedVersion {
    /// Reads `If-Match` (RFC 9110, 13.1.1): `*`, or entity tags separated by commas. A weak tag, or one that is no
    /// version, is well-formed and matches nothing.
    ///
    /// # Errors
    /// [`code::VERSION_MALFORMED`] for anything else.
    pub fn from_if_match(text: &str) -> Result<Self, Refusal> {
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let malformed =
            || Refusal::new(code::VERSION_MALFORMED, "send If-Match: \"17\", with the ETag of the last answer");
        let tags: Vec<&str> = text.split(',').map(str::trim).collect();
        if tags.len() > TAGS_MAX {
            return Err(malformed());
        }
        let mut versions = Vec::with_capacity(tags.len());
        for tag in tags {
            let (weak, quoted) = tag.strip_prefix("W/").map_or((false, tag), |rest| (true, rest));
            let opaque = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(malformed)?;
            if opaque.contains('"') {
                return Err(malformed());
            }
            // Only the spelling that answers have; "017" and "+17" are other tags.
            if let Ok(version) = opaque.parse::<i64>()
                && !weak
                && version.to_string() == opaque
            {
                versions.push(version);
            }
        }
        Ok(Self::OneOf(versions))
    }

    /// Refuses an aggregate at another version.
    ///
    /// # Errors
    /// A refusal as stale, with the present version.
    pub fn check(&self, version: i64, words: &Words) -> Result<(), Refusal> {
        let met = match self {
            Self::Any => version > 0,
            Self::OneOf(versions) => versions.contains(&version),
        };
        if met {
            return Ok(());
        }
        let detail = format!("read the {} again and decide on its present version", words.noun);
        Err(Refusal::new(words.stale, detail).at(version))
    }
}

#[cfg(test)]
mod tests {
    use domain::refusal::{Code, Kind};

    use super::*;

    const WORDS: Words = Words {
        noun: "thing",
        stale: Code::new("version_stale", Kind::Stale, "The thing is at another version"),
        contended: Code::new("contended", Kind::Busy, "The thing kept changing"),
        too_large: Code::new("too_large", Kind::Invalid, "The thing is too large"),
        scope_missing: Refusal::scope_missing,
        claim_taken: |value| Refusal::new(code::VALIDATION_FAILED, value),
        codes: &[],
    };

    fn check(expected: &ExpectedVersion, version: i64) -> Result<(), Refusal> {
        expected.check(version, &WORDS)
    }

    fn read(text: &str) -> ExpectedVersion {
        ExpectedVersion::from_if_match(text).unwrap()
    }

    #[test]
    fn reads_tags_as_the_answers_carry_them() {
        assert_eq!(read("\"17\""), ExpectedVersion::OneOf(vec![17]));
        assert_eq!(read("\"16\", \"17\""), ExpectedVersion::OneOf(vec![16, 17]));
        assert_eq!(read("*"), ExpectedVersion::Any);
        assert!(check(&read("\"17\""), 17).is_ok());
        assert_eq!(check(&read("\"16\""), 17).unwrap_err().current_version, Some(17));
        assert!(check(&read("*"), 1).is_ok() && check(&read("*"), 0).is_err());
    }

    #[test]
    fn weak_foreign_and_absurd_tags_match_nothing() {
        for text in ["W/\"17\"", "\"017\"", "\"+17\"", "\"abc\"", "\"99999999999999999999\"", "\"\""] {
            assert_eq!(read(text), ExpectedVersion::OneOf(vec![]), "{text}");
            assert_eq!(check(&read(text), 17).unwrap_err().code, WORDS.stale);
        }
    }

    #[test]
    fn refuses_what_is_no_tag() {
        for text in ["17", "", "\"17", "'17'", "\"1\"7\"", "\"17\",", "*,*", &"\"1\",".repeat(17)] {
            assert_eq!(ExpectedVersion::from_if_match(text).unwrap_err().code, code::VERSION_MALFORMED, "{text}");
        }
    }
}
