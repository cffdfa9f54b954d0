"""Absolute links in answers: to the address that is set, never to one that only the asker names.

Enters: a path of this server. Leaves: an address. A Host header is believed where it is the address that
the request came in by; else the link has no host, and is of whatever server it was got from.
"""

from fastapi import Request


def absolute_address(request: Request, public_url: str, path: str) -> str:
    """`path`, which may have a query, behind serve.public_url or the server's own address."""
    if public_url:
        return public_url.rstrip("/") + path
    host, port = request.scope.get("server") or ("", None)
    asked = request.url
    if host and asked.hostname == host and (asked.port or _usual(asked.scheme)) == port:
        return f"{asked.scheme}://{asked.netloc.rpartition('@')[2]}{path}"
    return path


def _usual(scheme: str) -> int:
    return 443 if scheme == "https" else 80
