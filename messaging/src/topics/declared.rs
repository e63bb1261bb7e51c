//! Parses and checks the declaration of topics.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

const TEXT: &str = include_str!("../../../schemas/topics.toml");

/// All topics, as declared in one file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declarations {
    pub defaults: Defaults,
    #[serde(rename = "topic")]
    pub topics: Vec<TopicDeclaration>,
}

/// Settings of every topic.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// Replication factor, or the number of brokers where there are fewer.
    pub replication_factor_max: u16,
}

/// One topic.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicDeclaration {
    pub name: String,
    /// What the topic's records are, and their key. Shown in the AsyncAPI document.
    pub doc: String,
    /// Fixed for the topic's life.
    pub partitions: u16,
    /// Kafka's topic settings by name.
    #[serde(default)]
    pub config: BTreeMap<String, String>,
}

/// Why a declaration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DeclarationError {
    /// The file is no TOML of the expected shape.
    #[error("the topics' declaration cannot be read")]
    Syntax(#[from] toml::de::Error),
    /// A topic's declaration makes no sense.
    #[error("topic {name}: {reason}")]
    Nonsense { name: String, reason: &'static str },
}

impl Declarations {
    /// Reads a declaration.
    ///
    /// # Errors
    /// [`DeclarationError`] naming the topic.
    pub fn parse(text: &str) -> Result<Self, DeclarationError> {
        let declarations: Self = toml::from_str(text)?;
        let mut names = BTreeSet::new();
        for topic in &declarations.topics {
            let nonsense = |reason| DeclarationError::Nonsense { name: topic.name.clone(), reason };
            if !names.insert(&topic.name) {
                return Err(nonsense("declared twice"));
            }
            if topic.partitions == 0 {
                return Err(nonsense("a topic needs a partition"));
            }
            if topic.doc.trim().is_empty() {
                return Err(nonsense("says nothing about what it holds"));
            }
        }
        Ok(declarations)
    }
}

/// The embedded declaration.
///
/// # Panics
/// Never: a test reads the embedded declaration.
pub fn declared() -> Declarations {
    Declarations::parse(TEXT).expect("the embedded declaration is read by a test")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics;

    #[test]
    fn the_declaration_names_the_topics_that_the_code_names() {
        // Those of the logs' checkpoints are named by the list of participants.
        let names = declared().topics.into_iter().map(|topic| topic.name);
        let names: Vec<_> = names.filter(|name| !name.ends_with(".relay.checkpoint")).collect();
        let expected = [
            domain::order::contract::TOPIC,
            domain::order_saga::contract::TOPIC,
            domain::reservation::requests::REQUESTS_TOPIC,
            domain::stock::contract::TOPIC,
            domain::fulfilment::requests::REQUESTS_TOPIC,
            domain::fulfilment::contract::TOPIC,
            domain::kitchen::contract::TOPIC,
            domain::shipment::contract::TOPIC,
            domain::payment::requests::REQUESTS_TOPIC,
            domain::payment::contract::TOPIC,
            domain::notification::contract::TOPIC,
            topics::READ_DEAD_LETTERS,
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_topic_declared_twice_is_refused_by_name() {
        let one = "[[topic]]\nname = \"a\"\ndoc = \"b\"\npartitions = 1\n";
        let text = format!("[defaults]\nreplication_factor_max = 1\n{one}{one}");
        assert_eq!(Declarations::parse(&text).unwrap_err().to_string(), "topic a: declared twice");
    }
}
