//! The command line.

use std::error::Error;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use service_kit::clock::SystemIds;
use service_kit::config::{DatabaseSettings, HttpSettings, MessagingSettings, Settings, Variables};

use crate::roles::Role;

/// The order engine's server and what prepares its surroundings.
#[derive(Debug, Parser)]
#[command(version, about, disable_help_subcommand = false)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the engine. Configuration comes from the environment, then from the nearest `.local/env`.
    Serve {
        /// Roles to run, separated by commas: command, relay, projection, query. All by default.
        #[arg(long, value_delimiter = ',')]
        only: Vec<Role>,
    },
    /// Make the development keys that are missing: signing.pem, jwks.json, master.key.
    Keys {
        /// Where they are kept.
        #[arg(long)]
        dir: PathBuf,
    },
    /// Bring the databases `orders`, `read` and `identity` to this release's tables.
    Migrate {
        /// Shards of the log, 1 unless said otherwise. Refused where another number is in use: it is fixed from the first
        /// event on. Running engines see a change when they are restarted.
        #[arg(long, value_parser = clap::value_parser!(i16).range(1..=i64::from(event_store::SHARDS_MAX)))]
        shards: Option<i16>,
    },
    /// Make the topics that are missing, and bring the settings of the others to what is declared.
    Topics,
    /// Register the schemas of this release.
    Schemas,
    /// Ask the engine that listens on ENGINE_LISTEN whether it is ready; fails when it is not.
    Health,
}

/// Runs what the command line asks for.
///
/// # Errors
/// Whatever the command says; its chain is meant to be printed.
pub async fn run(cli: Cli) -> Result<(), Box<dyn Error + Send + Sync>> {
    let variables = Variables::load()?;
    match cli.command {
        Command::Serve { only } => {
            let settings = Settings::from_variables(&variables)?;
            let roles = if only.is_empty() { Role::ALL.to_vec() } else { only };
            crate::serve(settings, &roles).await?;
        }
        Command::Keys { dir } => crate::keys(&dir, &SystemIds)?,
        Command::Migrate { shards } => {
            let databases = DatabaseSettings::from_variables(&variables)?;
            crate::migrate(&databases).await?;
            if let Some(shards) = shards {
                crate::set_shards(&databases, shards).await?;
            }
        }
        Command::Topics => crate::topics(&MessagingSettings::from_variables(&variables)?).await?,
        Command::Schemas => crate::schemas(&MessagingSettings::from_variables(&variables)?).await?,
        Command::Health => crate::health(HttpSettings::from_variables(&variables)?.listen).await?,
    }
    Ok(())
}
