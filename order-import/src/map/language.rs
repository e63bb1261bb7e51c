//! The map language: which columns of a file make an order, as TOML.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A mapping file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapFile {
    /// The system the orders come from; part of their ids.
    pub source: String,
    /// The column whose value the lines of one order share: the order's reference.
    pub group_by: FieldOrName,
    /// The currency of an order that names none.
    pub currency: Option<String>,
    /// In CSV, the character between columns.
    #[serde(default = "comma")]
    pub delimiter: char,
    /// In CSV, the character around values, or `none`.
    #[serde(default = "double_quote")]
    pub quote: String,
    /// The sign before decimals.
    #[serde(default = "point")]
    pub decimal: char,
    /// The sign between groups of three digits, where the file has one.
    pub thousands: Option<char>,
    /// In NDJSON, the key of the array that holds an order's lines; absent when every row is one line.
    pub lines: Option<String>,
    /// Whether a credit looks for the sale that it takes back.
    #[serde(default)]
    pub match_credits: bool,
    /// Where an order's fields are.
    pub order: OrderFields,
    /// Where a line's fields are.
    pub line: LineFields,
    /// Lines that are refused, first match first.
    #[serde(default)]
    pub refuse: Vec<RefuseRule>,
    /// What kind of order a line belongs to, first match first; sales only when there is no rule.
    #[serde(default)]
    pub kind: Vec<KindRule>,
}

const fn comma() -> char {
    ','
}

const fn point() -> char {
    '.'
}

fn double_quote() -> String {
    "\"".to_owned()
}

/// Where an order's fields are. They may stand in any of its rows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderFields {
    /// The number people know it by; the reference when absent.
    pub number: Option<Field>,
    pub placed_at: MomentField,
    /// For whom.
    pub customer: Option<Field>,
    /// The country the order ships to.
    pub country: Option<CountryField>,
    pub currency: Option<Field>,
    /// What a credit takes back, if the file says so.
    pub credit_of: Option<Field>,
    /// What its lines add up to, to be checked.
    pub total: Option<Field>,
}

/// Where a line's fields are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineFields {
    pub sku: Field,
    pub description: Option<Field>,
    pub quantity: Field,
    /// Price of one piece.
    pub unit_price: Option<Field>,
    /// Price of the whole line.
    pub line_total: Option<Field>,
}

/// One name, or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Names {
    /// One.
    One(String),
    /// Several, in order.
    Several(Vec<String>),
}

impl Names {
    /// The names in order.
    pub fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name],
            Self::Several(names) => names,
        }
    }
}

/// A field, or the name of its column.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum FieldOrName {
    Name(String),
    Field(Box<Field>),
}

/// Where a value comes from: a column, several joined, or one value for all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The column's name; in NDJSON a path such as `customer.id`.
    pub column: Option<String>,
    /// Columns that are joined, but for empty ones.
    pub columns: Option<Vec<String>>,
    /// What stands between joined columns; a space when absent.
    pub separator: Option<String>,
    /// Columns to look at, in order, where the column is empty.
    pub fallback: Option<Names>,
    /// The value for all lines.
    pub value: Option<String>,
    /// Values that stand for no value.
    #[serde(default)]
    pub none: Vec<String>,
    /// What is put before the value.
    #[serde(default)]
    pub prefix: String,
    /// Whether the file may lack the column.
    #[serde(default)]
    pub optional: bool,
}

/// A column with moments.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MomentField {
    pub column: String,
    /// Columns to look at, in order, where the column is empty.
    pub fallback: Option<Names>,
    /// Patterns of strftime, tried in order; RFC 3339 when there are none.
    #[serde(default)]
    pub formats: Vec<String>,
    /// The IANA zone of local times; needed with a format that has no offset.
    pub zone: Option<String>,
}

/// A column with countries.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountryField {
    pub column: String,
    /// Columns to look at, in order, where the column is empty.
    pub fallback: Option<Names>,
    /// Whether English names are known beside codes of ISO 3166-1.
    #[serde(default)]
    pub names: bool,
    /// More names, with the codes they stand for.
    #[serde(default)]
    pub also: BTreeMap<String, String>,
    /// Values that stand for no country.
    #[serde(default)]
    pub none: Vec<String>,
    /// Whether the file may lack the column.
    #[serde(default)]
    pub optional: bool,
}

/// A condition on one column; exactly one test.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    pub column: String,
    pub equals: Option<String>,
    pub one_of: Option<Vec<String>>,
    pub not_equals: Option<String>,
    pub starts_with: Option<String>,
    /// The value has digits only (`true`), or another character or none at all (`false`).
    pub digits: Option<bool>,
    /// Whether the file may lack the column, which is then empty in every row.
    #[serde(default)]
    pub optional: bool,
}

/// Lines that are refused.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefuseRule {
    /// Which lines.
    pub when: When,
    /// The code in the report.
    pub code: String,
    /// The reason in the report.
    pub detail: String,
}

/// Lines of one kind of order.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRule {
    /// Which lines.
    pub when: When,
    pub kind: Kind,
    /// The sign that quantities have in the file.
    pub quantity: Sign,
}

/// Whether an order sells or takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Goods for money.
    Sale,
    /// Money back.
    Credit,
}

/// The sign that quantities have in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    /// Above zero; a negative one is refused.
    Positive,
    /// Below zero; a positive one is refused.
    Negative,
}
