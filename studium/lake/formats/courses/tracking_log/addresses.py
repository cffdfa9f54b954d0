"""The address of a person, where proxies and collectors wrote more than an address.

Enters: a column of addresses as logged. Leaves: the same with one address each: the first public one of a list, without
port, brackets and zone.
"""

from functools import lru_cache
from ipaddress import ip_address
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Column = Any  # pa.Array or pa.ChunkedArray, which pyarrow leaves untyped


def plain_addresses(column: Column) -> Column:
    """A plain address of IPv4, which most are, is not looked at twice."""
    is_odd = pc.or_kleene(pc.match_substring(column, ","), pc.match_substring(column, ":"))
    is_odd = pc.fill_null(is_odd, fill_value=False)
    if not pc.any(is_odd).as_py():
        return column
    found = [_address(text) for text in column.filter(is_odd).to_pylist()]
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    mask = pa.array(is_odd.to_numpy(zero_copy_only=False).astype(np.bool_))
    return pc.replace_with_mask(whole, mask, pa.array(found, whole.type))


@lru_cache(maxsize=100_000)
def _address(text: str) -> str:
    """The first public address of a text; without one the first address; without any the text.

    >>> _address("10.0.0.1, 8.8.8.8:51234")
    '8.8.8.8'
    """
    addresses = [found for part in text.split(",") if (found := _without_port(part.strip()))]
    public = [found for found in addresses if ip_address(found).is_global]
    return next(iter([*public, *addresses]), text)


def _without_port(text: str) -> str | None:
    if text.startswith("["):
        text = text[1:].split("]", 1)[0]
    elif text.count(":") == 1:
        text = text.split(":", 1)[0]
    text = text.split("%", 1)[0]
    try:
        ip_address(text)
    except ValueError:
        return None
    return text
