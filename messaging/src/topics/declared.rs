//! Parses and checks the declaration of topics.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU16;

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
    /// Partitions of a topic that says no number of its own.
    pub partitions: u16,
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
    #[serde(rename = "partitions")]
    own_partitions: Option<u16>,
    /// Its own number or the default one. Fixed for the topic's life.
    #[serde(skip)]
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
        let mut declarations: Self = toml::from_str(text)?;
        declarations.set_partitions();
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

    /// The same with another number of partitions for topics that say none of their own.
    #[must_use]
    pub fn with_partitions(mut self, partitions: NonZeroU16) -> Self {
        self.defaults.partitions = partitions.get();
        self.set_partitions();
        self
    }

    fn set_partitions(&mut self) {
        for topic in &mut self.topics {
            topic.partitions = topic.own_partitions.unwrap_or(self.defaults.partitions);
        }
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
    fn a_deployment_chooses_the_partitions_of_topics_without_a_number_of_their_own() {
        let of_checkpoints = |topic: &&TopicDeclaration| topic.name.ends_with(".relay.checkpoint");
        let partitions = |declared: Declarations| {
            let (shards, others): (Vec<_>, Vec<_>) = declared.topics.iter().partition(of_checkpoints);
            [shards, others].map(|topics| topics.iter().map(|topic| topic.partitions).collect::<BTreeSet<_>>())
        };
        assert_eq!(partitions(declared()), [BTreeSet::from([16]), BTreeSet::from([12])]);
        let chosen = declared().with_partitions(NonZeroU16::MIN);
        assert_eq!(partitions(chosen), [BTreeSet::from([16]), BTreeSet::from([1])]);
    }

    #[test]
    fn a_topic_declared_twice_is_refused_by_name() {
        let one = "[[topic]]\nname = \"a\"\ndoc = \"b\"\n";
        let text = format!("[defaults]\npartitions = 1\nreplication_factor_max = 1\n{one}{one}");
        assert_eq!(Declarations::parse(&text).unwrap_err().to_string(), "topic a: declared twice");
    }
}
