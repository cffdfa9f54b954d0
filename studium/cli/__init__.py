"""The command line: `studium COMMAND`. Front door: `main`.

Enters: arguments. Leaves: results on stdout, progress and errors on stderr, an exit code: 0 done,
1 the data or the state refused, 2 misuse, 130 and 143 stopped. Commands import late.
"""

from studium.cli.program import main, program

__all__ = ["main", "program"]
