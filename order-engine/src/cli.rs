//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use futures::future::LocalBoxFuture;
use service_kit::BoxError;
use service_kit::clock::SystemIds;
use service_kit::config::{DatabaseSettings, HttpSettings, MessagingSettings, Settings, TopicSettings, Variables};

use crate::roles::{Role, Worked};
use crate::simulate::{CarrierArgs, PaymentArgs};

/// The order engine's server and what prepares its surroundings.
#[derive(Debug, Parser)]
#[command(version, about, disable_help_subcommand = false)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the engine. Configuration comes from the environment, then from the nearest `.local/env`; where ORDERS_STATE names the
    /// folder of a stack, from `env` in that folder instead.
    Serve {
        /// Roles to run, separated by commas: command, worker, relay, projection, query. All by default.
        #[arg(long, value_delimiter = ',')]
        only: Vec<Role>,
        /// The participants whose requests, answers and timers the role worker handles, separated by commas: order, saga, inventory,
        /// payment, fulfilment, kitchen, shipping, notification. All by default.
        #[arg(long, value_delimiter = ',')]
        participants: Vec<Worked>,
    },
    /// Create missing development keys: signing.pem, jwks.json, master.key.
    Keys {
        /// The folder of the key files.
        #[arg(long)]
        dir: PathBuf,
    },
    /// Migrate the databases `orders`, `read` and `identity`, and those of logs of single participants, to the tables of this release.
    Migrate {
        /// Number of shards of the log; 1 by default. Refused if another number is in use: it is fixed from the first
        /// event on. Running engines see a change when they are restarted.
        #[arg(long, value_parser = clap::value_parser!(i16).range(1..=i64::from(event_store::SHARDS_MAX)))]
        shards: Option<i16>,
    },
    /// Create missing topics, set the settings of existing ones to the declared values, and let the groups that handle requests
    /// begin at the end of their topics.
    Topics,
    /// Register the schemas of this release with the schema registry.
    Schemas,
    /// Run something that the engine talks to, to test against.
    Simulate {
        #[command(subcommand)]
        what: Simulated,
    },
    /// Ask the engine that listens on ENGINE_LISTEN whether it is ready; fails when it is not.
    Health,
}

#[derive(Debug, Subcommand)]
enum Simulated {
    /// A payment provider in Stripe's wire shape, under /v1. It is told to fail under /_simulator.
    Payments(PaymentArgs),
    /// Carriers in the protocol of docs/carriers.md, each under its name. They are told to fail, and parcels to move, under /_simulator.
    Carrier(CarrierArgs),
}

/// Runs what the command line asks for. The future is boxed so that all it awaits is compiled here, and not once more in each program.
///
/// # Errors
/// Whatever the command says; its chain is meant to be printed.
pub fn run(cli: Cli) -> LocalBoxFuture<'static, Result<(), BoxError>> {
    Box::pin(dispatch(cli))
}

async fn dispatch(cli: Cli) -> Result<(), BoxError> {
    let variables = Variables::load()?;
    match cli.command {
        Command::Serve { only, participants } => {
            let settings = Settings::from_variables(&variables)?;
            let roles = if only.is_empty() { Role::ALL.to_vec() } else { only };
            let surroundings = crate::Surroundings { works_for: participants, ..crate::Surroundings::default() };
            crate::serve(settings, &roles, surroundings).await?;
        }
        Command::Keys { dir } => crate::keys(&dir, &SystemIds)?,
        Command::Migrate { shards } => {
            let databases = DatabaseSettings::from_variables(&variables)?;
            crate::migrate(&databases).await?;
            if let Some(shards) = shards {
                crate::set_shards(&databases, shards).await?;
            }
        }
        Command::Topics => {
            let databases = DatabaseSettings::from_variables(&variables)?;
            let messaging = MessagingSettings::from_variables(&variables)?;
            crate::topics(&databases, &messaging, &TopicSettings::from_variables(&variables)?).await?;
        }
        Command::Schemas => crate::schemas(&MessagingSettings::from_variables(&variables)?).await?,
        Command::Simulate { what: Simulated::Payments(args) } => crate::simulate::payments(args).await?,
        Command::Simulate { what: Simulated::Carrier(args) } => crate::simulate::carrier(args).await?,
        Command::Health => crate::health(HttpSettings::from_variables(&variables)?.listen).await?,
    }
    Ok(())
}
