//! The version that a caller expects an order to be at.

use super::{Code, Refusal};

/// Most tags that are read from one `If-Match`.
const TAGS_MAX: usize = 16;

/// What a caller expects of an order's version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectedVersion {
    /// Any version of an existing order.
    Any,
    /// One of these. Empty if no given tag can be a version.
    OneOf(Vec<i64>),
}

impl ExpectedVersion {
    /// Reads `If-Match` (RFC 9110, 13.1.1): `*`, or entity tags separated by commas. A weak tag, or one that is no
    /// version, is well-formed and matches nothing.
    ///
    /// # Errors
    /// [`Code::VersionMalformed`] for anything else.
    pub fn from_if_match(text: &str) -> Result<Self, Refusal> {
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let malformed =
            || Refusal::new(Code::VersionMalformed, "send If-Match: \"17\", with the ETag of the last answer");
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

    /// Refuses an order that is at another version.
    ///
    /// # Errors
    /// [`Code::VersionStale`].
    pub fn check(&self, version: i64) -> Result<(), Refusal> {
        let met = match self {
            Self::Any => version > 0,
            Self::OneOf(versions) => versions.contains(&version),
        };
        if met {
            return Ok(());
        }
        let detail = "read the order again and decide on its present version";
        Err(Refusal::new(Code::VersionStale, detail).at(version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> ExpectedVersion {
        ExpectedVersion::from_if_match(text).unwrap()
    }

    #[test]
    fn reads_tags_as_the_answers_carry_them() {
        assert_eq!(read("\"17\""), ExpectedVersion::OneOf(vec![17]));
        assert_eq!(read("\"16\", \"17\""), ExpectedVersion::OneOf(vec![16, 17]));
        assert_eq!(read("*"), ExpectedVersion::Any);
        assert!(read("\"17\"").check(17).is_ok());
        assert_eq!(read("\"16\"").check(17).unwrap_err().current_version, Some(17));
        assert!(read("*").check(1).is_ok() && read("*").check(0).is_err());
    }

    #[test]
    fn weak_foreign_and_absurd_tags_match_nothing() {
        for text in ["W/\"17\"", "\"017\"", "\"+17\"", "\"abc\"", "\"99999999999999999999\"", "\"\""] {
            assert_eq!(read(text), ExpectedVersion::OneOf(vec![]), "{text}");
            assert_eq!(read(text).check(17).unwrap_err().code, Code::VersionStale);
        }
    }

    #[test]
    fn refuses_what_is_no_tag() {
        for text in ["17", "", "\"17", "'17'", "\"1\"7\"", "\"17\",", "*,*", &"\"1\",".repeat(17)] {
            assert_eq!(ExpectedVersion::from_if_match(text).unwrap_err().code, Code::VersionMalformed, "{text}");
        }
    }
}
