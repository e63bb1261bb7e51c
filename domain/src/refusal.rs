//! How a refusal is told, whatever the protocol: a stable code, what kind of refusal it is, and a title.
//!
//! Guarantees: a [`Code`] is a plain value, so that every aggregate declares its own with [`codes!`](crate::codes) and an edge
//! renders any of them by its [`Kind`]. Does not: know HTTP or gRPC.

use std::fmt;

use serde::{Serialize, Serializer};

/// What a refusal means to whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request cannot be read.
    Malformed,
    /// The body took too long to arrive.
    Slow,
    /// The body has more bytes than are taken.
    TooLarge,
    /// The body is of another type.
    WrongType,
    /// The caller may not do this.
    Forbidden,
    /// It is absent, or somebody else's.
    NotFound,
    /// The path does not take the method.
    MethodNotAllowed,
    /// The state forbids it.
    Conflict,
    /// Something else is going on with the same thing, and will be over soon.
    Busy,
    /// It is not at the version that the caller expects.
    Stale,
    /// The caller has to say which version it expects.
    VersionRequired,
    /// The values break a rule.
    Invalid,
    /// Too much is going on.
    Overloaded,
    /// A part behind the service does not answer.
    Unavailable,
    /// Our fault.
    Internal,
}

/// Why a request was refused, stable for programs. Written as its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code {
    name: &'static str,
    kind: Kind,
    title: &'static str,
}

impl Code {
    /// A code. [`codes!`](crate::codes) declares several, and lists them.
    pub const fn new(name: &'static str, kind: Kind, title: &'static str) -> Self {
        Self { name, kind, title }
    }

    /// The code as it stands in answers.
    pub const fn as_str(self) -> &'static str {
        self.name
    }

    /// What it means to a caller.
    pub const fn kind(self) -> Kind {
        self.kind
    }

    /// The refusal in words, the same every time.
    pub const fn title(self) -> &'static str {
        self.title
    }

    /// Whether the same request may succeed later, unchanged.
    pub const fn is_retryable(self) -> bool {
        matches!(self.kind, Kind::Slow | Kind::Busy | Kind::Overloaded | Kind::Unavailable)
    }

    /// Whether the refusal answers its idempotency key again for a day. What another request can change within the
    /// client's own doing (a version to send along, an order to create) is decided anew instead.
    pub const fn is_kept(self) -> bool {
        matches!(self.kind, Kind::Conflict | Kind::Invalid)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

/// Why a decider refuses a command, as an edge tells it.
pub trait Rejection: std::error::Error {
    /// Why, for programs. One of kind [`Kind::Internal`] is logged and not told.
    fn code(&self) -> Code;

    /// Why this time, for people.
    fn detail(&self) -> String {
        self.to_string()
    }
}

/// Declares codes as constants, and `ALL` with every one of them, by which a kept refusal is read back.
#[macro_export]
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $kind:ident, $title:literal;)*) => {
        $($(#[$doc])* pub const $name: $crate::refusal::Code =
            $crate::refusal::Code::new($text, $crate::refusal::Kind::$kind, $title);)*

        /// Every code that is declared here.
        pub const ALL: &[$crate::refusal::Code] = &[$($name),*];
    };
}
