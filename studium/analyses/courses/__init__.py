"""Item response models of a course's problems.

Enters: marts.person_problem, course_problem and course_item. Leaves: five marts of reliability, items and abilities.
"""

from studium.analyses.courses.descriptions import ITEM_TABLES
from studium.analyses.courses.item_tables import has_inputs, remove_item_tables, update_item_tables
from studium.analyses.face import Analysis

ANALYSIS = Analysis(ITEM_TABLES, has_inputs, remove_item_tables, update_item_tables)
