"""Taking tables out: files for other programs, each with its dictionary, definitions and checksums.

Enters: a release, which table, which rows and columns. Leaves: whole files under their names, or none.
"""

from studium.publish.exports.course_packages import CoursePackage, package_course
from studium.publish.exports.deliveries import Delivery, Order, export_table
from studium.publish.exports.formats import FORMATS
from studium.publish.exports.recipients import Operator, Recipient

__all__ = [
    "FORMATS",
    "CoursePackage",
    "Delivery",
    "Operator",
    "Order",
    "Recipient",
    "export_table",
    "package_course",
]
