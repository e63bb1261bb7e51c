//! Answers as they are kept for idempotency keys. Their JSON is read by later releases, and for a day by earlier ones.

use domain::refusal::Code;
use serde::{Deserialize, Serialize};
use service_kit::problem::FieldError;

use super::{Receipt, Refusal, Words, code};

/// A receipt, and whether it was given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<R> {
    pub receipt: R,
    /// Whether this is what the idempotency key was answered before.
    pub replayed: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kept<R, N> {
    Done(R),
    Refused(KeptRefusal<N>),
}

/// A refusal. Kind and title follow from the code's name.
#[derive(Serialize, Deserialize)]
struct KeptRefusal<N> {
    code: N,
    detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    current_version: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// A kept refusal has a code that this release does not know.
#[derive(Debug, thiserror::Error)]
#[error("a refusal was kept under the code {name}, which is not known")]
struct UnknownCode {
    name: String,
}

fn to_json<R: Serialize>(kept: &Kept<R, Code>) -> String {
    serde_json::to_string(kept).expect("answers are made of strings and numbers")
}

/// A receipt to keep.
pub(crate) fn done(receipt: impl Serialize) -> String {
    to_json(&Kept::Done(receipt))
}

/// A refusal to keep; `None` for one that is to be decided anew.
pub(crate) fn refused(refusal: &Refusal) -> Option<String> {
    let Refusal { code, detail, current_version, errors, replayed: _ } = refusal.clone();
    let kept = Kept::<(), Code>::Refused(KeptRefusal { code, detail, current_version, errors });
    code.is_kept().then(|| to_json(&kept))
}

/// The answer given again.
pub(crate) fn replay<R: Receipt>(json: &str, words: &Words) -> Result<Answer<R>, Refusal> {
    match serde_json::from_str::<Kept<R, String>>(json) {
        Ok(Kept::Done(receipt)) => Ok(Answer { receipt, replayed: true }),
        Ok(Kept::Refused(KeptRefusal { code: name, detail, current_version, errors })) => match find(&name, words) {
            Some(code) => Err(Refusal { code, detail, current_version, errors, replayed: true }),
            None => Err(Refusal::internal(&UnknownCode { name })),
        },
        Err(error) => Err(Refusal::internal(&error)),
    }
}

fn find(name: &str, words: &Words) -> Option<Code> {
    let own = words.codes.iter().copied().flatten();
    code::ALL.iter().chain(own).find(|code| code.as_str() == name).copied()
}

#[cfg(test)]
mod tests {
    use domain::EventId;
    use domain::refusal::Kind;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Count {
        version: i64,
    }

    impl Receipt for Count {
        fn version(&self) -> i64 {
            self.version
        }

        fn event_ids(&self) -> &[EventId] {
            &[]
        }
    }

    mod own {
        domain::codes! {
            /// The counter is at its end.
            COUNTER_FULL = "counter_full", Conflict, "The counter is full";
        }
    }

    const WORDS: Words = Words {
        noun: "counter",
        stale: Code::new("version_stale", Kind::Stale, "The counter is at another version"),
        contended: Code::new("contended", Kind::Busy, "The counter kept changing"),
        too_large: Code::new("counter_too_large", Kind::Invalid, "The counter is too large"),
        scope_missing: Refusal::scope_missing,
        claim_taken: |value| Refusal::new(own::COUNTER_FULL, value),
        codes: &[own::ALL],
    };

    /// Replayed refusals of the answers that are kept.
    fn replayed(json: &str) -> Refusal {
        replay::<Count>(json, &WORDS).unwrap_err()
    }

    #[test]
    fn a_receipt_reads_back_as_it_was_kept() {
        let json = done(Count { version: 3 });
        assert_eq!(json, r#"{"done":{"version":3}}"#);
        assert_eq!(replay(&json, &WORDS), Ok(Answer { receipt: Count { version: 3 }, replayed: true }));
    }

    #[test]
    fn a_refusal_reads_back_with_the_kind_and_title_of_its_code() {
        let refusal = Refusal::new(own::COUNTER_FULL, "it is at 9").at(4);
        let json = refused(&refusal).unwrap();
        assert_eq!(json, r#"{"refused":{"code":"counter_full","detail":"it is at 9","current_version":4}}"#);
        assert_eq!(replayed(&json), Refusal { replayed: true, ..refusal });
        let shared = r#"{"refused":{"code":"validation_failed","detail":"d","errors":[{"pointer":"/a","code":"c","detail":"e"}]}}"#;
        assert_eq!(replayed(shared).code, code::VALIDATION_FAILED);
        assert_eq!(replayed(r#"{"refused":{"code":"of_another_release","detail":"d"}}"#).code, code::INTERNAL);
    }

    #[test]
    fn what_is_to_be_decided_anew_is_not_kept() {
        assert_eq!(refused(&Refusal::new(WORDS.stale, "")), None);
        assert_eq!(refused(&Refusal::new(WORDS.contended, "")), None);
        assert_eq!(refused(&Refusal::new(code::STORE_UNAVAILABLE, "")), None);
    }
}
