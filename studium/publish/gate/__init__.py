"""The departure gate, area by area: an area that fails is held back, with those that read it.

Enters: evidence of lake and warehouse, the current release. Leaves: a `Verdict`.
"""

from studium.publish.gate.conditions import Condition, refuse_unless_met
from studium.publish.gate.weighing import (
    AreaEvidence,
    Bar,
    Candidate,
    LakeEvidence,
    Verdict,
    weigh_all,
)

__all__ = [
    "AreaEvidence",
    "Bar",
    "Candidate",
    "Condition",
    "LakeEvidence",
    "Verdict",
    "refuse_unless_met",
    "weigh_all",
]
