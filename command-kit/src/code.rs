//! The refusals that every command edge has. An aggregate adds its own.

use domain::codes;

codes! {
    /// The body is no JSON of the expected shape.
    MALFORMED_BODY = "malformed_body", Malformed, "The body cannot be read";
    /// The body broke off or dawdled.
    SLOW_BODY = "slow_body", Slow, "The body took too long";
    /// The body is over its limit.
    BODY_TOO_LARGE = "body_too_large", TooLarge, "The body is too large";
    /// The content type is another one.
    WRONG_CONTENT_TYPE = "wrong_content_type", WrongType, "The body is of another content type";
    /// The path does not take the method.
    METHOD_NOT_ALLOWED = "method_not_allowed", MethodNotAllowed, "The method is not allowed here";
    /// A POST without its key.
    IDEMPOTENCY_KEY_MISSING = "idempotency_key_missing", Malformed, "An Idempotency-Key is required";
    /// A key that is too long or not printable.
    IDEMPOTENCY_KEY_INVALID = "idempotency_key_invalid", Malformed, "The Idempotency-Key is not acceptable";
    /// The same key is at work in this process.
    IDEMPOTENCY_KEY_IN_USE = "idempotency_key_in_use", Busy, "A request with this Idempotency-Key is still running";
    /// The key belongs to another request.
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused", Invalid, "The Idempotency-Key belongs to another request";
    /// `If-Match` is no entity tag.
    VERSION_MALFORMED = "if_match_malformed", Malformed, "If-Match cannot be read";
    /// The command needs `If-Match`.
    VERSION_REQUIRED = "version_required", VersionRequired, "If-Match is required";
    /// The token lacks a scope, or the caller may not do this for another reason.
    FORBIDDEN = "forbidden", Forbidden, "Not allowed";
    /// No such command to try.
    COMMAND_UNKNOWN = "command_unknown", NotFound, "There is no such command";
    /// Fields that break a rule each.
    VALIDATION_FAILED = "validation_failed", Invalid, "Some values are not acceptable";
    /// The database does not take the values.
    VALUES_REFUSED = "values_refused", Invalid, "The values cannot be stored";
    /// Too much is waiting.
    OVERLOADED = "overloaded", Overloaded, "Too much is going on";
    /// The database does not answer.
    STORE_UNAVAILABLE = "store_unavailable", Unavailable, "The store does not answer";
    /// The connection was lost while storing.
    OUTCOME_UNKNOWN = "outcome_unknown", Unavailable, "Whether the command took effect is not known yet";
    /// Our fault.
    INTERNAL = "internal", Internal, "Something went wrong on our side";
}
