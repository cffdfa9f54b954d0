"""Small changes to the product that a test must notice, as data, and what applies them: `make mutants`."""

from tests.mutants.lists import Mutant, read_mutants

__all__ = ["Mutant", "read_mutants"]
