//! Public names of what the domain enumerates.

/// Declares a public enumeration with the names of a domain's, and the conversions that it is used with.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident of $domain:ident: $($symbol:ident),* $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name {
            $($symbol,)*
        }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                match value {
                    $($domain::$symbol => Self::$symbol,)*
                }
            }
        }

        impl From<$name> for $domain {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$symbol => Self::$symbol,)*
                }
            }
        }
    };
}

pub(super) use names;
