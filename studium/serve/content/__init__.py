"""What people see of area content: tutorials as funnels.

Enters: a reader. Leaves: pages and endpoints, each in a folder.
"""
