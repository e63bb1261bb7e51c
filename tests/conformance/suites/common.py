"""What the suites in Python share: where the engine is, and how a result is recorded."""

import json
import os
import time

# How often a request is sent again after 429, and how long is waited for at most.
TRIES_MAX = 20
RETRY_AFTER_S_MAX = 30


def required(name):
    value = os.environ.get(name)
    if not value:
        raise SystemExit(f"{name} is not set; run this suite through run.sh")
    return value


def record_result(case, outcome, detail=""):
    """Records one result as a line of JSON that summary.py reads; outcome is passed, failed or not applicable."""
    print(json.dumps({"case": case, "outcome": outcome, "detail": detail}), flush=True)


def patiently(send):
    """The answer of `send`, called again while it is 429: a suite asks faster than a client may, so it waits as the answer says."""
    for _ in range(TRIES_MAX):
        answer = send()
        seconds = answer.headers.get("Retry-After", "")
        if answer.status_code != 429 or not seconds.isdigit() or int(seconds) > RETRY_AFTER_S_MAX:
            return answer
        time.sleep(int(seconds))
    return answer
