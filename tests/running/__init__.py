"""What tests start with: commands that need not import everything first, workspaces that need not be built again."""

from tests.running.kept import copied, kept
from tests.running.prepared import Place, Prepared, Server, prepared

__all__ = ["Place", "Prepared", "Server", "copied", "kept", "prepared"]
