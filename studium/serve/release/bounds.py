"""What reading is bound by, whoever asks: settings, and the keys of pseudonyms.

Enters: settings, keys. Leaves: `Bounds`, which all readers of a server share.
"""

from dataclasses import dataclass, field

from studium.config import PrivacySettings
from studium.serve.accounts.secrets import pads_for


@dataclass(frozen=True)
class Bounds:
    """Seconds, the small group, the two pads of the HMAC for everybody, what is coarse."""

    query_seconds: float
    export_seconds: float
    small_group: int
    pads: tuple[bytes, bytes]
    privacy: PrivacySettings = field(default_factory=PrivacySettings)

    def pads_of(self, username: str) -> tuple[bytes, bytes]:
        """The pads for what somebody is shown: those of all, or their own where that is set."""
        is_own = self.privacy.pseudonyms == "recipient"
        return pads_for(self.pads, username) if is_own else self.pads
