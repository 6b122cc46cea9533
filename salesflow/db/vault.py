"""Contact values and budgets at rest: AES-256-GCM with the table, column and row bound in, and a keyed hash for look-up.

The key is made by `init` and lives apart from the data: in the operating system's keyring where there is one (the `keyring`
extra), else in a file beside the database that its owner alone can read. Losing it loses these values and nothing else.
"""

from __future__ import annotations

import hmac
import os
import secrets
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from salesflow.errors import DatabaseProblem
from salesflow.i18n import msg

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
INDEX_BYTES = 16
KEY_SETTING = "key_fingerprint"
SERVICE = "salesflow"
ENVIRONMENT = "SALESFLOW_KEY"


class Vault:
    """Encrypts and decrypts with one key. A value's place ("contact.phone", row number) is authenticated with it."""

    def __init__(self, key: bytes) -> None:
        self._cipher_key = sha256(b"salesflow cipher" + key).digest()
        self._index_key = sha256(b"salesflow index" + key).digest()

    def encrypt(self, value: str, place: str, row: int) -> bytes:
        """nonce (12 bytes) + ciphertext and tag."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, value.encode(), _bound(place, row))

    def decrypt(self, sealed: bytes, place: str, row: int) -> str:
        """The value. Raises DatabaseProblem where the key is another one or the value was moved or altered."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(place, row)).decode()
        except InvalidTag as error:
            raise DatabaseProblem(
                msg("the encrypted {place} of record {row} cannot be read with this key", place=place, row=row),
                msg("check which key file is used; see: salesflow db check"),
                code="wrong-key",
            ) from error

    def index(self, value: str, place: str) -> bytes:
        """The keyed hash (16 bytes) by which an equal value is found without being readable."""
        return hmac.digest(self._index_key, f"{place}\0{value}".encode(), "sha256")[:INDEX_BYTES]

    @cached_property
    def _aead(self) -> AESGCM:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._cipher_key)


def _bound(place: str, row: int) -> bytes:
    return f"{place}:{row}".encode()


def fingerprint(key: bytes) -> str:
    """What the database remembers of its key: enough to recognise it, useless for anything else."""
    return sha256(b"salesflow fingerprint" + key).hexdigest()[:16]


def key_file(database: str) -> str:
    return database + ".key"


def create_key(database: str, *, use_keyring: bool) -> tuple[str, str]:
    """Make a new key and keep it; gives its fingerprint and where it is ("keyring" or the file's path)."""
    key = secrets.token_bytes(KEY_BYTES)
    if use_keyring and _keep_in_keyring(key):
        return fingerprint(key), "keyring"
    path = key_file(database)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return fingerprint(key), path


def load_key(database: str, expected: str) -> bytes:
    """The key with the expected fingerprint: from the environment, the key file or the keyring, in this order."""
    for found in (_from_environment(), _from_file(database)):
        if found is not None and fingerprint(found) == expected:
            return found
    found = _from_keyring(expected)
    if found is not None and fingerprint(found) == expected:
        return found
    raise DatabaseProblem(
        msg("the key of this database was not found: contact values cannot be read or written"),
        msg("put the key file back at {path}; everything else works without it", path=key_file(database)),
        code="missing-key",
    )


def _hexadecimal(text: str) -> bytes | None:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None


def _from_environment() -> bytes | None:
    return _hexadecimal(os.environ.get(ENVIRONMENT, ""))


def _from_file(database: str) -> bytes | None:
    try:
        with open(key_file(database), encoding="ascii", errors="replace") as file:
            return _hexadecimal(file.read(200))
    except OSError:
        return None


def _keep_in_keyring(key: bytes) -> bool:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return False
    try:
        keyring.set_password(SERVICE, fingerprint(key), key.hex())
    except (KeyringError, RuntimeError):  # RuntimeError: no backend was chosen on a machine without a desktop
        return False
    return True


def _from_keyring(expected: str) -> bytes | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return _hexadecimal(keyring.get_password(SERVICE, expected) or "")
    except (KeyringError, RuntimeError):
        return None
