"""Which rows of a release leave: the selection of scopes, columns and conditions.

Enters: a workspace, names, a condition as text. Leaves: SQL with bound values, and rows as Arrow.
"""
