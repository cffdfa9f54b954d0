"""Reports as CSV files of the form that the Open edX analytics pipeline published, for whoever reads those.

Enters: a release, the name of a report, courses. Leaves: files below a folder, those of a course together or none.
"""

from studium.publish.courses.reports.writing import REPORTS, ReportOrder, write_report

__all__ = ["REPORTS", "ReportOrder", "write_report"]
