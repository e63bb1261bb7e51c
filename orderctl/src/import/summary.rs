//! An import's outcome in words.

use std::fmt;

use super::Outcome;

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ledger, currency) = (&self.ledger, self.run.currency);
        let (lines, invoices, amounts) = (&ledger.lines, &ledger.invoices, &ledger.amounts);
        writeln!(f, "{:>10} {:>12} {:>12} {:>20}", "", "invoices", "lines", format!("amount, {currency}"))?;
        let row = |f: &mut fmt::Formatter<'_>, name: &str, invoices: u64, lines: u64, amount: &dyn fmt::Display| {
            writeln!(f, "{name:>10} {invoices:>12} {lines:>12} {:>20}", amount.to_string())
        };
        row(f, "read", invoices.read, lines.read, &amounts.read)?;
        row(f, "imported", invoices.imported, lines.imported, &amounts.imported)?;
        row(f, "already", invoices.already, lines.already, &amounts.already)?;
        row(f, "refused", invoices.refused, lines.refused, &amounts.refused)?;
        if invoices.partly_refused > 0 {
            writeln!(f, "{} more invoices were imported without their refused lines.", invoices.partly_refused)?;
        }
        for (code, times) in &ledger.codes {
            writeln!(f, "  refused: {code}, {times} lines")?;
        }
        for (note, times) in &ledger.notes {
            writeln!(f, "  note: {note}, {times} invoices")?;
        }
        let rate = self.run.rate(lines.read);
        write!(f, "{} in {:.1} s, {rate:.0} lines/s.", self.verdict(), self.run.seconds)
    }
}

impl Outcome {
    fn verdict(&self) -> &'static str {
        let ledger = &self.ledger;
        match (self.run.complete, ledger.orders.imported) {
            (false, _) => "Not complete; what is counted above is done, and a second run does the rest",
            (true, 0) if ledger.orders.already > 0 => "Nothing changed: all of it had been imported before",
            (true, _) => "Complete",
        }
    }
}
