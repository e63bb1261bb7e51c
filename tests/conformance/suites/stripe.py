"""The payment simulator's answers against Stripe's own OpenAPI description, which stripe-mock brings.

Every road of a payment is walked: made, confirmed, declined, authenticated, captured in part, cancelled, refunded, disputed, listed,
repeated, refused. Each answer has to be of the schema that Stripe's description has for the operation and the status, and an object
has no field that Stripe's does not have.
"""

import json
import socket
import subprocess
import time
from functools import partial

import requests
from common import record_result, required
from jsonschema import Draft4Validator

START_S_MAX = 20
LOOK_S = 0.1
KEY = "sk_test_conformance"
PUBLISHABLE_KEY = "pk_test_conformance"
INTENTS = "/v1/payment_intents"
INTENT = INTENTS + "/{intent}"


def with_nulls(schema):
    """The schema as JSON Schema, where a value that may be null is one of two."""
    if isinstance(schema, list):
        return [with_nulls(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: with_nulls(part) for name, part in schema.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


class Description:
    """Stripe's description."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.spec = json.load(file)
        self.schemas = self.spec["components"]["schemas"]
        self.components = {"schemas": with_nulls(self.schemas)}

    def violations(self, schema, value):
        """What is wrong with a value, each with its place."""
        validator = Draft4Validator({"allOf": [with_nulls(schema)], "components": self.components})
        errors = sorted(validator.iter_errors(value), key=lambda error: list(map(str, error.absolute_path)))
        found = [f"{'/'.join(map(str, error.absolute_path)) or 'the answer'}: {reason(error)}" for error in errors]
        return found + list(self.unknown_fields(value, ""))

    def of_answer(self, method, template, answer):
        """What is wrong with the answer to an operation."""
        responses = self.spec["paths"][template][method.lower()]["responses"]
        described = responses.get(str(answer.status_code), responses["default"])
        return self.violations(described["content"]["application/json"]["schema"], answer.json())

    def unknown_fields(self, value, place):
        if isinstance(value, list):
            for index, part in enumerate(value):
                yield from self.unknown_fields(part, f"{place}/{index}")
        if not isinstance(value, dict):
            return
        kind = value.get("object")
        schema = self.schemas.get(kind, {}) if isinstance(kind, str) else {}
        if properties := schema.get("properties"):
            yield from (f"{place}/{name}: Stripe's {kind} has no such field" for name in value.keys() - properties)
        for name, part in value.items():
            yield from self.unknown_fields(part, f"{place}/{name}")


def reason(error):
    """Why a value is wrong; of alternatives, what the nearest of them misses."""
    objects = [inner for inner in error.context if inner.validator != "type"]
    if not objects:
        return error.message[-200:]
    nearest = max(objects, key=lambda inner: len(inner.absolute_path))
    return f"{'/'.join(map(str, nearest.absolute_path))}: {reason(nearest)}"


class Simulator:
    """A payment simulator of its own."""

    def __init__(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            address = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{address}"
        command = [required("ORDER_ENGINE"), "simulate", "payments", "--listen", address, "--seed", "7"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self.wait()

    def wait(self):
        until = time.monotonic() + START_S_MAX
        while True:
            try:
                return requests.get(self.url + "/_simulator/methods", timeout=5).raise_for_status()
            except requests.RequestException:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(LOOK_S)

    def send(self, method, path, form=None, idempotency_key=None, token=KEY):
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": idempotency_key} if idempotency_key else {})
        fields = {"params" if method == "GET" else "data": form or {}}
        return requests.request(method, self.url + path, headers=headers, timeout=10, **fields)

    def tell(self, path):
        requests.post(f"{self.url}/_simulator/{path}", timeout=10).raise_for_status()


class Walk:
    """Sends requests, and records of each whether its answer is as described."""

    def __init__(self, description, simulator):
        self.description, self.simulator = description, simulator

    def ask(self, case, method, template, form=None, intent="", status=200, **more):
        """The answer's body."""
        answer = self.simulator.send(method, template.replace("{intent}", intent), form, **more)
        wrong = [] if answer.status_code == status else [f"answered {answer.status_code} instead of {status}"]
        wrong += self.description.of_answer(method, template, answer)
        record_result(case, "failed" if wrong else "passed", "; ".join(wrong[:5]))
        return answer.json()

    def made(self, case, **more):
        form = {"amount": 1_000, "currency": "eur", "capture_method": "manual", "payment_method_types[]": "card"}
        return self.ask(case, "POST", INTENTS, form | {"metadata[payment_id]": "p-1"} | more)

    def confirmed(self, case, method="pm_card_visa", status=200, **more):
        intent = self.made(f"{case}: made", **more)["id"]
        form = {"payment_method": method, "expand[]": "latest_charge"}
        self.ask(f"{case}: confirmed", "POST", INTENT + "/confirm", form, intent, status)
        return intent


def walk(ask, made, confirmed, simulator):
    act = partial(ask, method="POST")

    captured = confirmed("captured")
    act("captured: a part", template=INTENT + "/capture", form={"amount_to_capture": 600}, intent=captured)
    ask("captured: read", "GET", INTENT, {"expand[]": "latest_charge"}, captured)
    act("captured: once more", template=INTENT + "/capture", intent=captured, status=400)
    act("refunded: a part", template="/v1/refunds", form={"payment_intent": captured, "amount": 200})
    act("refunded: too much", template="/v1/refunds", form={"payment_intent": captured, "amount": 900}, status=400)
    act("refunded: the rest", template="/v1/refunds", form={"payment_intent": captured})
    ask("refunded: listed", "GET", "/v1/refunds", {"payment_intent": captured})

    cancelled = confirmed("cancelled")
    act("cancelled: cancelled", template=INTENT + "/cancel", intent=cancelled)
    act("cancelled: captured", template=INTENT + "/capture", intent=cancelled, status=400)

    confirmed("declined", "pm_card_visa_chargeDeclined", status=402)
    confirmed("expired card", "pm_card_chargeDeclinedExpiredCard", status=402)

    for case, outcome in (("authenticated", "complete"), ("not authenticated", "fail")):
        waiting = confirmed(case, "pm_card_threeDSecure2Required")
        simulator.tell(f"actions/{waiting}/{outcome}")
        ask(f"{case}: read", "GET", INTENT, {"expand[]": "latest_charge"}, waiting)

    disputed = confirmed("disputed", "pm_card_createDispute")
    act("disputed: captured", template=INTENT + "/capture", intent=disputed)
    ask("disputed: listed", "GET", "/v1/disputes", {"payment_intent": disputed})

    secret = made("by a browser: made")
    form = {"client_secret": secret["client_secret"], "payment_method": "pm_card_visa"}
    act("by a browser: confirmed", template=INTENT + "/confirm", form=form, intent=secret["id"], token=PUBLISHABLE_KEY)

    once = {"amount": 500, "currency": "eur", "capture_method": "manual"}
    act("repeated: first", template=INTENTS, form=once, idempotency_key="once")
    act("repeated: again", template=INTENTS, form=once, idempotency_key="once")
    other = once | {"amount": 501}
    act("repeated: otherwise", template=INTENTS, form=other, idempotency_key="once", status=400)

    ask("listed: the first page", "GET", INTENTS, {"limit": 2})
    ask("listed: behind one", "GET", INTENTS, {"limit": 2, "starting_after": captured})
    ask("unknown: read", "GET", INTENT, intent="pi_unknown", status=404)
    act("unknown: amount", template=INTENTS, form={"currency": "eur"}, status=400)
    ask("without a key", "GET", INTENTS, status=401, token="")


def events(description, simulator):
    """Webhooks carry what the list of events has."""
    for event in simulator.send("GET", "/v1/events").json()["data"]:
        wrong = description.violations({"$ref": "#/components/schemas/event"}, event)
        thing = event["data"]["object"]
        wrong += description.violations({"$ref": f"#/components/schemas/{thing['object']}"}, thing)
        record_result(f"event {event['type']} {event['id']}", "failed" if wrong else "passed", "; ".join(wrong[:5]))


def main():
    description, simulator = Description(required("STRIPE_SPEC")), Simulator()
    try:
        steps = Walk(description, simulator)
        walk(steps.ask, steps.made, steps.confirmed, simulator)
        events(description, simulator)
    finally:
        simulator.process.terminate()
        simulator.process.wait()


main()
