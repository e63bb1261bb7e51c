//! The one table of refusals: code, kind and title. Protocols map the kind; nothing else decides a status.

use serde::{Deserialize, Serialize};

/// What a refusal means to a caller, whatever the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be read.
    Malformed,
    /// The body took too long to arrive.
    Slow,
    /// The body has too many bytes.
    TooLarge,
    /// The body has the wrong content type.
    WrongType,
    /// The caller may not do this.
    Forbidden,
    /// It does not exist, or is not the caller's.
    NotFound,
    /// The path does not support the method.
    MethodNotAllowed,
    /// The state does not allow it, or another request is in the way.
    Conflict,
    /// The order is not at the version that the caller expects.
    Stale,
    /// The caller has to say which version it expects.
    VersionRequired,
    /// The values break a rule.
    Invalid,
    /// Too many requests are at work.
    Overloaded,
    /// A dependency of the service does not answer.
    Unavailable,
    /// An internal error.
    Internal,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $kind:ident, $title:literal;)*) => {
        /// Why a request was refused, stable for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code as it is written in answers.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The kind of the refusal.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)* }
            }

            /// The title of the refusal, always the same for a code.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// The body is no JSON of the expected shape.
    MalformedBody = "malformed_body", Malformed, "The body cannot be read";
    /// The body was cut off, or came too slowly.
    SlowBody = "slow_body", Slow, "The body took too long";
    /// The body is over its limit.
    BodyTooLarge = "body_too_large", TooLarge, "The body is too large";
    /// The content type is not supported.
    WrongContentType = "wrong_content_type", WrongType, "The body is of another content type";
    /// The path does not support the method.
    MethodNotAllowed = "method_not_allowed", MethodNotAllowed, "The method is not allowed here";
    /// A POST without its key.
    IdempotencyKeyMissing = "idempotency_key_missing", Malformed, "An Idempotency-Key is required";
    /// A key that is too long or not printable.
    IdempotencyKeyInvalid = "idempotency_key_invalid", Malformed, "The Idempotency-Key is not acceptable";
    /// The same key is at work in this process.
    IdempotencyKeyInUse = "idempotency_key_in_use", Conflict, "A request with this Idempotency-Key is still running";
    /// The key belongs to another request.
    IdempotencyKeyReused = "idempotency_key_reused", Invalid, "The Idempotency-Key belongs to another request";
    /// `If-Match` is no entity tag.
    VersionMalformed = "if_match_malformed", Malformed, "If-Match cannot be read";
    /// The command needs `If-Match`.
    VersionRequired = "version_required", VersionRequired, "If-Match is required";
    /// The order has moved on.
    VersionStale = "version_stale", Stale, "The order is at another version";
    /// The token lacks a scope, or the caller may not do this for another reason.
    Forbidden = "forbidden", Forbidden, "Not allowed";
    /// The caller gave a price without the scope to set one.
    PriceScopeRequired = "price_scope_required", Forbidden, "You may not set prices";
    /// A customer named another customer.
    CustomerNotYours = "customer_not_yours", Forbidden, "The order would belong to somebody else";
    /// No such order, or not yours.
    OrderNotFound = "order_not_found", NotFound, "There is no such order";
    /// No such line.
    LineNotFound = "line_not_found", NotFound, "There is no such line";
    /// The subject is neither a customer nor an order.
    SubjectUnknown = "subject_unknown", NotFound, "There is no such subject";
    /// There is no command of this name.
    CommandUnknown = "command_unknown", NotFound, "There is no such command";
    /// The id is taken.
    OrderExists = "order_exists", Conflict, "The order id is taken";
    /// The state forbids the command.
    StateForbidsCommand = "state_forbids_command", Conflict, "The order's state does not allow this";
    /// The line id is taken.
    LineExists = "line_exists", Conflict, "The line id is taken";
    /// The reference was imported with other content.
    ImportConflict = "import_conflict", Conflict, "The reference was imported with other content";
    /// Another order has the number.
    OrderNumberTaken = "order_number_taken", Conflict, "The order number is taken";
    /// An imported number would use up the tenant's counter.
    OrderNumberBeyondBound = "order_number_beyond_bound", Invalid, "The imported order number is too high";
    /// The customer's personal data was erased for good.
    SubjectErased = "subject_erased", Conflict, "The customer's personal data was erased";
    /// Other commands kept changing the order.
    Contended = "contended", Conflict, "The order kept changing";
    /// Some fields break a rule.
    ValidationFailed = "validation_failed", Invalid, "Some values are not acceptable";
    /// One line too many.
    TooManyLines = "too_many_lines", Invalid, "The order has too many lines";
    /// An order without lines.
    NoLines = "no_lines", Invalid, "The order has no lines";
    /// The order has no shipping address.
    ShippingAddressMissing = "shipping_address_missing", Invalid, "The order has no shipping address";
    /// The client expects another total.
    TotalMismatch = "total_mismatch", Invalid, "The total is another one";
    /// Two currencies in one order.
    CurrencyMismatch = "currency_mismatch", Invalid, "The currencies differ";
    /// An amount beyond 64 bits.
    AmountOverflow = "amount_overflow", Invalid, "An amount is too large";
    /// A sale names an order that it takes back.
    CreditOfWithoutCredit = "credit_of_without_credit", Invalid, "Only a credit names what it takes back";
    /// An event would be too large to publish.
    OrderTooLarge = "order_too_large", Invalid, "The order is too large";
    /// The database does not take the values.
    ValuesRefused = "values_refused", Invalid, "The values cannot be stored";
    /// The append queue is full, or too many requests are at work.
    Overloaded = "overloaded", Overloaded, "Too much is going on";
    /// The database does not answer.
    StoreUnavailable = "store_unavailable", Unavailable, "The store does not answer";
    /// The connection was lost while storing.
    OutcomeUnknown = "outcome_unknown", Unavailable, "Whether the command took effect is not known yet";
    /// An internal error.
    Internal = "internal", Internal, "Something went wrong on our side";
}

impl Code {
    /// Whether the same request may succeed later, unchanged.
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::SlowBody
                | Self::IdempotencyKeyInUse
                | Self::Contended
                | Self::Overloaded
                | Self::StoreUnavailable
                | Self::OutcomeUnknown
        )
    }

    /// Whether the refusal is stored as the answer to its idempotency key, for a day. Refusals that the client can make
    /// obsolete by another request (another version, an order that is created) are decided again instead.
    pub const fn is_kept(self) -> bool {
        !self.is_retryable() && matches!(self.kind(), Kind::Conflict | Kind::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_read_back() {
        let mut seen = std::collections::HashSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code:?}");
            let json = serde_json::to_string(code).unwrap();
            assert_eq!(json, format!("\"{}\"", code.as_str()));
            assert_eq!(serde_json::from_str::<Code>(&json).unwrap(), *code);
        }
    }

    #[test]
    fn only_final_refusals_are_kept() {
        assert!(Code::StateForbidsCommand.is_kept() && Code::TotalMismatch.is_kept());
        for code in [Code::VersionStale, Code::OrderNotFound, Code::Contended, Code::StoreUnavailable, Code::Internal] {
            assert!(!code.is_kept(), "{code:?}");
        }
    }
}
