"""Taking tables out: files for other programs, each with its dictionary, definitions and checksums.

Enters: a release, which table, which rows and columns. Leaves: whole files under their names, or none.
"""

from studium.publish.exports.areas import all_formats
from studium.publish.exports.deliveries import Delivery, Order, export_table
from studium.publish.exports.packages import Package, package_scope
from studium.publish.exports.recipients import Operator, Recipient

__all__ = [
    "Delivery",
    "Operator",
    "Order",
    "Package",
    "Recipient",
    "all_formats",
    "export_table",
    "package_scope",
]
