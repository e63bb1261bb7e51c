//! The flags of `replay`.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use domain::OrderId;
use order_engine::{ReadModels, read_models};
use read_models::{Model, Moment};

use crate::args::JsonArgs;

/// `replay …`
#[derive(Debug, Subcommand)]
pub enum ReplayVerb {
    /// Rebuild read models from the log beside the live ones, compare both, and switch
    #[command(
        after_help = "Queries and the projector go on meanwhile; the projector waits while the last rows are compared. If a row differs\nfrom the live one, nothing is switched, and the rows, their fields and the events behind them are reported.\nAn interrupted rebuild changes nothing; the next one removes its tables.\n\nUse --start-over if the projector reports that its offsets in the topic are gone, or that the topic was created again. It\nrebuilds from the whole log, lets the projector begin at the topic's beginning, and drops what is parked. It cannot be undone.\n\nExamples:\n  orderctl replay rebuild --all\n  orderctl replay rebuild --all --outdated\n  orderctl replay rebuild --kind order --start-over\n  orderctl replay rebuild MODEL --json"
    )]
    Rebuild(RebuildArgs),
    /// Compare the live rows with a fold of the log; exit code 1 if a row differs
    Verify(VerifyArgs),
    /// Restore the models that were live before the last `rebuild --all`, once they have caught up
    Rollback(RollbackArgs),
    /// List the models with their topics, the groups that keep them and the logs they are rebuilt from
    List(JsonArgs),
    /// Show which generation of each model is live, which is kept, and whether a rebuild runs
    Status(JsonArgs),
    /// Show an order as folded from its events, now or at an earlier moment
    Show(ShowArgs),
    /// Show what changed in an order between two moments
    Diff(DiffArgs),
}

/// The models to work on.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ModelArgs {
    /// One model
    #[arg(value_parser = PossibleValuesParser::new(model_names()))]
    pub model: Option<String>,
    /// Every model of one kind of stream
    #[arg(long, value_parser = PossibleValuesParser::new(kinds()))]
    pub kind: Option<String>,
    /// Every model
    #[arg(long)]
    pub all: bool,
}

/// Models of one kind of stream.
#[derive(Debug)]
pub struct Selected {
    /// The models of the kind.
    pub of: &'static ReadModels,
    /// Those that are selected.
    pub models: Vec<Model>,
}

impl ModelArgs {
    /// The selected models, by kind.
    pub fn selected(&self) -> Vec<Selected> {
        let is_wanted = |of: &ReadModels, model: &Model| match (&self.model, &self.kind) {
            (Some(name), _) => model.name() == name,
            (None, Some(kind)) => of.kind == kind,
            (None, None) => true,
        };
        let select = |of: &'static ReadModels| {
            let models: Vec<_> = of.models.all().into_iter().filter(|model| is_wanted(of, model)).collect();
            (!models.is_empty()).then_some(Selected { of, models })
        };
        read_models().filter_map(select).collect()
    }
}

fn model_names() -> Vec<&'static str> {
    read_models().flat_map(|one| one.models.all()).map(Model::name).collect()
}

fn kinds() -> Vec<&'static str> {
    read_models().map(|one| one.kind).collect()
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
    #[arg(long, conflicts_with = "model")]
    pub outdated: bool,
    /// Rebuild from the whole log and let the projector start over, because its offsets in the topic are gone
    #[arg(long, conflicts_with_all = ["accept_differences", "model"])]
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
