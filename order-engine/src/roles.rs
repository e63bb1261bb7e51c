//! The roles of a process.

use crate::participants::participants;

/// One part of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// HTTP commands.
    Command,
    /// Requests of other participants, timers and jobs.
    Worker,
    /// From the log to Kafka.
    Relay,
    /// From Kafka to the read models.
    Projection,
    /// GraphQL.
    Query,
}

/// Not the name of a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown role {0:?}; the roles are command, worker, relay, projection and query")]
pub struct UnknownRole(String);

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Command, Self::Worker, Self::Relay, Self::Projection, Self::Query];

    /// The role's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Worker => "worker",
            Self::Relay => "relay",
            Self::Projection => "projection",
            Self::Query => "query",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// A participant whose work a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worked(&'static str);

/// Not the name of a participant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown participant {name:?}; the participants are {known}")]
pub struct UnknownParticipant {
    name: String,
    known: String,
}

impl Worked {
    /// The participant's name.
    pub(crate) const fn name(self) -> &'static str {
        self.0
    }
}

impl std::str::FromStr for Worked {
    type Err = UnknownParticipant;

    fn from_str(text: &str) -> Result<Self, UnknownParticipant> {
        let mut names = participants().map(|participant| participant.name);
        names.find(|name| *name == text).map(Self).ok_or_else(|| {
            let known: Vec<_> = participants().map(|participant| participant.name).collect();
            UnknownParticipant { name: text.to_owned(), known: known.join(", ") }
        })
    }
}
