//! The flags of `replay`.

use clap::{Args, Subcommand};
use domain::OrderId;
use read_models::Model;

use crate::args::JsonArgs;
use crate::events::Moment;

/// `replay …`
#[derive(Debug, Subcommand)]
pub enum ReplayVerb {
    /// Rebuild read models from the log beside the live ones, compare both, and switch
    #[command(
        after_help = "Queries and the projector go on meanwhile; the projector waits while the last rows are compared. If a row differs\nfrom the live one, nothing is switched, and the rows, their fields and the events behind them are reported.\nAn interrupted rebuild changes nothing; the next one removes its tables.\n\nUse --start-over if the projector reports that its offsets in the topic are gone, or that the topic was created again. It\nrebuilds from the whole log, lets the projector begin at the topic's beginning, and drops what is parked. It cannot be undone.\n\nExamples:\n  orderctl replay rebuild --all\n  orderctl replay rebuild --all --outdated\n  orderctl replay rebuild --all --start-over\n  orderctl replay rebuild sku_sales --json"
    )]
    Rebuild(RebuildArgs),
    /// Compare the live rows with a fold of the log; exit code 1 if a row differs
    Verify(VerifyArgs),
    /// Restore the models that were live before the last `rebuild --all`, once they have caught up
    Rollback(RollbackArgs),
    /// Show which generation of each model is live, which is kept, and whether a rebuild runs
    Status(JsonArgs),
    /// Show an order as folded from its events, now or at an earlier moment
    Show(ShowArgs),
    /// Show what changed in an order between two moments
    Diff(DiffArgs),
}

/// The models to work on.
#[derive(Debug, Args)]
pub struct ModelArgs {
    /// One model: order_summary, order_lines, order_timeline, customer_summary, sku_sales or order_counts
    #[arg(required_unless_present = "all", conflicts_with = "all", value_parser = model)]
    pub model: Option<Model>,
    /// Every model
    #[arg(long)]
    pub all: bool,
}

impl ModelArgs {
    /// The selected models.
    pub fn models(&self) -> Vec<Model> {
        self.model.map_or_else(|| Model::ALL.to_vec(), |model| vec![model])
    }
}

/// `replay rebuild`
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct RebuildArgs {
    /// The models to work on.
    #[command(flatten)]
    pub models: ModelArgs,
    /// Switch although rows differ, because the log is right and the live rows are wrong
    #[arg(long)]
    pub accept_differences: bool,
    /// Do nothing unless the live tables were made by another release, as after an upgrade
    #[arg(long, requires = "all")]
    pub outdated: bool,
    /// Rebuild from the whole log and let the projector start over, because its offsets in the topic are gone
    #[arg(long, requires = "all", conflicts_with = "accept_differences")]
    pub start_over: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// `replay verify`
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The models to work on.
    #[command(flatten)]
    pub models: ModelArgs,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// `replay rollback`
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// The models to work on. A single one cannot catch up, for sums alone know no versions.
    #[command(flatten)]
    pub models: ModelArgs,
    /// Switch although rows differ from those that are live now
    #[arg(long)]
    pub accept_differences: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// `replay show`
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The order's id
    pub order: OrderId,
    /// The order as of this moment: a version (3), a position of the log (0.1742) or a moment (RFC 3339)
    #[arg(long, value_name = "VERSION|POSITION|TIME")]
    pub as_of: Option<Moment>,
}

/// `replay diff`
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The order's id
    pub order: OrderId,
    /// The earlier moment: a version, a position or a time
    #[arg(long, value_name = "VERSION|POSITION|TIME")]
    pub from: Moment,
    /// The later moment; without it, now
    #[arg(long, value_name = "VERSION|POSITION|TIME")]
    pub to: Option<Moment>,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}

fn model(text: &str) -> Result<Model, String> {
    Model::named(text).ok_or_else(|| {
        let names: Vec<_> = Model::ALL.iter().map(|model| model.name()).collect();
        format!("give one of {}", names.join(", "))
    })
}
