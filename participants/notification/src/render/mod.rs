//! Messages from templates: a subject, a text, an HTML page, an SMS.
//!
//! A kind has one template for each language, with what is said of it; the layouts put that into each form. Templates are embedded, and a
//! tenant's own are read from a folder: `TENANT/LANGUAGE/KIND.j2`, `TENANT/LANGUAGE/labels.j2`, `TENANT/layout.FORM.j2`. Each that is
//! absent there is the engine's. What is read stays until the process ends. The page to unsubscribe is `TENANT/page.html.j2` with the words
//! of `TENANT/LANGUAGE/unsubscribe.j2`.

mod embedded;
mod locale;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::Datelike;
use domain::contract::{ContractMoney, ToPublic};
use domain::notification::{Kind, NotificationDetails};
use domain::{TenantId, Timestamp};
use minijinja::value::{Kwargs, Rest};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, Value, context};
use serde::Deserialize;

use crate::orders::{KnownLine, KnownOrder};
use locale::Language;

/// Forms, by the names of their layouts.
const HTML: &str = "html";
const TEXT: &str = "text";
const SUBJECT: &str = "subject";
const SMS: &str = "sms";

/// A message that was rendered. It is sent and not stored.
pub(crate) struct Rendered {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    /// The link to unsubscribe, to a page in the message's language.
    pub(crate) unsubscribe: Option<String>,
}

/// A message could not be made of its template.
#[derive(Debug, thiserror::Error)]
#[error("the template of {kind} cannot be rendered")]
pub struct RenderError {
    kind: &'static str,
    #[source]
    source: Error,
}

/// Makes messages.
pub struct Renderer {
    environment: Environment<'static>,
    /// Who is told to be speaking.
    brand: String,
    /// Of customers whose language is not known.
    default_locale: String,
    dir: Option<Arc<Path>>,
}

impl Renderer {
    /// Templates of a brand, with those of tenants in a folder.
    pub fn new(brand: String, default_locale: String, dir: Option<PathBuf>) -> Self {
        let dir: Option<Arc<Path>> = dir.map(Into::into);
        let mut environment = Environment::new();
        let folder = dir.clone();
        environment.set_loader(move |name| load(folder.as_deref(), name));
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|name| {
            if name.starts_with("html:") { AutoEscape::Html } else { AutoEscape::None }
        });
        environment.add_filter("money", money);
        environment.add_filter("plural", plural);
        environment.add_function("p", paragraph);
        Self { environment, brand, default_locale, dir }
    }

    /// A mail to a customer who speaks a language, if it is known.
    ///
    /// # Errors
    /// A tenant's template that cannot be rendered.
    pub(crate) fn email(
        &self,
        details: &NotificationDetails,
        order: &KnownOrder,
        locale: Option<&str>,
        unsubscribe: Option<&str>,
    ) -> Result<Rendered, RenderError> {
        let language = self.language(details, order, locale);
        let unsubscribe = unsubscribe.map(|link| format!("{link}?lang={}", language.locale));
        let render = |form| self.render(form, details, order, &language, unsubscribe.as_deref());
        let (subject, text, html) = (one_line(&render(SUBJECT)?), render(TEXT)?, render(HTML)?);
        Ok(Rendered { subject, text, html, unsubscribe })
    }

    /// The page on which a customer refuses to be told of a kind, or that says that it is done. In the default language where none is
    /// given.
    ///
    /// # Errors
    /// A tenant's template that cannot be rendered.
    pub(crate) fn unsubscribe_page(
        &self,
        tenant: &TenantId,
        locale: Option<&str>,
        is_done: bool,
    ) -> Result<String, RenderError> {
        let name = |template: &str| format!("{HTML}:{tenant}/{template}");
        let has = |language: &str| load(self.dir.as_deref(), &name(&format!("{language}/unsubscribe")));
        let language =
            Language::of(locale.unwrap_or(&self.default_locale), |language| matches!(has(language), Ok(Some(_))));
        let values = context! {
            words => name(&format!("{}/unsubscribe", language.code)),
            language => &language.code,
            brand => &self.brand,
            done => is_done,
        };
        let page = self.environment.get_template(&name("page.html")).and_then(|page| page.render(values));
        page.map_err(|source| RenderError { kind: "the page to unsubscribe", source })
    }

    /// An SMS to a customer.
    ///
    /// # Errors
    /// A tenant's template that cannot be rendered.
    pub(crate) fn sms(
        &self,
        details: &NotificationDetails,
        order: &KnownOrder,
        locale: Option<&str>,
    ) -> Result<String, RenderError> {
        self.render(SMS, details, order, &self.language(details, order, locale), None).map(|text| one_line(&text))
    }

    /// The language of a customer, or of most people in the country of an order.
    fn language(&self, details: &NotificationDetails, order: &KnownOrder, locale: Option<&str>) -> Language {
        let locale = locale.or_else(|| locale::of_country(&order.country)).unwrap_or(&self.default_locale);
        let labels = |language: &str| format!("{TEXT}:{}/{language}/labels", details.tenant);
        Language::of(locale, |language| matches!(load(self.dir.as_deref(), &labels(language)), Ok(Some(_))))
    }

    fn render(
        &self,
        form: &str,
        details: &NotificationDetails,
        order: &KnownOrder,
        language: &Language,
        unsubscribe: Option<&str>,
    ) -> Result<String, RenderError> {
        let NotificationDetails { tenant, kind, told, .. } = details;
        let failed = |source| RenderError { kind: kind.symbol(), source };
        let name = |template: &str| format!("{form}:{tenant}/{template}");
        let file = kind.symbol().to_ascii_lowercase();
        let told = context! {
            amount => told.amount.as_ref().map(|amount| amount_value(&amount.to_public())),
            carrier => told.carrier.as_ref().map(ToString::to_string),
            tracking => told.tracking.as_ref().map(ToString::to_string),
            expected => told.expected_at.map(date_value),
            reason => told.reason.as_ref().map(ToString::to_string),
        };
        let values = context! {
            format => form,
            layout => name(&format!("layout.{form}")),
            labels => name(&format!("{}/labels", language.code)),
            language => &language.code,
            locale => &language.locale,
            brand => &self.brand,
            kind => kind.symbol(),
            shows_lines => matches!(kind, Kind::OrderConfirmed),
            unsubscribe => unsubscribe,
            told => told,
            order => context! {
                number => &order.number,
                total => amount_value(&order.total),
                lines => order.lines.iter().map(line_value).collect::<Vec<_>>(),
                pieces => order.lines.iter().map(|line| line.quantity).sum::<i64>(),
                more => order.line_count.saturating_sub(order.lines.len()),
            },
        };
        let template = self.environment.get_template(&name(&format!("{}/{file}", language.code))).map_err(failed)?;
        template.render(values).map_err(failed)
    }
}

/// The source of a template, `FORM:TENANT/PATH`: the tenant's own, or else the engine's. A tenant's name has no characters that mean
/// anything in a path.
fn load(dir: Option<&Path>, name: &str) -> Result<Option<String>, Error> {
    let Some((tenant, path)) = name.split_once(':').and_then(|(_, name)| name.split_once('/')) else { return Ok(None) };
    if let Some(dir) = dir {
        match std::fs::read_to_string(dir.join(tenant).join(format!("{path}.j2"))) {
            Ok(source) => return Ok(Some(source)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(
                    Error::new(ErrorKind::TemplateNotFound, "a tenant's template cannot be read").with_source(error)
                );
            }
        }
    }
    Ok(embedded::source(path).map(str::to_owned))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text_of(state: &State<'_, '_>, name: &str) -> String {
    state.lookup(name).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn amount_value(ContractMoney { minor, currency }: &ContractMoney) -> Value {
    context! { minor => minor, currency => currency }
}

/// A moment's day in UTC, for templates to write in their language.
fn date_value(at: Timestamp) -> Value {
    let date = at.to_datetime();
    context! { day => date.day(), month => date.month(), year => date.year() }
}

fn line_value(KnownLine { name, quantity, total }: &KnownLine) -> Value {
    context! { name => name, quantity => quantity, total => amount_value(total) }
}

#[derive(Deserialize)]
struct Amount {
    minor: i64,
    currency: String,
}

fn money(state: &State<'_, '_>, value: Value) -> Result<String, Error> {
    let Amount { minor, currency } = Amount::deserialize(value)?;
    Ok(locale::money(&ContractMoney { minor, currency }, &text_of(state, "locale")))
}

/// The words for a number: `{{ count | plural(one="item", other="items") }}`.
fn plural(state: &State<'_, '_>, count: i64, words: Kwargs) -> Result<String, Error> {
    let category = locale::plural_category(count, &text_of(state, "locale"));
    let other: String = words.get("other")?;
    let word: Option<String> = words.get(category)?;
    for name in ["zero", "one", "two", "few", "many"] {
        let _used: Option<String> = words.get(name)?;
    }
    words.assert_all_used()?;
    Ok(word.unwrap_or(other))
}

/// A paragraph in the form that is rendered, of texts that are joined.
fn paragraph(state: &State<'_, '_>, texts: Rest<Value>) -> Value {
    let text: String = texts.iter().map(ToString::to_string).collect();
    if text_of(state, "format") == HTML {
        let escaped = minijinja::HtmlEscape(&text).to_string();
        return Value::from_safe_string(format!("<p style=\"margin:0 0 16px\">{escaped}</p>"));
    }
    Value::from_safe_string(format!("{text}\n\n"))
}

#[cfg(test)]
mod tests;
