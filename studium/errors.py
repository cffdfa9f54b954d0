"""The one error that people see: what is wrong, where, and what to do next."""


class StudiumError(Exception):
    """A problem that a person can act on. Exit code 1: the data or the state refused.

    `problem` names the value, `where` the file, line or setting, `fix` the next step or command.
    """

    exit_code = 1

    def __init__(self, problem: str, where: str, fix: str) -> None:
        super().__init__(f"{problem} ({where}). {fix}")
        self.problem = problem
        self.where = where
        self.fix = fix


class MisuseError(StudiumError):
    """The command, an option or the configuration is wrong. Exit code 2."""

    exit_code = 2
