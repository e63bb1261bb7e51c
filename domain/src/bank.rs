//! What a bank transfer names: an account, a bank, and the reference by which a transfer says what it is for.
//!
//! IBAN (ISO 13616) and creditor reference (ISO 11649) share their check digits: ISO 7064, MOD 97-10. References of ours have letters
//! alone behind their check digits. A letter for a letter, or a digit for a digit, changes the remainder by a power of ten times less
//! than 97, which is prime; a letter for a digit is no longer of that form. So no single wrong character is ever taken for right.

use std::fmt;

use chrono::NaiveDate;

use crate::PaymentId;
use crate::text::text_type;

/// What check digits are computed by.
const MODULUS: u32 = 97;
/// The remainder of what has the right check digits.
const RIGHT: u32 = 1;
/// Characters in front of what the check digits protect: two letters and the two digits.
const HEAD: usize = 4;
/// Shortest and longest IBAN. Source: the IBAN registry of SWIFT (Norway), and ISO 13616.
const IBAN_CHARS: std::ops::RangeInclusive<usize> = 15..=34;
/// How many letters of a reference follow its check digits; ISO 11649 allows 21. 26^16 of them make two payments of a tenant with the
/// same one improbable at 10^8 payments (10^-7), and a customer types five groups of four.
const LETTERS: usize = 16;
const LETTERS_IN_ALL: u128 = 26;
/// Characters of a day.
pub const DAY_CHARS: usize = 10;
/// Characters of a group, where people read it.
const GROUP: usize = 4;

text_type!(
    /// The bank's own id of an entry of a statement.
    BankEntryId, "bank entry id", 64, |c| c.is_ascii_graphic()
);
text_type!(
    /// What a customer wrote into a transfer, on one line.
    RemittanceText, "remittance text", 500, |_| true
);
text_type!(
    /// Who holds an account, as the bank writes it.
    AccountHolder, "account holder", 70, |_| true
);

/// Reads the day on which an entry was booked, written as `2026-11-27`.
pub fn day(text: &str) -> Option<NaiveDate> {
    // The parser also takes days that are written shorter, and years with a sign.
    let has_form = text.len() == DAY_CHARS && text.starts_with(|c: char| c.is_ascii_digit());
    has_form.then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

/// Why a text is no IBAN or BIC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAccount {
    #[error("an IBAN is two letters, two digits and up to 30 letters and digits")]
    IbanForm,
    #[error("the check digits of the IBAN are wrong")]
    IbanCheckDigits,
    #[error("a BIC is six letters and two or five letters and digits")]
    BicForm,
}

/// The number of an account, with right check digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Iban(String);

impl Iban {
    /// Checks an IBAN, which may have blanks and small letters.
    ///
    /// # Errors
    /// [`InvalidAccount`] for a text of another form, or with wrong check digits.
    pub fn try_new(text: &str) -> Result<Self, InvalidAccount> {
        let text: String = text.chars().filter(|c| *c != ' ').map(|c| c.to_ascii_uppercase()).collect();
        let bytes = text.as_bytes();
        let has_form = IBAN_CHARS.contains(&bytes.len())
            && bytes[..2].iter().all(u8::is_ascii_uppercase)
            && bytes[2..HEAD].iter().all(u8::is_ascii_digit)
            && bytes.iter().all(u8::is_ascii_alphanumeric);
        if !has_form {
            return Err(InvalidAccount::IbanForm);
        }
        if remainder(bytes[HEAD..].iter().chain(&bytes[..HEAD])) == RIGHT {
            Ok(Self(text))
        } else {
            Err(InvalidAccount::IbanCheckDigits)
        }
    }

    /// The IBAN without blanks.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The code of a bank, in large letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bic(String);

impl Bic {
    /// Checks the form of a BIC (ISO 9362).
    ///
    /// # Errors
    /// [`InvalidAccount::BicForm`] for a text of another form.
    pub fn try_new(text: &str) -> Result<Self, InvalidAccount> {
        let text = text.to_ascii_uppercase();
        let bytes = text.as_bytes();
        let has_form = matches!(bytes.len(), 8 | 11)
            && bytes[..6].iter().all(u8::is_ascii_uppercase)
            && bytes.iter().all(u8::is_ascii_alphanumeric);
        if has_form { Ok(Self(text)) } else { Err(InvalidAccount::BicForm) }
    }

    /// The eight or eleven characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a customer states in a transfer, by ISO 11649: `RF`, two check digits, and letters that follow from the payment's id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreditorReference(String);

impl CreditorReference {
    /// The reference of a payment: the same one every time.
    pub fn of(payment: PaymentId) -> Self {
        let mut rest = payment.uuid().as_u128();
        let letters = std::iter::repeat_with(|| {
            let letter = u8::try_from(rest % LETTERS_IN_ALL).expect("it is less than 26");
            rest /= LETTERS_IN_ALL;
            b'A' + letter
        });
        Self::checked(&letters.take(LETTERS).collect::<Vec<_>>())
    }

    /// Letters with the check digits that belong to them.
    fn checked(letters: &[u8]) -> Self {
        let digits = MODULUS + 1 - remainder(letters.iter().chain(b"RF00"));
        let letters = letters.iter().map(|letter| char::from(*letter));
        Self(format!("RF{digits:02}{}", letters.collect::<String>()))
    }

    /// The reference without blanks.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// In groups of four, as people read it.
impl fmt::Display for CreditorReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, character) in self.0.chars().enumerate() {
            if place > 0 && place % GROUP == 0 {
                f.write_str(" ")?;
            }
            write!(f, "{character}")?;
        }
        Ok(())
    }
}

/// Which reference a text states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatedReference {
    /// It has none of our form.
    None,
    /// Only such as have wrong check digits.
    Misspelt,
    One(CreditorReference),
    /// Different ones, so that people have to decide.
    Several,
}

impl StatedReference {
    /// Looks for references in what a customer wrote, whatever stands around them, and however they are grouped.
    pub fn find_in(text: &str) -> Self {
        let characters: Vec<u8> =
            text.bytes().filter(u8::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        let mut found = Self::None;
        for candidate in characters.windows(HEAD + LETTERS).filter(|candidate| has_form(candidate)) {
            let right = CreditorReference::checked(&candidate[HEAD..]);
            let is_right = right.as_str().as_bytes() == candidate;
            found = match found {
                Self::None | Self::Misspelt if is_right => Self::One(right),
                Self::One(known) if is_right && known != right => return Self::Several,
                Self::None => Self::Misspelt,
                found => found,
            };
        }
        found
    }
}

fn has_form(candidate: &[u8]) -> bool {
    candidate.starts_with(b"RF")
        && candidate[2..HEAD].iter().all(u8::is_ascii_digit)
        && candidate[HEAD..].iter().all(u8::is_ascii_uppercase)
}

/// The remainder of large letters and digits, as ISO 7064 reads them: `A` is 10 and `Z` is 35.
fn remainder<'a>(characters: impl Iterator<Item = &'a u8>) -> u32 {
    characters.fold(0, |sum, character| {
        let (shift, value) = match character {
            b'0'..=b'9' => (10, u32::from(character - b'0')),
            letter => (100, u32::from(letter.saturating_sub(b'A')) + 10),
        };
        (sum * shift + value) % MODULUS
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn reference(id: u128) -> CreditorReference {
        CreditorReference::of(PaymentId::new(Uuid::from_u128(id)))
    }

    #[test]
    fn check_digits_are_those_of_published_examples() {
        for iban in ["GB82 WEST 1234 5698 7654 32", "de89370400440532013000", "CH93 0076 2011 6238 5295 7"] {
            assert!(Iban::try_new(iban).is_ok(), "{iban}");
        }
        assert_eq!(Iban::try_new("DE89370400440532013000").unwrap().as_str(), "DE89370400440532013000");
        assert_eq!(Iban::try_new("DE88370400440532013000"), Err(InvalidAccount::IbanCheckDigits));
        for other in ["", "DE89", "D189370400440532013000", "DE89-3704-0044-0532-0130-00", "DEÄ9370400440532013000"] {
            assert_eq!(Iban::try_new(other), Err(InvalidAccount::IbanForm), "{other}");
        }
        // The example of ISO 11649.
        assert_eq!(remainder(b"539007547034RF18".iter()), RIGHT);
    }

    #[test]
    fn a_bic_has_eight_or_eleven_characters() {
        assert_eq!(Bic::try_new("deutdeff500").unwrap().as_str(), "DEUTDEFF500");
        assert!(Bic::try_new("DEUTDEFF").is_ok());
        for other in ["", "DEUTDEFF5", "DEU1DEFF", "DEUTDEFFÄ1"] {
            assert_eq!(Bic::try_new(other), Err(InvalidAccount::BicForm), "{other}");
        }
    }

    #[test]
    fn a_day_is_one_of_the_calendar() {
        assert_eq!(day("2028-02-29"), NaiveDate::from_ymd_opt(2028, 2, 29));
        for other in ["2026-02-29", "2026-2-28", "28.02.2026", "2026-02-28T", "+026-02-28"] {
            assert_eq!(day(other), None, "{other}");
        }
    }

    #[test]
    fn a_payment_has_one_reference_for_good() {
        assert_eq!(reference(0).to_string(), "RF52 AAAA AAAA AAAA AAAA");
        assert_eq!(reference(27).as_str(), "RF96BBAAAAAAAAAAAAAA");
    }

    #[test]
    fn what_states_no_reference_or_several_says_so() {
        let (one, other) = (reference(1), reference(2));
        for text in ["", "invoice 17", "RF18 5390 0754 7034", "RF34 AAAA"] {
            assert_eq!(StatedReference::find_in(text), StatedReference::None, "{text}");
        }
        assert_eq!(StatedReference::find_in("RF35 AAAA AAAA AAAA AAAA"), StatedReference::Misspelt);
        assert_eq!(StatedReference::find_in(&format!("{one} or {other}")), StatedReference::Several);
        assert_eq!(StatedReference::find_in(&format!("{one} again {one}")), StatedReference::One(one.clone()));
        let corrected = format!("RF35AAAAAAAAAAAAAAAA sorry {one}");
        assert_eq!(StatedReference::find_in(&corrected), StatedReference::One(one));
    }

    proptest! {
        #[test]
        fn a_reference_is_found_in_whatever_stands_around_it(
            id: u128, before in "[ -~äß€]{0,40}", after in "[ -~äß€]{0,40}", gaps in prop::collection::vec("[ /.-]{0,2}", 20),
            is_small: bool,
        ) {
            let reference = reference(id);
            let characters = reference.as_str().chars().zip(&gaps);
            let stated: String = characters.flat_map(|(c, gap)| std::iter::once(c).chain(gap.chars())).collect();
            let stated = if is_small { stated.to_lowercase() } else { stated };
            let text = format!("{before} {stated} {after}");
            prop_assert_eq!(StatedReference::find_in(&text), StatedReference::One(reference));
        }

        #[test]
        fn a_single_wrong_character_is_never_taken_for_right(id: u128, place in 0..20_usize, wrong in "[A-Z0-9]") {
            let right = reference(id);
            let mut text = right.as_str().to_owned();
            text.replace_range(place..=place, &wrong);
            prop_assume!(text != right.as_str());
            let found = StatedReference::find_in(&text);
            prop_assert!(matches!(found, StatedReference::None | StatedReference::Misspelt), "{text}: {found:?}");
        }
    }
}
