"""How courses leave: questions to events, reports of the published form, and what exports add for them.

Enters: a release. Leaves: counts and files.
"""
