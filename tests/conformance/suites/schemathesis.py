"""schemathesis against /openapi.json: all of its checks, in all of its phases. One result an operation, and one more a kind of failure."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

from common import required, record_result

SETTINGS = Path(__file__).parent.parent / "schemathesis"
DETAIL_CHARS_MAX = 900


def run(folder: Path) -> str:
    url = required("ENGINE_URL")
    program = Path(sys.executable).parent / "schemathesis"
    # It leaves things where it runs, so it runs in a copy, beside what the hooks share with the suites.
    shutil.copytree(SETTINGS, folder, dirs_exist_ok=True)
    shutil.copy(Path(__file__).parent / "common.py", folder)
    command = [program, "--config-file", "schemathesis.toml", "run", f"{url}/openapi.json", "--url", url, "--checks", "all",
               "--report", "junit,json", "--report-dir", ".", "--no-color"]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"schemathesis ended with {done.returncode}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def failures_of(testcase) -> dict[str, list[str]]:
    """The texts of an operation's failures by their code and title; an error counts as a failure."""
    found: dict[str, list[str]] = {}
    for element in testcase:
        if element.tag in ("failure", "error"):
            titles = re.findall(r"^- (.+)$", element.text or "", re.MULTILINE) or [(element.text or element.tag).splitlines()[0]]
            for title in titles:
                found.setdefault(title, []).append(element.text or "")
    return found


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        output = run(folder)
        report = json.loads(next(folder.glob("json-*.json")).read_text())
        suites = xml.parse(next(folder.glob("junit-*.xml")))
    for testcase in suites.iter("testcase"):
        operation = testcase.get("name")
        failures = failures_of(testcase)
        for title, texts in failures.items():
            record_result(f"{operation}/{title}", "failed", f"{len(texts)} of the kind, the first: {texts[0][:DETAIL_CHARS_MAX]}")
        if not failures:
            record_result(operation, "passed")
    if not report["complete"]:
        record_result("the run", "failed", f"it stopped early: {report['stop_reason']}\n{output[-2000:]}")
    print(json.dumps({"note": f"{report['test_cases']['generated']} requests"}))


main()
