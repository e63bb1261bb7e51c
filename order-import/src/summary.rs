//! An import's outcome in words.

use std::fmt;

use domain::Currency;

use super::ImportOutcome;
use super::ledger::Amounts;

impl fmt::Display for ImportOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ledger = &self.ledger;
        let run = &self.run;
        let lines = &ledger.lines;
        let invoices = &ledger.invoices;
        let only = ledger.only_currency(run.currency);
        let header = only.map_or_else(String::new, |currency| format!("amount, {currency}"));
        writeln!(f, "{:>10} {:>12} {:>12} {header:>20}", "", "invoices", "lines")?;
        let amounts = only.map(|currency| ledger.amounts_in(currency));
        let mut row = |name: &str, invoices: u64, lines: u64, of: fn(&Amounts) -> String| {
            let amount = amounts.as_ref().map(of).unwrap_or_default();
            writeln!(f, "{name:>10} {invoices:>12} {lines:>12} {amount:>20}")
        };
        row("read", invoices.read, lines.read, |amounts| amounts.read.to_string())?;
        row("imported", invoices.imported, lines.imported, |amounts| amounts.imported.to_string())?;
        if lines.corrected > 0 {
            row("corrected", invoices.corrected, lines.corrected, |amounts| amounts.corrected.to_string())?;
        }
        row("already", invoices.already, lines.already, |amounts| amounts.already.to_string())?;
        row("refused", invoices.refused, lines.refused, |amounts| amounts.refused.to_string())?;
        if only.is_none() {
            ledger.amounts.iter().try_for_each(|(currency, amounts)| amounts_in(f, *currency, amounts))?;
        }
        if invoices.partly_refused > 0 {
            writeln!(f, "{} more invoices were imported without their refused lines.", invoices.partly_refused)?;
        }
        for (code, times) in &ledger.codes {
            writeln!(f, "  refused: {code}, {times} lines")?;
        }
        for (note, times) in &ledger.notes {
            writeln!(f, "  note: {note}, {times} invoices")?;
        }
        let rate = run.rate(lines.read);
        write!(f, "{} in {:.1} s, {rate:.0} lines/s.", self.verdict(), run.seconds)
    }
}

fn amounts_in(f: &mut fmt::Formatter<'_>, currency: Currency, amounts: &Amounts) -> fmt::Result {
    let Amounts { read, imported, corrected, already, refused, .. } = amounts;
    writeln!(
        f,
        "  {currency}: read {read}, imported {imported}, corrected {corrected}, already {already}, refused {refused}"
    )
}

impl ImportOutcome {
    fn verdict(&self) -> &'static str {
        let ledger = &self.ledger;
        let changed = ledger.orders.imported + ledger.orders.corrected;
        match (self.run.complete, self.run.dry_run) {
            (false, _) => "Not complete; what is counted above is done, and a second run does the rest",
            (true, true) => "A dry run: nothing was imported, and this is what an import would do now",
            (true, false) if changed == 0 && ledger.orders.already > 0 => {
                "Nothing changed: all of it had been imported before"
            }
            (true, false) if ledger.lines.refused > 0 => "Complete, but for what is refused",
            (true, false) => "Complete",
        }
    }
}
