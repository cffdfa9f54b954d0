"""Front door of the packages: weekly dumps as edX delivers them, of the same learners as the logs.

Enters: the facts of one learner after the other. Leaves: one folder per course with its tables,
its content and its forum, and the memberships that the truth of person_course is counted from.
"""

from studium.simulate.courses.packages.accounts import InventedAccount, account_of
from studium.simulate.courses.packages.catalogue import write_catalogue
from studium.simulate.courses.packages.folders import PackageTask, package_tasks, write_package
from studium.simulate.courses.packages.memberships import (
    Certificate,
    Enrollment,
    Membership,
    memberships_of,
)
from studium.simulate.courses.packages.outline import passing_grade, staff_chapter
from studium.simulate.courses.packages.spool import Spool, SpoolWriter
from studium.simulate.courses.packages.tables import spool_learner

__all__ = [
    "Certificate",
    "Enrollment",
    "InventedAccount",
    "Membership",
    "PackageTask",
    "Spool",
    "SpoolWriter",
    "account_of",
    "memberships_of",
    "package_tasks",
    "passing_grade",
    "spool_learner",
    "staff_chapter",
    "write_catalogue",
    "write_package",
]
