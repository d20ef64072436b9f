"""The signature of both directions: HMAC-SHA256 over method, path, time, nonce and the body's hash."""

from __future__ import annotations

import hashlib
import hmac

CLOCK_SECONDS = 300
APP, TIMESTAMP, NONCE, SIGNATURE = "X-App-Id", "X-Timestamp", "X-Nonce", "X-Signature"


def sign(secret: str, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    """Return the signature in hex. An answer has the method ``ANSWER`` and its question's nonce."""
    text = "\n".join((method, path, timestamp, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def find_fault(
    secret: str, method: str, path: str, timestamp: str, nonce: str, signature: str, body: bytes, now: float
) -> str | None:
    """Return what is wrong with a signature: ``stale`` or ``signature``; None where it is good."""
    if not timestamp.isascii() or not timestamp.isdigit() or abs(now - int(timestamp)) > CLOCK_SECONDS:
        return "stale"
    expected = sign(secret, method, path, timestamp, nonce, body)
    return None if hmac.compare_digest(expected.encode(), signature.encode()) else "signature"
