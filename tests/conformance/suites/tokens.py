"""Tokens made by PyJWT, joserfc and jwcrypto, and tokens that no honest library makes, at the endpoints of the engine.

A token that must be refused is held against the engine only when one of the three libraries refuses it too.
"""

import json
import sys
import uuid
from pathlib import Path

import joserfc.jwk
import joserfc.jws
import joserfc.jwt
import jwcrypto.jwk
import jwcrypto.jwt
import jwt
import requests

sys.path.insert(0, str(Path(__file__).parent.parent / "tokens"))
import cases  # noqa: E402
from forge import Issuer  # noqa: E402

from common import patiently, required, record_result  # noqa: E402

URL = required("ENGINE_URL")
TIMEOUT_S = 10


def issuer() -> Issuer:
    keys = json.loads(Path(required("ENGINE_JWKS")).read_text())["keys"]
    granted = jwt.decode(required("CONFORMANCE_TOKEN"), options={"verify_signature": False})
    pem = Path(required("ENGINE_SIGNING_KEY")).read_bytes()
    return Issuer(pem, keys[0]["kid"], granted["iss"], granted["aud"], granted["tenant"], granted["scope"])


def judges(trusted: Issuer):
    """Each library's own check of a token, with the claims that the engine needs; it throws where it refuses."""
    needed = ["iss", "aud", "exp", "sub", "tenant"]
    public = jwt.algorithms.OKPAlgorithm.to_jwk(trusted.key.public_key())
    jwcrypto_key = jwcrypto.jwk.JWK.from_json(public)
    joserfc_key = joserfc.jwk.OKPKey.import_key(json.loads(public))
    registry = joserfc.jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": trusted.issuer}, aud={"essential": True, "value": trusted.audience}, exp={"essential": True},
        sub={"essential": True}, tenant={"essential": True})

    def by_pyjwt(token):
        jwt.decode(token, trusted.key.public_key(), algorithms=["EdDSA"], audience=trusted.audience, issuer=trusted.issuer,
                   options={"require": needed})

    def by_joserfc(token):
        registry.validate(joserfc.jwt.decode(token, joserfc_key, algorithms=["EdDSA"]).claims)

    def by_jwcrypto(token):
        checks = {"iss": trusted.issuer, "aud": trusted.audience, "exp": None, "sub": None, "tenant": None}
        jwcrypto.jwt.JWT(jwt=token, key=jwcrypto_key, algs=["EdDSA"], check_claims=checks)

    return {"PyJWT": by_pyjwt, "joserfc": by_joserfc, "jwcrypto": by_jwcrypto}


def refuses(judge, token) -> bool:
    try:
        judge(token)
    except Exception:  # each library has its own errors, and some forms make them throw others
        return True
    return False


def ask(headers) -> requests.Response:
    """Asks for an order that does not exist: 404 for a token that counts, 401 for one that does not."""
    prepared = requests.Request("GET", f"{URL}/v1/orders/{uuid.uuid4()}", headers=headers).prepare()
    with requests.Session() as session:
        return patiently(lambda: session.send(prepared, timeout=TIMEOUT_S))


def check(name, answer, wanted, rule):
    found = {404: "accepted", 401: "refused"}.get(answer.status_code, f"answered {answer.status_code}")
    challenge = answer.headers.get("WWW-Authenticate", "")
    if found != wanted:
        record_result(name, "failed", f"{found} ({answer.text[:200]}), should be {wanted}: {rule}")
    elif found == "refused" and not challenge.lower().startswith("bearer"):
        record_result(name, "failed", f"401 with WWW-Authenticate {challenge!r}, should name Bearer: RFC 6750 3")
    else:
        record_result(name, "passed")


def check_tokens(trusted: Issuer):
    for case in cases.accepted(trusted):
        check(case.name, ask({"Authorization": f"Bearer {case.token}"}), case.wanted, case.rule)
    libraries = judges(trusted)
    for case in cases.refused(trusted):
        needs_no_judge = "customer" in case.name or "scope" in case.name or "tenant" in case.name
        if not needs_no_judge and not any(refuses(judge, case.token) for judge in libraries.values()):
            record_result(case.name, "not applicable", f"{', '.join(libraries)} all take it")
        else:
            check(case.name, ask({"Authorization": f"Bearer {case.token}"}), case.wanted, case.rule)


def check_headers(trusted: Issuer):
    good = trusted.sign()
    check("authorization/scheme in lower case", ask({"Authorization": f"bearer {good}"}), "accepted", "RFC 9110 11.1")
    check("authorization/scheme in capitals", ask({"Authorization": f"BEARER {good}"}), "accepted", "RFC 9110 11.1")
    for name, value in {"absent": None, "empty": "", "scheme alone": "Bearer", "scheme and a space": "Bearer ", "token alone": good,
                        "another scheme": f"Basic {good}", "another scheme like it": f"BearerX {good}", "two tokens": f"Bearer {good} {good}",
                        "a list": f"Bearer {good}, Bearer {good}", "a parameter": f"Bearer token={good}"}.items():
        check(f"authorization/{name}", ask({} if value is None else {"Authorization": value}), "refused", "RFC 6750 2.1")
    in_url = requests.get(f"{URL}/v1/orders/{uuid.uuid4()}", params={"access_token": good}, timeout=TIMEOUT_S)
    check("authorization/in the URL", in_url, "refused", "RFC 6750 2.3, RFC 9700 4.3.2: no tokens in URLs")


def check_staff(trusted: Issuer):
    """Who has neither a customer nor the scope of staff sees nobody's order."""
    staff = {"Authorization": f"Bearer {trusted.sign()}", "Idempotency-Key": str(uuid.uuid4())}
    made = requests.post(f"{URL}/v1/orders", json={"customer": "somebody", "currency": "EUR"}, headers=staff, timeout=TIMEOUT_S)
    path = f"{URL}/v1/orders/{made.json()['orderId']}"
    scope = " ".join(name for name in trusted.scope.split() if name != "tenant:staff")
    plain = {"Authorization": f"Bearer {trusted.sign(claims=trusted.claims(scope=scope))}"}
    query = {"query": '{ orders(where: {customer: {eq: "somebody"}}) { totalCount } }'}
    by_command = requests.get(path, headers=plain, timeout=TIMEOUT_S)
    record_result("staff/no customer and no tenant:staff, by command", "passed" if by_command.status_code in (401, 403, 404) else "failed",
         f"status {by_command.status_code}")
    # The read models follow the log, so the order is waited for with the token of staff.
    waiting = plain | {"Order-Consistency-Token": made.headers["Order-Consistency-Token"]}
    seen = requests.post(f"{URL}/graphql", json=query, headers=waiting, timeout=TIMEOUT_S).json()
    nothing = not seen.get("data") or not seen["data"]["orders"]["totalCount"]
    record_result("staff/no customer and no tenant:staff, by GraphQL", "passed" if nothing else "failed", json.dumps(seen)[:200])


def main():
    trusted = issuer()
    check_tokens(trusted)
    check_headers(trusted)
    check_staff(trusted)


main()
