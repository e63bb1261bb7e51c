//! Made-up words, and which storages hold them: every table, topic and log file of the engine.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use futures::TryStreamExt;
use messaging::testing::TestTopic;
use service_kit::clock::{Ids, SystemIds};
use service_kit::config::{DatabaseUrl, Variables};
use service_kit::postgres::{ConnectOptions, connect};

use crate::engine::{LOG_FILE, engine};

/// A word that stands nowhere else.
pub fn word() -> String {
    format!("W{}", SystemIds.random().simple())
}

/// A telephone number that stands nowhere else.
pub fn number() -> String {
    format!("+{:020}", SystemIds.random().as_u128() % 10_u128.pow(20))
}

/// The forms in which a text may stand in stored bytes: as it is, with every character escaped as JSON may do it, in hexadecimal
/// as Postgres shows bytes, and in base64 behind any number of other bytes.
pub fn forms(text: &str) -> Vec<String> {
    let escaped = text.encode_utf16().fold(String::new(), |text, unit| text + &format!("\\u{unit:04x}"));
    let hexadecimal = messaging::headers::hexadecimal(text.as_bytes());
    let encoded = (0..3).map(|before| {
        // Characters at both ends also hold bits of the neighbours; what lies between is the text's alone.
        let bytes = [&vec![0; before], text.as_bytes()].concat();
        let whole = bytes.len() / 3 * 4;
        STANDARD_NO_PAD.encode(&bytes)[before.div_ceil(3) * 4..whole].to_owned()
    });
    [text.to_owned(), escaped, hexadecimal].into_iter().chain(encoded).collect()
}

/// All that one table, topic or file holds.
pub struct Storage {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Storage {
    pub fn holds(&self, form: &str) -> bool {
        let form = form.as_bytes();
        // Most positions are passed over by their first byte.
        let first = form[0];
        let mut rest = &self.bytes[..];
        while let Some(at) = rest.iter().position(|byte| *byte == first) {
            rest = &rest[at..];
            if rest.starts_with(form) {
                return true;
            }
            rest = &rest[1..];
        }
        false
    }
}

/// Names of the storages that hold a text in any form.
pub fn storages_with<'a>(storages: &'a [Storage], text: &str) -> Vec<&'a str> {
    let forms = forms(text);
    storages
        .iter()
        .filter(|storage| forms.iter().any(|form| storage.holds(form)))
        .map(|storage| &*storage.name)
        .collect()
}

/// Every table of the databases, every topic, and every log file.
pub async fn every_storage() -> Vec<Storage> {
    let databases = &engine().settings.databases;
    let mut storages = Vec::new();
    let variables = Variables::load().unwrap();
    for log in order_engine::logs(&variables).unwrap() {
        storages.extend(tables(log.name, &log.url).await);
    }
    for (name, url) in [("read", &databases.read), ("identity", &databases.identity)] {
        storages.extend(tables(name, url).await);
    }
    for topic in messaging::topics::declared().topics {
        storages.push(topic_of(topic.name, topic.partitions.into()).await);
    }
    let logs = Path::new(variables.required("ORDERS_STATE").unwrap()).join("logs");
    for entry in std::fs::read_dir(logs).unwrap() {
        let path = entry.unwrap().path();
        storages.push(Storage { name: format!("log {}", path.display()), bytes: std::fs::read(&path).unwrap() });
    }
    assert!(
        storages.iter().any(|storage| storage.name.ends_with(LOG_FILE) && !storage.bytes.is_empty()),
        "the engine's log"
    );
    storages
}

async fn tables(database: &str, url: &DatabaseUrl) -> Vec<Storage> {
    let client = connect(url, &ConnectOptions::named("test")).await.unwrap();
    let sql = "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
        WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1";
    let mut storages = Vec::new();
    for row in client.query(sql, &[]).await.unwrap() {
        let table: String = row.get(0);
        let rows = client.copy_out(&format!("COPY (SELECT * FROM {table}) TO STDOUT")).await.unwrap();
        let chunks: Vec<_> = rows.try_collect().await.unwrap();
        storages.push(Storage { name: format!("table {database} {table}"), bytes: chunks.concat() });
    }
    storages
}

async fn topic_of(name: String, partitions: i32) -> Storage {
    let topic = TestTopic { name, partitions };
    let mut bytes = Vec::new();
    for record in topic.read_all().await {
        bytes.extend(record.key.unwrap_or_default());
        bytes.extend(record.value.unwrap_or_default());
        for (header, value) in record.headers.iter() {
            bytes.extend(header.as_bytes());
            bytes.extend(value.unwrap_or_default());
        }
    }
    Storage { name: format!("topic {}", topic.name), bytes }
}

#[test]
fn a_word_is_found_in_every_form_and_wherever_it_stands() {
    let other = word();
    let word = word();
    for before in ["", "a", "ab", "abc", "abcd"] {
        let text = format!("{before}{word}xyz");
        let escaped = text.encode_utf16().fold(String::new(), |text, unit| text + &format!("\\u{unit:04x}"));
        let hexadecimal = text.bytes().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        for stored in [text.clone(), escaped, hexadecimal, STANDARD_NO_PAD.encode(&text)] {
            let storage = Storage { name: String::new(), bytes: stored.into_bytes() };
            assert_eq!(storages_with(std::slice::from_ref(&storage), &word).len(), 1, "{before}");
            assert_eq!(storages_with(&[storage], &other).len(), 0, "{before}");
        }
    }
}
