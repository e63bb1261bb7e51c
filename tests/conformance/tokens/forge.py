"""Makes tokens that no library would make: every part is given as it is to stand on the wire."""

import base64
import json
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

LIFETIME_S = 3600


def encode(data: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def as_bytes(part) -> bytes:
    if isinstance(part, bytes):
        return part
    return (part if isinstance(part, str) else json.dumps(part)).encode()


class Issuer:
    """The issuer that the engine trusts, with its private key."""

    def __init__(self, pem: bytes, kid: str, issuer: str, audience: str, tenant: str, scope: str):
        self.pem = pem
        self.key: Ed25519PrivateKey = load_pem_private_key(pem, None)
        self.kid = kid
        self.issuer, self.audience, self.tenant, self.scope = issuer, audience, tenant, scope

    def claims(self, **changes) -> dict:
        """Good claims with changes; a change to `...` leaves the claim out."""
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": self.audience, "sub": "conformance", "exp": now + LIFETIME_S, "nbf": now - 5, "iat": now - 5,
            "tenant": self.tenant, "scope": self.scope,
        } | changes
        return {name: value for name, value in claims.items() if value is not ...}

    def header(self, **changes) -> dict:
        header = {"alg": "EdDSA", "typ": "JWT", "kid": self.kid} | changes
        return {name: value for name, value in header.items() if value is not ...}

    def sign(self, header=None, claims=None, *, key=None, signature=None) -> str:
        """A token in compact form. `header` and `claims` may be values, texts or bytes; `signature` makes one from what is signed."""
        header = self.header() if header is None else header
        claims = self.claims() if claims is None else claims
        signed = f"{encode(as_bytes(header))}.{encode(as_bytes(claims))}"
        made = signature(signed.encode()) if signature else (key or self.key).sign(signed.encode())
        return f"{signed}.{encode(made)}"
