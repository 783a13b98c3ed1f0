"""Hashes of passwords: Argon2id, by the library `cryptography`, in the format that others read too (PHC)."""

import re
import secrets

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SHORTEST, LONGEST = 12, 1000
"""Characters of a password."""
_SALT, _LENGTH = 16, 32  # bytes
_ROUNDS, _LANES, _MEMORY = 3, 4, 64 * 1024
"""The second recommendation of RFC 9106, 4: 64 MiB."""
_HASH = re.compile(
    r"\$argon2id\$v=19\$m=\d{1,6},t=\d{1,2},p=\d{1,2}\$[\w+/]{11,86}\$[\w+/]{22,172}", re.ASCII
)
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""What a password is compared with for a user whom nobody knows, which takes as long."""


def hashed(password: str) -> str:
    """A hash with a salt of its own."""
    argon2 = Argon2id(
        salt=secrets.token_bytes(_SALT), length=_LENGTH, iterations=_ROUNDS, lanes=_LANES, memory_cost=_MEMORY
    )
    return argon2.derive_phc_encoded(password.encode())


def is_hash(text: str) -> bool:
    """Whether this looks like a hash that `is_right` can compare with."""
    return bool(_HASH.fullmatch(text))


def is_right(password: str, hashed_before: str | None) -> bool:
    """Whether it is the password; never, and as slowly, without a hash. Takes about a third of a second."""
    key = password[: LONGEST + 1].encode(errors="surrogatepass")
    try:
        Argon2id.verify_phc_encoded(key, hashed_before or NOBODY)
    except (InvalidKey, ValueError, MemoryError):
        return False
    return hashed_before is not None
