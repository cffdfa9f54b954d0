"""The beginning of a file, whatever it is packed in.

Enters: a path. Leaves: its first plain bytes.
"""

from pathlib import Path

from studium.lake.archives.decompression import DamagedArchiveError, plain_blocks

HEADER_BYTES = 64 * 1024


def head_of(path: Path) -> bytes:
    """The first plain bytes of a file, nothing where it cannot be read: landing will say why."""
    head = b""
    try:
        for block in plain_blocks(path):
            head += block
            if len(head) >= HEADER_BYTES:
                break
    except (DamagedArchiveError, OSError):
        pass
    return head[:HEADER_BYTES]
