"""Certificates made for one test: an authority, what it issued, and the files in which settings name them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key, PEM, in two files."""

    certificate: Path
    key: Path


class Authority:
    """An authority whose own certificate is the file `ca`."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self._authority = trustme.CA()
        self._folder = folder
        self._name = name
        self._numbers = count(1)
        self.ca = folder / f"{name}.pem"
        self._authority.cert_pem.write_to_path(self.ca)

    def issue(self, *names: str, expired: bool = False) -> Pair:
        """A certificate for these host names or addresses."""
        now = datetime.now(UTC)
        made = self._authority.issue_cert(
            *names,
            not_before=now - timedelta(days=2) if expired else None,
            not_after=now - timedelta(days=1) if expired else None,
        )
        stem = self._folder / f"{self._name}-{next(self._numbers)}"
        pair = Pair(stem.with_suffix(".pem"), stem.with_suffix(".key"))
        for blob in made.cert_chain_pems:
            blob.write_to_path(pair.certificate, append=True)
        made.private_key_pem.write_to_path(pair.key)
        return pair
