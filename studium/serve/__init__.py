"""What people see: pages and an API over the current release, with rights.

Enters: a workspace with a release. Leaves: an ASGI application, a running server.
"""

from studium.serve.application import create_application

__all__ = ["create_application"]
