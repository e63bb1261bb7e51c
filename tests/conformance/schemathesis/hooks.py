"""What schemathesis needs to know of this API: rows of imports, orders that exist, and what its generators would miss."""

import json
import os
import uuid
from datetime import UTC, datetime

import requests
import schemathesis
from common import patiently
from hypothesis import strategies

URL = os.environ["ENGINE_URL"]
TIMEOUT_S = 10
# Refusals for the form of a body, which the document describes. The others are about what is stored, or about fields beside each other.
REFUSED_FOR_ITS_FORM = {"malformed_body", "validation_failed"}
LINE = {"sku": "A-1", "description": "what the tests begin with", "quantity": 1, "unitPrice": "1.00"}
# Its own moments are of the years 1 to 9999, of which hardly any lies within the bounds that the document names.
schemathesis.openapi.format("date-time", strategies.datetimes(datetime(1830, 1, 1), datetime(2249, 12, 31), timezones=strategies.just(UTC))
                            .map(lambda moment: moment.isoformat().replace("+00:00", "Z")))
schemathesis.openapi.format("version", strategies.integers(1, 10**18 - 1).map(lambda version: f'"{version}"'))


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Gives If-Match a format of ours, beside the pattern that it has: its own has any ETag, and it takes a quote for no text of a header."""
    for path in raw_schema["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] == "If-Match":
                    parameter["schema"]["format"] = "version"


@schemathesis.serializer("application/x-ndjson")
def to_row(_, value):
    """A body is one row; the document describes a row."""
    return value if isinstance(value, bytes) else json.dumps(value).encode() + b"\n"


@schemathesis.deserializer("application/x-ndjson")
def from_row(_, response):
    return json.loads(response.content.splitlines()[0])


def is_uuid(value) -> bool:
    try:
        return str(uuid.UUID(value)) == value
    except (ValueError, TypeError, AttributeError):
        return False


def send(path, body):
    headers = {"Authorization": f"Bearer {os.environ['CONFORMANCE_TOKEN']}", "Idempotency-Key": str(uuid.uuid4())}
    answer = patiently(lambda: requests.post(f"{URL}{path}", json=body, headers=headers, timeout=TIMEOUT_S))
    answer.raise_for_status()
    return answer.json()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts an order, and a line of it, that exist in the place of ids that are well-formed: what is made up never exists."""
    ids = case.path_parameters or {}
    if not is_uuid(ids.get("id")):
        return
    order = send("/v1/orders", {"customer": "conformance", "currency": "EUR"})["orderId"]
    line = send(f"/v1/orders/{order}/lines", LINE)["lineId"]
    case.path_parameters = ids | {"id": order} | ({"line_id": line} if is_uuid(ids.get("line_id")) else {})


def problem_of(response) -> dict:
    try:
        return response.json()
    except ValueError:
        return {}


def is_no_http(response) -> bool:
    """Whether a header of the request has a control character, which is no HTTP (RFC 9110, section 5.5)."""
    values = (value if isinstance(value, str) else value.decode("latin-1") for value in response.request.headers.values())
    return any(not character.isprintable() and ord(character) < 0x80 and character != "\t" for value in values for character in value)


@schemathesis.hook
def filter_failure(context, failure, case, response) -> bool:
    """Keeps a failure unless it is about what a schema cannot say."""
    if response.status_code == 400 and not response.content and is_no_http(response):
        return False  # refused by the HTTP library, below everything that the document describes
    if failure.code == "ST202" and response.status_code == 412:
        return False  # a version in If-Match that the order is not at
    if failure.code == "ST202" and response.status_code == 422 and problem_of(response).get("code") != "validation_failed":
        return False  # the order's state forbids the command
    if failure.code == "ST203" and response.status_code == 428 and "If-Match" not in response.request.headers:
        return False  # the status that RFC 6585 has for a missing If-Match, which schemathesis does not know
    if failure.code == "ST201" and case.operation.path == "/v1/imports" and response.status_code == 200:
        return from_row(None, response)["status"] != "refused"  # rows are refused one by one, within 200
    return True


@schemathesis.check
def valid_rows_are_taken(ctx, response, case):
    """What positive_data_acceptance looks for, in the result of a row."""
    valid = case.meta is not None and case.meta.generation.mode.is_positive
    if case.operation.path == "/v1/imports" and response.status_code == 200 and valid:
        row = from_row(None, response)
        assert row["status"] != "refused" or row["code"] not in REFUSED_FOR_ITS_FORM, f"a schema-valid row is refused: {row}"
