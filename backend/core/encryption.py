"""Personal data at rest: AES-256-GCM under a key ring, and keyed blind indexes for exact look-up."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import unicodedata
from collections.abc import Mapping
from typing import Literal, assert_never

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

BlindIndexKind = Literal["name", "id_number", "phone", "address"]

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_BYTES_MARK = b"v1"
_KEY_NUMBER_BYTES = 4
_FROM_URLSAFE = bytes.maketrans(b"-_", b"+/")
_STORED = re.compile(r"v1\.([1-9][0-9]{0,8})\.([A-Za-z0-9_-]+)")
_MAINLAND_MOBILE = re.compile(r"(?:00)?86(1[3-9][0-9]{9})")


class DecryptionFailed(Exception):
    """A stored value cannot be read: damaged, moved to another context, or its key is not on the ring."""


class KeyRing:
    """Encrypts with the active key and decrypts with any key it holds. Keys never appear in its repr."""

    def __init__(self, keys: Mapping[int, bytes], active_id: int, blind_index_key: bytes) -> None:
        """Take keys of 32 bytes by number; ``active_id`` encrypts. Raises ValueError when they do not fit."""
        if active_id not in keys:
            raise ValueError("the active key is not on the ring")
        if any(number < 1 for number in keys):
            raise ValueError("key numbers start at 1")
        if any(len(key) != KEY_BYTES for key in (*keys.values(), blind_index_key)):
            raise ValueError(f"every key has {KEY_BYTES} bytes")
        self._keys = dict(keys)
        self._ciphers = {number: AESGCM(key) for number, key in keys.items()}
        self._blind_index_key = blind_index_key
        self.active_id = active_id

    def __repr__(self) -> str:
        return f"KeyRing(ids={sorted(self._ciphers)}, active_id={self.active_id})"

    def hand_over(self) -> tuple[dict[int, bytes], int, bytes]:
        """Return what a ring is made of, for a process of our own that seals in this one's place."""
        return dict(self._keys), self.active_id, self._blind_index_key

    def encrypt(self, text: str, context: str) -> str:
        """Return ``text`` as ``v1.<key id>.<base64 of nonce and ciphertext>``, different each time.

        ``context`` says where the value belongs, such as ``customer.phone:17``, and must be given again to
        decrypt, so that a value copied to another row or column does not open. Raises ValueError if empty.
        """
        if not context:
            raise ValueError("a context is required")
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._ciphers[self.active_id].encrypt(nonce, text.encode(), context.encode())
        encoded = base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()
        return f"v1.{self.active_id}.{encoded}"

    def decrypt(self, stored: str, context: str) -> str:
        """Return the text behind ``stored``. Raises DecryptionFailed, whose message never holds the value."""
        number, encoded = _split(stored)
        cipher = self._ciphers.get(number)
        if cipher is None:
            raise DecryptionFailed(f"key {number} is not on the ring")
        try:
            # Nothing but the alphabet's letters came through, so they need no second check.
            padded = encoded.encode().translate(_FROM_URLSAFE) + b"=" * (-len(encoded) % 4)
            sealed = binascii.a2b_base64(padded)
        except binascii.Error as error:
            raise DecryptionFailed("the stored value is damaged") from error
        if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
            raise DecryptionFailed("the stored value is cut short")
        try:
            text = cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
        except InvalidTag as error:
            raise DecryptionFailed("the stored value is damaged or belongs elsewhere") from error
        return text.decode()

    def encrypt_bytes(self, content: bytes, context: str) -> bytes:
        """Return ``content`` sealed: ``v1``, four bytes of key number, nonce, ciphertext.

        For contents of files, which are too large for the text form. Raises ValueError without a context.
        """
        if not context:
            raise ValueError("a context is required")
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self.active_id].encrypt(nonce, content, context.encode())
        return _BYTES_MARK + self.active_id.to_bytes(_KEY_NUMBER_BYTES) + nonce + sealed

    def decrypt_bytes(self, stored: bytes, context: str) -> bytes:
        """Return the content behind ``stored``. Raises DecryptionFailed."""
        head = len(_BYTES_MARK) + _KEY_NUMBER_BYTES
        if not stored.startswith(_BYTES_MARK) or len(stored) < head + _NONCE_BYTES + _TAG_BYTES:
            raise DecryptionFailed("this is not a content of this format")
        number = int.from_bytes(stored[len(_BYTES_MARK) : head])
        cipher = self._ciphers.get(number)
        if cipher is None:
            raise DecryptionFailed(f"key {number} is not on the ring")
        nonce, sealed = stored[head : head + _NONCE_BYTES], stored[head + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, sealed, context.encode())
        except InvalidTag as error:
            raise DecryptionFailed("the stored content is damaged or belongs elsewhere") from error

    def needs_rotation(self, stored: str) -> bool:
        """Tell whether ``stored`` was made with another key than the active one. Raises DecryptionFailed."""
        return _split(stored)[0] != self.active_id

    def read_key_number(self, stored: bytes) -> int:
        """Return under which key a content lies. Raises DecryptionFailed for another format."""
        head = len(_BYTES_MARK) + _KEY_NUMBER_BYTES
        if not stored.startswith(_BYTES_MARK) or len(stored) < head:
            raise DecryptionFailed("this is not a content of this format")
        return int.from_bytes(stored[len(_BYTES_MARK) : head])

    def blind_index(self, text: str, kind: BlindIndexKind) -> bytes:
        """Return 32 bytes that are equal for equal values of one ``kind``, however they were typed.

        The kind enters the hash, so that indexes of different kinds cannot be compared. Raises ValueError for
        an unknown kind and when nothing is left to index, since all empty values would look like one person.
        """
        plain = normalise(text, kind)
        if not plain:
            raise ValueError(f"nothing to index for {kind}")
        return hmac.digest(self._blind_index_key, f"{kind}\0{plain}".encode(), hashlib.sha256)

    def fingerprint(self, text: str, purpose: str) -> str:
        """Return 64 hex digits that are equal only for the very same ``text`` and ``purpose``.

        Keyed, unlike a plain hash: what holds little more than a phone number could be guessed from that.
        """
        # ASCII takes half a surrogate pair as well, which no encoding would.
        plain = json.dumps([purpose, text])
        return hmac.digest(self._blind_index_key, plain.encode(), hashlib.sha256).hex()


def normalise(text: str, kind: BlindIndexKind) -> str:
    """Return the form of ``text`` that equal values share. Raises ValueError for an unknown kind."""
    # NFKC turns the full-width digits and letters of Chinese keyboards into plain ones.
    wide = unicodedata.normalize("NFKC", text)
    match kind:
        case "phone":
            digits = "".join(one for one in wide if one in "0123456789")
            mobile = _MAINLAND_MOBILE.fullmatch(digits)
            return mobile.group(1) if mobile else digits
        case "id_number":
            return "".join(one for one in wide if one.isalnum()).upper()
        case "name" | "address":
            # Spaces, dots in the names of minorities and hyphens in door numbers are typed in many ways.
            # Between digits a mark still tells 1-12 from 11-2, so it becomes a hyphen there.
            folded = re.sub(r"(?<=\d)[\W_]+(?=\d)", "-", wide.casefold())
            return re.sub(r"(?!(?<=\d)-(?=\d))[\W_]+", "", folded)
        case _:
            if isinstance(kind, str):
                raise ValueError(f"no blind index for {kind}")
            assert_never(kind)


def _split(stored: str) -> tuple[int, str]:
    found = _STORED.fullmatch(stored)
    if found is None:
        raise DecryptionFailed("this is not a value of this format")
    return int(found.group(1)), found.group(2)
