//! How a deployment makes its topics.

use std::num::NonZeroU16;

use super::{ConfigError, Variables};

/// How topics are made.
#[derive(Debug, Clone, Copy, Default)]
pub struct TopicSettings {
    /// Partitions of the topics whose number is the deployment's choice; `None` for as many as are declared.
    pub partitions: Option<NonZeroU16>,
}

impl TopicSettings {
    /// Parses `TOPIC_PARTITIONS`.
    ///
    /// # Errors
    /// When it is no whole number from 1 on.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        const VARIABLE: &str = "TOPIC_PARTITIONS";
        let parsed: Result<Option<NonZeroU16>, _> = variables.optional(VARIABLE).map(str::parse).transpose();
        match parsed {
            Ok(partitions) => Ok(Self { partitions }),
            Err(_) => Err(ConfigError::invalid(VARIABLE, "give a whole number from 1 to 65535")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_a_positive_number_or_left_to_the_declaration() {
        let parse = |text: &str| TopicSettings::from_variables(&Variables::from_pairs([("TOPIC_PARTITIONS", text)]));
        assert_eq!(parse("4").unwrap().partitions, NonZeroU16::new(4));
        assert_eq!(parse("").unwrap().partitions, None);
        for wrong in ["0", "-1", "four"] {
            let text = parse(wrong).unwrap_err().to_string();
            assert_eq!(text, "TOPIC_PARTITIONS is not valid: give a whole number from 1 to 65535");
        }
    }
}
