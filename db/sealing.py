"""Seals what must not be readable in a stolen copy: AES-GCM with a key id, each value bound to its row and column."""

import base64
import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_BYTES = 4


class SealError(Exception):
    """A sealed value could not be opened: its key is not in TIDEMARK_DATA_KEY, or it was moved or changed."""


class KeyFormatError(ValueError):
    """TIDEMARK_DATA_KEY must hold one or more keys of 32 bytes in base64, newest first, separated by commas."""


def _derive(key: bytes, purpose: str, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=f"tidemark {purpose}".encode()).derive(key)


@dataclass(frozen=True)
class _Key:
    id: bytes
    seal: AESGCM
    buttons: AESSIV
    lookup: bytes

    @classmethod
    def from_secret(cls, secret: bytes) -> "_Key":
        return cls(
            id=hashlib.sha256(b"tidemark key id" + secret).digest()[:KEY_ID_BYTES],
            seal=AESGCM(_derive(secret, "seal", KEY_BYTES)),
            buttons=AESSIV(_derive(secret, "buttons", KEY_BYTES)),
            lookup=_derive(secret, "lookup", KEY_BYTES),
        )


class Sealer:
    """Seals and opens with the clinic's data keys; the first key seals, all of them open."""

    def __init__(self, keys: str) -> None:
        """`keys`: base64 of 32 bytes each, newest first, separated by commas. Raises KeyFormatError."""
        self._keys = tuple(_Key.from_secret(_decode(part)) for part in keys.split(",") if part.strip())
        if not self._keys:
            raise KeyFormatError(KeyFormatError.__doc__)

    def seal(self, text: str, *, bound_to: str) -> bytes:
        """Key id, nonce and ciphertext of `text`; it opens only under the same `bound_to` (table, column, row)."""
        key = self._keys[0]
        nonce = os.urandom(NONCE_BYTES)
        return key.id + nonce + key.seal.encrypt(nonce, text.encode(), bound_to.encode())

    def open(self, sealed: bytes, *, bound_to: str) -> str:
        """The text that was sealed under `bound_to`. Raises SealError."""
        key_id, nonce = sealed[:KEY_ID_BYTES], sealed[KEY_ID_BYTES : KEY_ID_BYTES + NONCE_BYTES]
        for key in self._keys:
            if hmac.compare_digest(key.id, key_id):
                try:
                    opened = key.seal.decrypt(nonce, sealed[KEY_ID_BYTES + NONCE_BYTES :], bound_to.encode())
                except InvalidTag:
                    break
                return opened.decode()
        raise SealError(SealError.__doc__)

    def fingerprint(self, text: str) -> str:
        """A keyed hash under which a sealed value can be found again (chat ids, invitation tokens)."""
        return _fingerprint(self._keys[0], text)

    def fingerprints(self, text: str) -> tuple[str, ...]:
        """The fingerprints of `text` under every key, so that rows written before a rotation are still found."""
        return tuple(_fingerprint(key, text) for key in self._keys)

    def seal_button(self, payload: bytes, *, owner: str) -> str:
        """Opaque `callback_data` (at most 64 characters for 32 bytes of payload) that opens only for `owner`."""
        sealed = self._keys[0].buttons.encrypt(payload, [owner.encode()])
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def open_button(self, data: str, *, owner: str) -> bytes | None:
        """The payload of a pressed button, or None when it was forged, garbled or made for somebody else."""
        try:
            sealed = base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))
        except ValueError:
            return None
        for key in self._keys:
            try:
                return key.buttons.decrypt(sealed, [owner.encode()])
            except (InvalidTag, ValueError):
                continue
        return None


def _decode(part: str) -> bytes:
    try:
        secret = base64.b64decode(part.strip(), validate=True)
    except ValueError as error:
        raise KeyFormatError(KeyFormatError.__doc__) from error
    if len(secret) != KEY_BYTES:
        raise KeyFormatError(KeyFormatError.__doc__)
    return secret


def _fingerprint(key: _Key, text: str) -> str:
    return hmac.new(key.lookup, text.encode(), hashlib.sha256).hexdigest()


def make_key() -> str:
    """A fresh data key: 32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def key_file(database_file: Path) -> Path:
    """Where the key of an SQLite file lies: `tidemark.db.key` beside `tidemark.db`."""
    return database_file.with_name(database_file.name + ".key")


def key_beside(database_file: Path) -> str:
    """The key kept beside an SQLite file, made with mode 600 at first use."""
    path = key_file(database_file)
    if not path.exists():
        # Written whole under another name first: of two that start at once, the second must not read half a key.
        descriptor, written = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w") as file:
            file.write(make_key() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(written, path)
        Path(written).unlink()
    return path.read_text().strip()
