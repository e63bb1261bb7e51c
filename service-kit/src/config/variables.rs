//! The sources of settings: the environment, else the `env` file of the stack that it names, else the nearest `.local/env` file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The file that `make up` writes, looked for in every folder from the working directory upwards.
const FALLBACK_FILE: &str = ".local/env";
/// Names the folder of the stack that the environment is of. Its file is then the only one that may add to the environment: settings
/// of another stack must not be mixed in.
const STATE_VARIABLE: &str = "ORDERS_STATE";
/// The file of settings in that folder.
const STATE_FILE: &str = "env";
/// Most folders searched upwards.
const FOLDERS_MAX: usize = 64;
/// Largest accepted fallback file, in bytes.
const FALLBACK_BYTES_MAX: u64 = 64 * 1024;

/// A setting that is absent or wrong.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Neither the environment nor the fallback file has it.
    #[error("{variable} is not set; set it, or run `make up`, which writes it to {FALLBACK_FILE}")]
    Absent { variable: &'static str },
    /// The value has the wrong form.
    #[error("{variable} is not valid: {reason}")]
    Invalid {
        variable: &'static str,
        /// What is wrong and what is expected, without the value.
        reason: String,
    },
    /// The fallback file is there but cannot be read.
    #[error("could not read settings from {}", file.display())]
    Unreadable {
        file: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

impl ConfigError {
    /// A variable whose value cannot be used, with what to give instead.
    pub(super) fn invalid(variable: &'static str, reason: &str) -> Self {
        Self::Invalid { variable, reason: reason.to_owned() }
    }
}

/// Named texts to parse settings from. An empty value counts as absent, also where a fallback has one.
#[derive(Clone, Default)]
pub struct Variables {
    values: BTreeMap<String, String>,
}

impl Variables {
    /// Reads the environment, and for what it lacks a file: where `ORDERS_STATE` names the folder of a stack, `env` in it, else the
    /// nearest `.local/env`, from the working directory upwards, then from the executable's.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`] for a fallback file that exists but cannot be read.
    pub fn load() -> Result<Self, ConfigError> {
        let environment =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let folders = [std::env::current_dir().ok(), std::env::current_exe().ok()];
        Self::from_pairs(environment).completed(folders.into_iter().flatten())
    }

    /// These variables, with those of the file that goes with them: their own stack's, else the nearest to one of the folders.
    fn completed(self, folders: impl Iterator<Item = PathBuf>) -> Result<Self, ConfigError> {
        let file = match self.optional(STATE_VARIABLE) {
            Some(state) => Some(Path::new(state).join(STATE_FILE)).filter(|file| file.is_file()),
            None => folders.into_iter().find_map(|folder| nearest_file(&folder)),
        };
        Ok(self.or(file.map_or_else(|| Ok(Self::default()), |file| read_file(&file))?))
    }

    /// Variables from names and values. Of a repeated name the last value counts.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self { values: pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }

    /// Parses `NAME=value` lines. Blank lines, `#` comments and lines without a name are skipped; `export` and one
    /// pair of quotes around the value are removed.
    pub fn from_lines(text: &str) -> Self {
        let pairs = text.lines().filter_map(|line| {
            let line = line.trim();
            let line = line.strip_prefix("export ").unwrap_or(line);
            let (name, value) = line.split_once('=').filter(|(name, _)| !name.starts_with('#'))?;
            Some((name.trim(), unquoted(value.trim())))
        });
        Self::from_pairs(pairs)
    }

    /// These variables, with those of `others` where absent.
    #[must_use]
    pub fn or(self, mut fallback: Self) -> Self {
        fallback.values.extend(self.values);
        fallback
    }

    /// A required variable.
    ///
    /// # Errors
    /// [`ConfigError::Absent`] when it is not.
    pub fn required(&self, variable: &'static str) -> Result<&str, ConfigError> {
        self.optional(variable).ok_or(ConfigError::Absent { variable })
    }

    /// An optional variable.
    pub fn optional(&self, variable: &str) -> Option<&str> {
        self.values.get(variable).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The variables with such an end of their names.
    pub(super) fn ending_with<'a>(&'a self, end: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let is_wanted = move |(name, value): &(&String, &String)| name.ends_with(end) && !value.is_empty();
        self.values.iter().filter(is_wanted).map(|(name, value)| (&**name, &**value))
    }

    /// A variable with a type and a default.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] when it is there but does not parse.
    pub fn parsed<T>(&self, variable: &'static str, default: T) -> Result<T, ConfigError>
    where
        T: FromStr<Err: std::fmt::Display>,
    {
        let Some(text) = self.optional(variable) else { return Ok(default) };
        text.parse().map_err(|error: T::Err| ConfigError::Invalid { variable, reason: error.to_string() })
    }
}

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

fn nearest_file(from: &Path) -> Option<PathBuf> {
    from.ancestors().take(FOLDERS_MAX).map(|folder| folder.join(FALLBACK_FILE)).find(|file| file.is_file())
}

fn read_file(file: &Path) -> Result<Variables, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { file: file.to_owned(), source };
    if std::fs::metadata(file).map_err(unreadable)?.len() > FALLBACK_BYTES_MAX {
        return Err(unreadable(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "more than 64 KiB")));
    }
    std::fs::read_to_string(file).map(|text| Variables::from_lines(&text)).map_err(unreadable)
}

fn unquoted(value: &str) -> &str {
    ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(value)
}

/// Checks a URL of HTTP, and takes the slashes from its end.
///
/// # Errors
/// When it is none.
pub(super) fn http_url(variable: &'static str, url: &str) -> Result<String, ConfigError> {
    if url.starts_with("http://") || url.starts_with("https://") {
        Ok(url.trim_end_matches('/').to_owned())
    } else {
        Err(ConfigError::invalid(variable, "give a URL that begins with http:// or https://"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Ids, SystemIds};

    #[test]
    fn lines_lose_comments_quotes_and_export() {
        let variables =
            Variables::from_lines("# a comment\n\nA=1\nexport B='two words'\nC=\"x=y\"\nD=\n  E = 5 \n#F=6");
        let read = |name| variables.optional(name);
        assert_eq!((read("A"), read("B"), read("C")), (Some("1"), Some("two words"), Some("x=y")));
        assert_eq!((read("D"), read("E"), read("#F")), (None, Some("5"), None));
    }

    #[test]
    fn the_first_source_wins() {
        let environment = Variables::from_pairs([("A", "environment"), ("B", "")]);
        let merged = environment.or(Variables::from_pairs([("A", "file"), ("B", "file"), ("C", "file")]));
        assert_eq!(["A", "B", "C"].map(|name| merged.optional(name)), [Some("environment"), None, Some("file")]);
    }

    #[test]
    fn errors_name_the_variable_and_hide_the_value() {
        let variables = Variables::from_pairs([("PORT", "hunter2")]);
        let absent = variables.required("KAFKA_BROKERS").unwrap_err().to_string();
        assert_eq!(absent, "KAFKA_BROKERS is not set; set it, or run `make up`, which writes it to .local/env");
        let invalid = variables.parsed::<u16>("PORT", 1).unwrap_err().to_string();
        assert_eq!(invalid, "PORT is not valid: invalid digit found in string");
        assert_eq!(variables.parsed("ABSENT", 8080).unwrap(), 8080);
        assert!(!format!("{variables:?}").contains("hunter2"));
    }

    #[test]
    fn the_nearest_file_is_found_upwards() {
        let root = std::env::temp_dir().join(format!("service-kit-{}", SystemIds.random()));
        let deep = root.join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::create_dir_all(root.join(".local")).unwrap();
        std::fs::write(root.join(FALLBACK_FILE), "A=1").unwrap();
        let found = Variables::default().completed([deep].into_iter()).unwrap();
        assert_eq!(found.optional("A"), Some("1"));
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn another_stack_adds_nothing_to_an_environment_that_names_its_own() {
        let root = std::env::temp_dir().join(format!("service-kit-{}", SystemIds.random()));
        let own = root.join("own");
        for (folder, content) in [(root.join(".local"), "A=other\nB=other"), (own.clone(), "A=own")] {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("env"), content).unwrap();
        }
        let of = |state: &Path| {
            let named = Variables::from_pairs([(STATE_VARIABLE, state.to_str().unwrap())]);
            let found = named.completed([root.clone()].into_iter()).unwrap();
            ["A", "B"].map(|name| found.optional(name).map(str::to_owned))
        };
        assert_eq!(of(&own), [Some("own".to_owned()), None]);
        assert_eq!(of(&root.join("not-made-yet")), [None, None]);
        std::fs::remove_dir_all(root).unwrap();
    }
}
