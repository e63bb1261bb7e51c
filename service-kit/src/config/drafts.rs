//! Drafts.

use std::num::NonZeroU32;

use super::{ConfigError, Variables};

/// For how long drafts are kept.
#[derive(Debug, Clone)]
pub struct DraftSettings {
    /// Days from the last change of a draft until it expires. `None` where drafts never expire.
    pub expire_days: Option<NonZeroU32>,
}

const EXPIRE_DAYS: u32 = 30;

impl DraftSettings {
    /// Parses `DRAFTS_EXPIRE_DAYS`, by default 30; 0 is for never.
    ///
    /// # Errors
    /// When it is no whole number.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let days: u32 = variables.parsed("DRAFTS_EXPIRE_DAYS", EXPIRE_DAYS)?;
        Ok(Self { expire_days: NonZeroU32::new(days) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(pairs: &[(&'static str, &'static str)]) -> Result<Option<u32>, ConfigError> {
        let variables = Variables::from_pairs(pairs.iter().copied());
        Ok(DraftSettings::from_variables(&variables)?.expire_days.map(NonZeroU32::get))
    }

    #[test]
    fn drafts_expire_after_a_month_unless_told_otherwise() {
        assert_eq!(days(&[]).unwrap(), Some(30));
        assert_eq!(days(&[("DRAFTS_EXPIRE_DAYS", "7")]).unwrap(), Some(7));
        assert_eq!(days(&[("DRAFTS_EXPIRE_DAYS", "0")]).unwrap(), None);
        assert!(days(&[("DRAFTS_EXPIRE_DAYS", "soon")]).unwrap_err().to_string().contains("DRAFTS_EXPIRE_DAYS"));
    }
}
