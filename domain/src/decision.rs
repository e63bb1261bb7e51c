//! How the commands of a kind are declared: a file for each, with its decision, and one list from which the rest follows.

use crate::{Decider, Scope};

/// A command with its decision.
pub(crate) trait Decision<D: Decider>: Sized {
    /// The scopes that whoever asks for it needs, all of them.
    fn scopes(&self) -> &'static [Scope];

    /// The events that it leads to in a state; none where its work is done already.
    ///
    /// # Errors
    /// Why the state or a rule refuses it.
    fn decide(self, state: &D::State) -> Result<Vec<D::Event>, D::Rejection>;
}

/// From one list: the enum of a kind's commands, and what is asked of every one of them.
///
/// `sampled by Sample` adds `samples`, which lists what the trait `Sample` gives for each command.
macro_rules! declare_commands {
    ($(#[$doc:meta])* $command:ident of $decider:ident sampled by $sample:ident { $($name:ident),* $(,)? }) => {
        $crate::decision::declare_commands! { $(#[$doc])* $command of $decider { $($name),* } }

        impl $command {
            /// A sample of each command that can be given for a stream that exists.
            pub(super) fn samples() -> impl Iterator<Item = Self> {
                [$(<$name as $sample>::sample().map(Self::$name)),*].into_iter().flatten()
            }
        }
    };
    ($(#[$doc:meta])* $command:ident of $decider:ident { $($name:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $command {
            $($name($name),)*
        }

        impl $command {
            /// The command's name.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)*
                }
            }

            /// The scopes that whoever asks for it needs, all of them.
            pub fn scopes(&self) -> &'static [$crate::Scope] {
                match self {
                    $(Self::$name(command) => $crate::decision::Decision::<$decider>::scopes(command),)*
                }
            }

            pub(super) fn decide(
                self,
                state: &<$decider as $crate::Decider>::State,
            ) -> Result<Vec<<$decider as $crate::Decider>::Event>, <$decider as $crate::Decider>::Rejection> {
                match self {
                    $(Self::$name(command) => $crate::decision::Decision::<$decider>::decide(command, state),)*
                }
            }
        }

        $(impl From<$name> for $command {
            fn from(command: $name) -> Self {
                Self::$name(command)
            }
        })*
    };
}
pub(crate) use declare_commands;
