"""Adds up what the suites reported, against the list of known exceptions.

    summary.py EXCEPTIONS.toml RESULTS_FOLDER

Prints a table, every failure that is not listed and every listed one that did not fail. Ends with 1 when there is any of these, or when a
suite did not run to its end.
"""

import json
import sys
import tomllib
from collections import Counter
from pathlib import Path

FAILURES_SHOWN_MAX = 40
DETAIL_CHARS_MAX = 600


class Suite:
    """The results of one suite. Its file begins with its name and version and ends with its exit status."""

    def __init__(self, file: Path, exceptions: dict[str, str]):
        self.title, self.notes, self.status = file.stem, [], None
        self.outcomes: dict[str, str] = {}
        self.details: dict[str, str] = {}
        # Not splitlines(), which also splits at characters that stand in the texts of cases.
        for line in file.read_text().split("\n"):
            if line:
                self.take(json.loads(line))
        failed = {case for case, outcome in self.outcomes.items() if outcome == "failed"}
        self.known = failed & exceptions.keys()
        self.unlisted = sorted(failed - exceptions.keys())
        self.outdated = sorted(exceptions.keys() - failed)

    def take(self, entry: dict):
        if "title" in entry:
            self.title = entry["title"]
        elif "note" in entry:
            self.notes.append(entry["note"])
        elif "status" in entry:
            self.status = entry["status"]
        else:
            case = entry["case"]
            # A case that is reported twice has failed when it failed once.
            if self.outcomes.get(case) != "failed":
                self.outcomes[case], self.details[case] = entry["outcome"], entry["detail"]

    def is_good(self) -> bool:
        return self.status == 0 and bool(self.outcomes) and not self.unlisted and not self.outdated

    def row(self) -> list[str]:
        counts = Counter(self.outcomes.values())
        numbers = [counts["passed"], counts["failed"] - len(self.known), len(self.known), counts["not applicable"]]
        return [self.title, *(f"{number:,}" for number in numbers), "; ".join(self.notes)]

    def show_faults(self):
        for case in self.unlisted[:FAILURES_SHOWN_MAX]:
            print(f"  FAILED  {case}\n          {' '.join(self.details[case].split())[:DETAIL_CHARS_MAX]}")
        if len(self.unlisted) > FAILURES_SHOWN_MAX:
            print(f"  … and {len(self.unlisted) - FAILURES_SHOWN_MAX} more")
        for case in self.outdated:
            outcome = self.outcomes.get(case, "not among its cases")
            print(f"  LISTED as a known exception, but {outcome}: {case}")
        if self.status != 0 or not self.outcomes:
            print(f"  BROKEN  the suite ended with {self.status} and reported {len(self.outcomes)} results; its log is beside them")


def read_exceptions(file: Path) -> dict[str, dict[str, str]]:
    """For each suite, the cases that are known to fail, with the reason of each."""
    exceptions: dict[str, dict[str, str]] = {}
    for entry in tomllib.loads(file.read_text()).get("exception", []):
        for case in entry["cases"]:
            exceptions.setdefault(entry["suite"], {})[case] = entry["reason"]
    return exceptions


def print_table(rows: list[list[str]]):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) if column in (0, len(row) - 1) else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())


def main():
    exceptions, folder = read_exceptions(Path(sys.argv[1])), Path(sys.argv[2])
    files = sorted(folder.glob("*.ndjson"))
    suites = [(file.stem, Suite(file, exceptions.get(file.stem, {}))) for file in files]
    for name, suite in suites:
        if not suite.is_good():
            print(f"\n{name}")
            suite.show_faults()
    print()
    print_table([["suite", "passed", "failed", "known", "n/a", ""], *(suite.row() for _, suite in suites)])
    sys.exit(0 if suites and all(suite.is_good() for _, suite in suites) else 1)


main()
