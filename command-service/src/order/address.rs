//! The personal part of an address: checked, then sealed as two documents: the contact and the rest.

use domain::{Address, CountryCode, DeliveryArea, InvalidText, Sealed, SubjectId, TenantId, is_hidden};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use command_kit::{Broken, FieldFailure, Fields, Refusal};
use service_kit::keyring::{KeyRing, OpenError, SealError};

use super::code;

/// The personal part of an address. It is sealed as two JSON documents: this one without phone and email, and one with
/// only those.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AddressDetails)]
pub struct AddressDetails {
    /// The name of the recipient, at most 200 characters.
    pub name: String,
    /// The street and the house number, at most 200 characters.
    pub line1: String,
    /// The flat, the floor or the company, at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// The town, at most 100 characters.
    pub city: String,
    /// The postal code, at most 20 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// The state or the province, at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The phone number: digits with the usual signs between them, at most 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The email address: it has one `@`, and at most 254 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The language that the customer is told things in, as a BCP 47 tag such as `de` or `fr-CH`, at most 35 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// Hides the personal data, so that no log line can have it.
impl std::fmt::Debug for AddressDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AddressDetails(..)")
    }
}

/// How the customer is told things, which is sealed separately.
#[derive(Serialize, Deserialize)]
struct Contact {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
}

/// The sealed parts of an address.
pub(super) struct SealedAddress {
    pub(super) details: Sealed,
    pub(super) contact: Option<Sealed>,
}

impl SealedAddress {
    pub(super) fn of(address: &Address) -> Self {
        Self { details: address.details.clone(), contact: address.contact.clone() }
    }

    pub(super) fn in_country(self, country: CountryCode, area: Option<DeliveryArea>) -> Address {
        Address { country, details: self.details, contact: self.contact, area: area.map(Box::new) }
    }
}

const NAME_CHARS_MAX: usize = 200;
const LINE_CHARS_MAX: usize = 200;
const CITY_CHARS_MAX: usize = 100;
const POSTAL_CODE_CHARS_MAX: usize = 20;
const REGION_CHARS_MAX: usize = 100;
const PHONE_CHARS_MAX: usize = 40;
/// RFC 5646, 4.4.1: the longest tag that a program has to take.
const LOCALE_CHARS_MAX: usize = 35;
/// RFC 5321, 4.5.3.1.3: a path of 256 octets, with its angle brackets.
const EMAIL_CHARS_MAX: usize = 254;

impl AddressDetails {
    /// The documents to seal: all but the contact, and the contact if there is any.
    fn documents(&self) -> (Vec<u8>, Option<Vec<u8>>) {
        let Self { phone, email, locale, .. } = self.clone();
        let is_empty = phone.is_none() && email.is_none() && locale.is_none();
        let contact = Contact { phone, email, locale };
        let rest = Self { phone: None, email: None, locale: None, ..self.clone() };
        (document(&rest), (!is_empty).then(|| document(&contact)))
    }

    /// Seals both documents under the subject's key.
    ///
    /// # Errors
    /// A [`Refusal`], also if the subject's data was erased.
    pub(super) async fn seal(
        &self,
        keys: &KeyRing,
        tenant: &TenantId,
        subject: &SubjectId,
    ) -> Result<SealedAddress, Refusal> {
        let (details, contact) = self.documents();
        let details = keys.seal(tenant, subject, &details).await.map_err(not_sealed)?;
        let contact = match contact {
            Some(contact) => Some(keys.seal(tenant, subject, &contact).await.map_err(not_sealed)?),
            None => None,
        };
        Ok(SealedAddress { details, contact })
    }

    /// The result of [`Self::seal`] with empty contents, for dry runs.
    pub(super) fn unsealed(&self, subject: &SubjectId) -> SealedAddress {
        let empty = || Sealed::new(subject.clone(), String::new());
        SealedAddress { details: empty(), contact: self.documents().1.map(|_| empty()) }
    }

    /// Opens an address; `None` when it was erased. If it has no separate contact, the details have it, as earlier
    /// releases sealed it.
    ///
    /// # Errors
    /// A [`Refusal`], if the key store does not answer or a sealed text is no such document.
    pub(super) async fn open(keys: &KeyRing, tenant: &TenantId, address: &Address) -> Result<Option<Self>, Refusal> {
        let sealed: Vec<Sealed> = std::iter::once(&address.details).chain(&address.contact).cloned().collect();
        let mut opened = Vec::with_capacity(sealed.len());
        for document in keys.open_many(tenant, &sealed).await? {
            match document {
                Ok(document) => opened.push(document),
                Err(OpenError::Destroyed { .. }) => return Ok(None),
                Err(error) => return Err(not_opened(error)),
            }
        }
        let mut details: Self = serde_json::from_slice(&opened[0]).map_err(|error| Refusal::internal(&error))?;
        if let Some(contact) = opened.get(1) {
            let contact: Contact = serde_json::from_slice(contact).map_err(|error| Refusal::internal(&error))?;
            (details.phone, details.email, details.locale) = (contact.phone, contact.email, contact.locale);
        }
        Ok(Some(details))
    }

    /// Notes all errors of the values, each under its JSON pointer.
    pub fn check(&self, fields: &mut Fields) -> Option<()> {
        let all = [
            fields.check("/name", text("name", &self.name, NAME_CHARS_MAX)),
            fields.check("/line1", text("line1", &self.line1, LINE_CHARS_MAX)),
            optional(fields, "/line2", "line2", self.line2.as_deref(), LINE_CHARS_MAX),
            fields.check("/city", text("city", &self.city, CITY_CHARS_MAX)),
            optional(fields, "/postalCode", "postal code", self.postal_code.as_deref(), POSTAL_CODE_CHARS_MAX),
            optional(fields, "/region", "region", self.region.as_deref(), REGION_CHARS_MAX),
            optional(fields, "/phone", "phone", self.phone.as_deref(), PHONE_CHARS_MAX)
                .and_then(|()| rule(fields, "/phone", self.phone.as_deref(), is_phone, PHONE_RULE)),
            optional(fields, "/email", "email", self.email.as_deref(), EMAIL_CHARS_MAX)
                .and_then(|()| rule(fields, "/email", self.email.as_deref(), is_email, EMAIL_RULE)),
            optional(fields, "/locale", "locale", self.locale.as_deref(), LOCALE_CHARS_MAX)
                .and_then(|()| rule(fields, "/locale", self.locale.as_deref(), is_locale, LOCALE_RULE)),
        ];
        all.into_iter().collect()
    }
}

fn not_sealed(error: SealError) -> Refusal {
    match error {
        SealError::Destroyed { .. } => {
            Refusal::new(code::SUBJECT_ERASED, "no new personal data can be kept for this customer")
        }
        SealError::TooLarge { .. } => Refusal::new(command_kit::code::VALUES_REFUSED, "the address is too long"),
        SealError::Store(error) => error.into(),
    }
}

fn not_opened(error: OpenError) -> Refusal {
    match error {
        OpenError::Destroyed { .. } => Refusal::new(code::SUBJECT_ERASED, "the personal data cannot be read any more"),
        OpenError::Store(error) => error.into(),
        OpenError::Unknown { .. } | OpenError::Damaged { .. } => Refusal::internal(&error),
    }
}

fn document(part: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(part).expect("an address is made of strings")
}

const PHONE_RULE: Broken = Broken("malformed_phone", "a phone number holds digits and + - . / ( ) between them");
const EMAIL_RULE: Broken =
    Broken("malformed_email", "an email address holds one @ with text on both sides, and no spaces");

const LOCALE_RULE: Broken = Broken("malformed_locale", "a language is a tag such as de or fr-CH");

fn is_locale(text: &str) -> bool {
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    text.split('-').all(is_part) && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn is_phone(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || " +-./()".contains(c))
}

fn is_email(text: &str) -> bool {
    let sides: Vec<&str> = text.split('@').collect();
    matches!(&sides[..], [local, host] if !local.is_empty() && !host.is_empty()) && !text.contains(char::is_whitespace)
}

fn rule(fields: &mut Fields, pointer: &str, text: Option<&str>, holds: fn(&str) -> bool, broken: Broken) -> Option<()> {
    fields.check(pointer, if text.is_none_or(holds) { Ok(()) } else { Err(broken) })
}

fn optional(fields: &mut Fields, pointer: &str, what: &'static str, value: Option<&str>, limit: usize) -> Option<()> {
    fields.check_optional(pointer, value, |value| text(what, value, limit)).map(|_| ())
}

/// The rules of the domain's text types, for texts that reach the domain only sealed.
fn text(what: &'static str, text: &str, limit: usize) -> Result<(), impl FieldFailure> {
    let length = text.chars().count();
    if text.trim().is_empty() {
        Err(InvalidText::Empty { what })
    } else if length > limit {
        Err(InvalidText::TooLong { what, length, limit })
    } else if let Some(found) = text.chars().find(|c| c.is_control() || is_hidden(*c)) {
        Err(InvalidText::Character { what, code: u32::from(found) })
    } else if text.trim().len() != text.len() {
        Err(InvalidText::Padded { what })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details() -> AddressDetails {
        AddressDetails {
            name: "A. Example".to_owned(),
            line1: "1 Example Road".to_owned(),
            line2: None,
            city: "Exampleton".to_owned(),
            postal_code: Some("EX1 1EX".to_owned()),
            region: None,
            phone: Some("+44 (0)20 7946-0000".to_owned()),
            email: Some("a@example.org".to_owned()),
            locale: Some("de-CH".to_owned()),
        }
    }

    fn wrong(change: impl FnOnce(&mut AddressDetails)) -> Vec<(String, String)> {
        let (mut details, mut fields) = (details(), Fields::default());
        change(&mut details);
        let checked = details.check(&mut fields);
        let errors = fields.finish(|| checked).err().map(|refusal| refusal.errors).unwrap_or_default();
        errors.into_iter().map(|error| (error.pointer, error.code)).collect()
    }

    fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
        vec![(pointer.to_owned(), code.to_owned())]
    }

    #[test]
    fn a_usual_address_is_taken() {
        assert_eq!(wrong(|_| ()), []);
    }

    #[test]
    fn every_error_has_its_pointer() {
        assert_eq!(wrong(|details| details.postal_code = Some("9".repeat(21))), one("/postalCode", "too_long"));
        assert_eq!(wrong(|details| details.city = "A\r\nB".to_owned()), one("/city", "character_not_allowed"));
        assert_eq!(wrong(|details| details.name = "A\u{202e}B".to_owned()), one("/name", "character_not_allowed"));
        assert_eq!(wrong(|details| details.line2 = Some(" x".to_owned())), one("/line2", "padded"));
        assert_eq!(wrong(|details| details.name = " ".to_owned()), one("/name", "empty"));
        for email in ["a", "@", "a@", "a@b@c", "a b@c"] {
            assert_eq!(wrong(|details| details.email = Some(email.to_owned())), one("/email", "malformed_email"));
        }
        assert_eq!(wrong(|details| details.phone = Some("call me".to_owned())), one("/phone", "malformed_phone"));
        assert_eq!(wrong(|details| details.phone = Some("9".repeat(41))), one("/phone", "too_long"));
        for locale in ["de_CH", "-de", "123456789", "7"] {
            assert_eq!(wrong(|details| details.locale = Some(locale.to_owned())), one("/locale", "malformed_locale"));
        }
        assert_eq!(wrong(|details| details.email = Some(" a@b".to_owned())), one("/email", "padded"));
    }

    #[test]
    fn nothing_personal_shows_in_debug_output() {
        assert_eq!(format!("{:?}", details()), "AddressDetails(..)");
    }
}
