"""Which addresses a source may be at: public ones, unless the settings allow private ones.

Enters: host and port. Leaves: the address to connect to, resolved once, so that a name cannot mean another one later.
"""

import ipaddress
import socket
from collections.abc import Iterator

from studium.errors import StudiumError

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Whatever a library holds for global besides: nothing else of IPv6 is given out, and this of IPv4 is of protocols.
UNICAST, OF_PROTOCOLS = ipaddress.IPv6Network("2000::/3"), ipaddress.IPv4Network("192.0.0.0/24")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_of(host: str, port: int, allow_private: bool) -> str:
    """The first address of a host; raises StudiumError where any of them is private, and OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    texts = [str(entry[4][0]) for entry in found]
    for text in texts:
        if not allow_private and not is_public(text):
            raise StudiumError(
                f"{host} is at {text}, which is no public address",
                host,
                "If this server is meant, set `allow_private = true` for the source in studium.toml.",
            )
    return texts[0]


def is_public(text: str) -> bool:
    """Whether an address, and each one that is packed into it, can be reached from everywhere."""
    try:
        address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return False
    return all(map(_is_given_out, _meant(address)))


def _is_given_out(address: Address) -> bool:
    is_known = (
        address in UNICAST or address in NAT64
        if address.version == 6
        else address not in OF_PROTOCOLS
    )
    return is_known and address.is_global and not address.is_multicast


def _meant(address: Address) -> Iterator[Address]:
    """An address, and the IPv4 one that it stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
        return
    yield address
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield address.teredo[1]
    if address in NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
