//! Kitchens.

use std::num::NonZeroU32;

use super::{ConfigError, Variables};

/// How kitchens work.
#[derive(Debug, Clone, Default)]
pub struct KitchenSettings {
    /// How many seconds of preparation simulated staff do in one of the clock's. Without it nobody cooks but people.
    pub simulated_staff_speed: Option<NonZeroU32>,
}

impl KitchenSettings {
    /// Parses `KITCHEN_SIMULATED_STAFF_SPEED`; 0 is as good as none.
    ///
    /// # Errors
    /// When it is no whole number.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let speed: u32 = variables.parsed("KITCHEN_SIMULATED_STAFF_SPEED", 0)?;
        Ok(Self { simulated_staff_speed: NonZeroU32::new(speed) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speed(text: &str) -> Result<Option<u32>, ConfigError> {
        let variables = Variables::from_pairs([("KITCHEN_SIMULATED_STAFF_SPEED", text)]);
        Ok(KitchenSettings::from_variables(&variables)?.simulated_staff_speed.map(NonZeroU32::get))
    }

    #[test]
    fn nobody_is_simulated_unless_a_speed_is_set() {
        assert!(KitchenSettings::from_variables(&Variables::default()).unwrap().simulated_staff_speed.is_none());
        assert_eq!(speed("60").unwrap(), Some(60));
        assert_eq!(speed("0").unwrap(), None);
        assert!(speed("fast").unwrap_err().to_string().contains("KITCHEN_SIMULATED_STAFF_SPEED"));
    }
}
