"""Which rows of a release leave: an open release, the selection of courses, columns and conditions, the wide form.

Enters: a workspace, names, a condition as text. Leaves: SQL with bound values, and rows as Arrow.
"""
