"""The command line: `studium COMMAND`. Front doors: `main`, and `start` for the program itself.

Enters: arguments. Leaves: results on stdout, progress and errors on stderr, an exit code: 0 done,
1 the data or the state refused, 2 misuse, 130 and 143 stopped. Commands import late.
"""

from studium.cli.program import all_commands, main, program, start

__all__ = ["all_commands", "main", "program", "start"]
