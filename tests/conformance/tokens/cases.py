"""Tokens with what must come of them, by RFC 7515 (JWS), RFC 7519 (JWT), RFC 8725 (best practice) and RFC 8037 (Ed25519).

Each case is a name, a token and the rule. `accepted` and `refused` are the only outcomes; what the rules leave open is not here.
"""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass

import joserfc.jwk
import joserfc.jwt
import jwcrypto.jwk
import jwcrypto.jwt
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from forge import Issuer, encode

# The order of the group of Ed25519 (RFC 8032, section 5.1).
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


@dataclass
class Case:
    name: str
    token: str
    wanted: str
    rule: str


def accepted(issuer: Issuer) -> list[Case]:
    def case(name, token, rule):
        return Case(f"accepted/{name}", token, "accepted", rule)

    header = {"alg": "EdDSA", "kid": issuer.kid}
    claims = issuer.claims()
    by_jwcrypto = jwcrypto.jwt.JWT(header=header, claims=claims)
    by_jwcrypto.make_signed_token(jwcrypto.jwk.JWK.from_pem(issuer.pem))
    joserfc_key = joserfc.jwk.OKPKey.import_key(issuer.pem)
    now = int(time.time())
    return [
        case("made by PyJWT", jwt.encode(claims, issuer.pem, "EdDSA", headers={"kid": issuer.kid}), "RFC 7519"),
        case("made by joserfc", joserfc.jwt.encode(header, claims, joserfc_key, algorithms=["EdDSA"]), "RFC 7519"),
        case("made by jwcrypto", by_jwcrypto.serialize(), "RFC 7519"),
        case("without typ", issuer.sign(issuer.header(typ=...)), "RFC 7519 5.1: typ is optional"),
        case("without kid, one key serving", issuer.sign(issuer.header(kid=...)), "RFC 7515 4.1.4: kid is optional"),
        case("typ in lower case", issuer.sign(issuer.header(typ="jwt")), "RFC 7515 4.1.9: media types have no case"),
        case("typ at+jwt", issuer.sign(issuer.header(typ="at+jwt")), "RFC 9068 2.1: access tokens"),
        case("an unknown header", issuer.sign(issuer.header(conformance={"a": [1]})), "RFC 7515 4: ignored unless critical"),
        case("an unknown claim", issuer.sign(claims=issuer.claims(conformance={"a": [1]})), "RFC 7519 4: ignored"),
        case("several audiences", issuer.sign(claims=issuer.claims(aud=["other", issuer.audience])), "RFC 7519 4.1.3"),
        case("a list of one audience", issuer.sign(claims=issuer.claims(aud=[issuer.audience])), "RFC 7519 4.1.3"),
        case("without nbf and iat", issuer.sign(claims=issuer.claims(nbf=..., iat=...)), "RFC 7519 4.1: optional"),
        case("times with fractions", issuer.sign(claims=issuer.claims(exp=now + 60.5, nbf=now - 60.5)), "RFC 7519 2: NumericDate"),
        case("white space in the JSON", issuer.sign(json.dumps(issuer.header(), indent=2), json.dumps(claims, indent=2)), "RFC 7519 3"),
        case("escapes in the JSON", issuer.sign(claims=json.dumps(claims).replace("conformance", "\\u0063onformance")), "RFC 8259 7"),
    ]


def refused(issuer: Issuer) -> list[Case]:
    groups = {
        "algorithm": algorithms(issuer), "key": keys(issuer), "critical header": critical(issuer), "header": headers(issuer),
        "claim": claims(issuer), "form": forms(issuer), "signature": signatures(issuer),
    }
    return [
        Case(f"refused/{group}/{name}", token, "refused", rule)
        for group, cases in groups.items()
        for name, (token, rule) in cases.items()
    ]


def algorithms(issuer: Issuer):
    public = issuer.key.public_key()
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    cases = {}
    for name in ["none", "None", "NONE", "nOnE", ""]:
        cases[f"{name or 'empty'}, unsigned"] = issuer.sign(issuer.header(alg=name), signature=lambda _: b""), "RFC 8725 3.2"
        cases[f"{name or 'empty'}, signed"] = issuer.sign(issuer.header(alg=name)), "RFC 8725 3.1"
    for name, secret in {"raw key": raw, "PEM": pem, "DER": der, "x": encode(raw).encode(), "nothing": b""}.items():
        def by_hmac(signed, secret=secret):
            return hmac.new(secret, signed, hashlib.sha256).digest()
        cases[f"HS256 by the public key as {name}"] = issuer.sign(issuer.header(alg="HS256"), signature=by_hmac), "RFC 8725 2.1, 3.1"
        cases[f"EdDSA, but HMAC by {name}"] = issuer.sign(signature=by_hmac), "RFC 8725 3.1"
    for name in ["RS256", "ES256", "PS256", "HS256", "eddsa", "EDDSA", "Ed448", "ES256K", "dir", "A128KW"]:
        cases[f"{name}, but signed by Ed25519"] = issuer.sign(issuer.header(alg=name)), "RFC 7515 4.1.1: the names have a case"
    for name, value in {"a number": 1, "null": None, "a list": ["EdDSA"], "an object": {"EdDSA": None}, "left out": ...}.items():
        cases[f"alg is {name}"] = issuer.sign(issuer.header(alg=value)), "RFC 7515 4.1.1: a text, required"
    return cases


def keys(issuer: Issuer):
    other = ed25519.Ed25519PrivateKey.generate()
    x = encode(other.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": x}
    url = "https://keys.invalid/jwks.json"
    rsa_key = rsa.generate_private_key(65537, 2048)
    ec_key = ec.generate_private_key(ec.SECP256R1())
    rule = "RFC 7515 4.1.2 to 4.1.8, RFC 8725 3.10: a key that the token names is not trusted"
    return {
        "of somebody else": (issuer.sign(key=other), "RFC 7515 5.2"),
        "of somebody else, without kid": (issuer.sign(issuer.header(kid=...), key=other), "RFC 7515 5.2"),
        "of somebody else, brought as jwk": (issuer.sign(issuer.header(jwk=jwk), key=other), rule),
        "of somebody else, brought as jwk without kid": (issuer.sign(issuer.header(jwk=jwk, kid=...), key=other), rule),
        "of somebody else, named by jku": (issuer.sign(issuer.header(jku=url), key=other), rule),
        "of somebody else, named by x5u": (issuer.sign(issuer.header(x5u=url), key=other), rule),
        "of somebody else, brought as x5c": (issuer.sign(issuer.header(x5c=["AAAA"]), key=other), rule),
        "RS256 of somebody else": (
            issuer.sign(issuer.header(alg="RS256"), signature=lambda data: rsa_key.sign(data, padding.PKCS1v15(), SHA256())), rule),
        "ES256 of somebody else": (
            issuer.sign(issuer.header(alg="ES256"), signature=lambda data: ec_key.sign(data, ec.ECDSA(SHA256()))), rule),
        "an unknown kid": (issuer.sign(issuer.header(kid="unknown")), "RFC 7515 4.1.4"),
        "an empty kid": (issuer.sign(issuer.header(kid="")), "RFC 7515 4.1.4"),
        "a kid that is a path": (issuer.sign(issuer.header(kid="../../dev/null"), key=other), "RFC 8725 3.10"),
        "a kid that is a statement": (issuer.sign(issuer.header(kid="' OR '1'='1"), key=other), "RFC 8725 3.10"),
        "a kid that is a number": (issuer.sign(issuer.header(kid=1)), "RFC 7515 4.1.4: a text"),
        "a kid that is a list": (issuer.sign(issuer.header(kid=[issuer.kid])), "RFC 7515 4.1.4: a text"),
        "a kid that is an object": (issuer.sign(issuer.header(kid={issuer.kid: None})), "RFC 7515 4.1.4: a text"),
    }


def critical(issuer: Issuer):
    rule = "RFC 7515 4.1.11: what is critical and not understood refuses the token; the list is not empty"
    lists = {
        "of an unknown one": ["conformance"], "of exp": ["exp"], "of b64": ["b64"], "of nothing": [], "of alg": ["alg"],
        "of one that is absent": ["absent"], "twice the same": ["conformance", "conformance"], "of a number": [1],
        "that is null": None, "that is a text": "conformance", "that is an object": {"conformance": True}, "that is true": True,
    }
    cases = {f"a list {name}" if isinstance(value, list) else f"one {name}":
             (issuer.sign(issuer.header(crit=value, conformance=1, exp=1, b64=True)), rule) for name, value in lists.items()}
    payload = json.dumps(issuer.claims())
    head = encode(json.dumps(issuer.header(crit=["b64"], b64=False)).encode())
    signed = f"{head}.{payload}".encode()
    cases["an unencoded payload"] = f"{head}.{payload}.{encode(issuer.key.sign(signed))}", "RFC 7797 7: not for JWT"
    over_raw = f"{head}.{encode(payload.encode())}.{encode(issuer.key.sign(signed))}"
    cases["an encoded payload, signed unencoded"] = over_raw, "RFC 7797"
    return cases


def headers(issuer: Issuer):
    good = json.dumps(issuer.header())
    shape = "RFC 7515 4, RFC 7519 7.2: a JSON object"
    return {
        "an array": (issuer.sign(json.dumps(["JWT", "EdDSA", None, None, None, issuer.kid])), shape),
        "a text": (issuer.sign('"EdDSA"'), shape),
        "null": (issuer.sign("null"), shape),
        "empty": (issuer.sign(""), shape),
        "an empty object": (issuer.sign("{}"), "RFC 7515 4.1.1: alg is required"),
        "no JSON": (issuer.sign("alg: EdDSA"), shape),
        "cut off": (issuer.sign(good[:-1]), shape),
        "followed by more": (issuer.sign(good + "{}"), shape),
        "invalid UTF-8": (issuer.sign(good.encode()[:-1] + b',"a":"\xff"}'), "RFC 7515 5.2: UTF-8"),
        "in UTF-16": (issuer.sign(good.encode("utf-16")), "RFC 7515 5.2: UTF-8"),
        "a byte order mark": (issuer.sign(b"\xef\xbb\xbf" + good.encode()), "RFC 8259 8.1, RFC 7515 5.2"),
        "alg twice, the last one none": (
            issuer.sign(good[:-1] + ',"alg":"none"}'), "RFC 7515 4: refused, or the last one counts; either refuses it"),
        "encrypted by dir": (issuer.sign(issuer.header(alg="dir", enc="A256GCM")), "RFC 7519 7.2: no key for it"),
    }


def claims(issuer: Issuer):
    now = int(time.time())
    good = json.dumps(issuer.claims())
    shape = "RFC 7519 7.2: a JSON object"
    values = {
        "iss of another": {"iss": "somebody"}, "iss left out": {"iss": ...}, "iss null": {"iss": None}, "iss as a list": {"iss": [issuer.issuer]},
        "iss as an object": {"iss": {issuer.issuer: None}}, "iss with a slash more": {"iss": issuer.issuer + "/"},
        "iss in capitals": {"iss": issuer.issuer.upper()},
        "aud of another": {"aud": "somebody"}, "aud left out": {"aud": ...}, "aud null": {"aud": None}, "aud an empty list": {"aud": []},
        "aud a list without ours": {"aud": ["a", "b"]}, "aud a number": {"aud": 1}, "aud an object": {"aud": {issuer.audience: None}},
        "aud a list in a list": {"aud": [[issuer.audience]]}, "aud a list with a number": {"aud": [issuer.audience, 1]},
        "aud with ours as a part": {"aud": f"{issuer.audience} other"},
        "exp left out": {"exp": ...}, "exp null": {"exp": None}, "exp a text": {"exp": str(now + 60)}, "exp true": {"exp": True},
        "exp a list": {"exp": [now + 60]}, "exp a date": {"exp": "2999-01-01T00:00:00Z"}, "exp in the past": {"exp": now - 3600},
        "exp zero": {"exp": 0}, "exp negative": {"exp": -now}, "exp in the past with a fraction": {"exp": now - 3600.5},
        "nbf in the future": {"nbf": now + 3600}, "nbf a text": {"nbf": str(now)}, "nbf a list": {"nbf": [now]}, "nbf true": {"nbf": True},
        "iat a text": {"iat": str(now)}, "iat a list": {"iat": [now]},
        "sub left out": {"sub": ...}, "sub null": {"sub": None}, "sub a number": {"sub": 1}, "sub empty": {"sub": ""}, "sub a list": {"sub": ["a"]},
        "tenant left out": {"tenant": ...}, "tenant null": {"tenant": None}, "tenant empty": {"tenant": ""}, "tenant a list": {"tenant": ["a"]},
        "tenant an object": {"tenant": {"a": None}}, "tenant a number": {"tenant": 1}, "customer a number": {"customer": 1},
        "customer a list": {"customer": ["a"]}, "customer empty": {"customer": ""}, "customer an object": {"customer": {"a": None}},
        "scope a list": {"scope": ["orders:read"]}, "scope a number": {"scope": 1}, "scope an object": {"scope": {"orders:read": None}},
    }
    cases = {name: (issuer.sign(claims=issuer.claims(**changes)), "RFC 7519 4.1, or the claims that the engine needs")
             for name, changes in values.items()}
    ordered = [issuer.issuer, issuer.audience, "conformance", now + 60, now - 60, now - 60, issuer.tenant, "c", issuer.scope]
    return cases | {
        "an array in place of all": (issuer.sign(claims=ordered), shape),
        "an array of customer null": (issuer.sign(claims=[*ordered[:7], None, ordered[8]]), shape),
        "a text in place of all": (issuer.sign(claims=json.dumps(good)), shape),
        "null in place of all": (issuer.sign(claims="null"), shape),
        "nothing in place of all": (issuer.sign(claims=b""), shape),
        "an empty object": (issuer.sign(claims={}), "the claims that the engine needs"),
        "cut off": (issuer.sign(claims=good[:-1]), shape),
        "followed by more": (issuer.sign(claims=good + good), shape),
        "invalid UTF-8": (issuer.sign(claims=good.encode()[:-1] + b',"a":"\xff"}'), "RFC 7519 7.2: UTF-8"),
        "in UTF-16": (issuer.sign(claims=good.encode("utf-16")), "RFC 7519 7.2: UTF-8"),
        "exp twice, the last one past": (issuer.sign(claims=good[:-1] + f',"exp":{now - 3600}}}'), "RFC 7519 4: refused, or the last counts"),
        "aud twice, the last one another's": (issuer.sign(claims=good[:-1] + ',"aud":"somebody"}'), "RFC 7519 4: refused, or the last counts"),
        "exp beyond a double": (issuer.sign(claims=good.replace('"exp": ', '"exp": 1e999, "was": ')), "RFC 7519 2: a number"),
        "exp NaN": (issuer.sign(claims=good.replace('"exp": ', '"exp": NaN, "was": ')), "RFC 8259: no JSON"),
        "a nested token": (issuer.sign(issuer.header(cty="JWT"), issuer.sign()), "RFC 7519 7.2: what is inside is no object of claims"),
    }


def forms(issuer: Issuer):
    good = issuer.sign()
    header, payload, signature = good.split(".")
    standard = base64.b64encode(issuer.key.sign(b"x") + b"\xff\xfe").decode()
    flattened = json.dumps({"protected": header, "payload": payload, "signature": signature})
    rule = "RFC 7519 7.2, RFC 7515 7.1: three parts"
    strict = "RFC 7515 2: base64url without padding, line breaks or other characters"
    return {
        "one part": (header, rule), "two parts": (f"{header}.{payload}", rule), "four parts": (f"{good}.{signature}", rule),
        "five parts": (f"{good}.{signature}.{signature}", rule), "a point before": (f".{good}", rule), "a point after": (f"{good}.", rule),
        "no header": (f".{payload}.{signature}", rule), "no payload": (f"{header}..{signature}", rule), "no signature": (f"{header}.{payload}.", rule),
        "points alone": ("..", rule), "padding": (f"{header}.{payload}.{signature}==", strict), "padding within": (f"{header}=.{payload}.{signature}", strict),
        "the other alphabet": (f"{header}.{payload}.{standard}", strict), "a space within": (f"{header}.{payload} .{signature}", strict),
        "a tab within": (f"{header}.{payload}\t.{signature}", strict), "percent escapes": (good.replace(".", "%2E"), strict),
        "a character too many": (f"{good}A", strict), "as JSON": (flattened, "RFC 7519 1: compact form alone"), "twice": (f"{good}, {good}", rule),
        "a megabyte": ("a" * 16_000 + "." + good, "a token is bounded"),
    }


def signatures(issuer: Issuer):
    good = issuer.sign()
    front, signature = good.rsplit(".", 1)
    made = base64.urlsafe_b64decode(signature + "==")
    scalar = int.from_bytes(made[32:], "little") + GROUP_ORDER
    stretched = made[:32] + scalar.to_bytes(32, "little")
    of_other = issuer.sign(claims=issuer.claims(sub="somebody")).rsplit(".", 1)[1]
    flipped = {f"bit {bit} flipped": bytes(made[: bit // 8]) + bytes([made[bit // 8] ^ (1 << bit % 8)]) + made[bit // 8 + 1:] for bit in [0, 255, 256, 511]}
    parts = {
        **flipped, "all zero": bytes(64), "all ones": b"\xff" * 64, "cut by a byte": made[:-1], "cut by half": made[:32], "a byte longer": made + b"\0",
        "of a larger scalar": stretched, "the halves exchanged": made[32:] + made[:32],
    }
    cases = {name: (f"{front}.{encode(value)}", "RFC 7515 5.2, RFC 8032 5.1.7") for name, value in parts.items()}
    return cases | {"of another token": (f"{front}.{of_other}", "RFC 7515 5.2")}
