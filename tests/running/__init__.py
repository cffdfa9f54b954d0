"""Commands of Studium as processes of their own that need not import everything first."""

from tests.running.prepared import Place, Prepared, Server, prepared

__all__ = ["Place", "Prepared", "Server", "prepared"]
