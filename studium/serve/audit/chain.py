"""What makes records a chain: each holds the hash of the one before, and the last is sealed. Both are keyed.

Enters: rows, the key. Leaves: their hashes, and what is wrong with a row that does not follow.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from studium.serve.accounts.store import AUDIT
from studium.serve.audit.heads import Head

BREAK, RESTORED, JOINED = "audit log broken", "audit log restored", "audit log joined"
_HASHED = [column.name for column in AUDIT.columns if column.name != "hash"]


class Chain:
    """Hashes and seals of one key, which is in no database."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def hash(self, row: Mapping[str, Any]) -> str:
        """The hash of a record with all that it says, the hash before included."""
        said = {name: row[name] for name in _HASHED}
        return self._keyed(json.dumps(said, sort_keys=True, ensure_ascii=True))

    def head(self, number: int, last: str) -> Head:
        """The sealed head of a log that is noted apart too."""
        return Head(number, last, self._keyed(f"head {number} {last} apart"))

    def is_sealed(self, head: Head) -> bool:
        """Whether the number and the hash are those that were sealed."""
        return self.is_apart(head) or self._fits(head, f"head {head.number} {head.hash}")

    def is_apart(self, head: Head) -> bool:
        """Whether it is sealed as one that is noted apart too; heads of earlier versions are not."""
        return self._fits(head, f"head {head.number} {head.hash} apart")

    def fault(self, row: Row[Any], number: int, previous: str) -> str:
        """Why a row is not record `number` behind the one with the hash `previous`; empty where it is."""
        is_genuine = hmac.compare_digest(self.hash(row._asdict()), row.hash)
        follows = row.previous == previous
        if row.number > number and is_genuine and follows and row.action in {BREAK, RESTORED}:
            return ""  # it says itself which are missing
        if row.number != number:
            return f"record {number} is missing"
        if not follows:
            return f"record {number} does not follow the one before it"
        return "" if is_genuine else f"record {number} was changed"

    def _fits(self, head: Head, message: str) -> bool:
        return hmac.compare_digest(head.seal.encode(), self._keyed(message).encode())

    def _keyed(self, message: str) -> str:
        return hmac.new(self._key, message.encode(), hashlib.sha256).hexdigest()
