//! What a read has to have seen: the token of a command's answer.

use std::fmt;
use std::str::FromStr;

/// A stream at a version, written `{kind}:{id}@{version}`, such as `order:0197f3a0-0000-7000-8000-000000000001@17`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyToken {
    pub kind: String,
    pub id: String,
    /// The version to see at least, from 1.
    pub version: i64,
}

/// A text is not of the form `{kind}:{id}@{version}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a consistency token is of the form {{kind}}:{{id}}@{{version}}")]
pub struct InvalidConsistencyToken;

impl ConsistencyToken {
    /// The token of a stream at a version.
    pub fn new(kind: impl Into<String>, id: impl fmt::Display, version: i64) -> Self {
        Self { kind: kind.into(), id: id.to_string(), version }
    }
}

impl fmt::Display for ConsistencyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}@{}", self.kind, self.id, self.version)
    }
}

impl FromStr for ConsistencyToken {
    type Err = InvalidConsistencyToken;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (stream, version) = text.rsplit_once('@')?;
            let (kind, id) = stream.split_once(':')?;
            let version = version.parse().ok()?;
            (!kind.is_empty() && !id.is_empty() && version >= 1).then(|| Self::new(kind, id, version))
        };
        parse().ok_or(InvalidConsistencyToken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_as_written_and_nothing_else_does() {
        let text = "order:0197f3a0-0000-7000-8000-000000000001@17";
        let token = ConsistencyToken::new("order", "0197f3a0-0000-7000-8000-000000000001", 17);
        assert_eq!((text.parse(), token.to_string()), (Ok(token), text.to_owned()));
        for wrong in ["", "@", ":@", "order:1", "1@1", ":1@1", "order:@1", "order:1@0", "order:1@-1", "order:1@x"] {
            assert_eq!(wrong.parse::<ConsistencyToken>(), Err(InvalidConsistencyToken), "{wrong}");
        }
    }
}
