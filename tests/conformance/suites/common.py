"""What the suites in Python share: where the engine is, and how a result is told."""

import json
import os


def required(name):
    value = os.environ.get(name)
    if not value:
        raise SystemExit(f"{name} is not set; run this suite through run.sh")
    return value


def tell(case, outcome, detail=""):
    """Tells one result as a line of JSON that summary.py reads; outcome is passed, failed or not applicable."""
    print(json.dumps({"case": case, "outcome": outcome, "detail": detail}), flush=True)
