"""The edX Analytics Data API, version 0, over a release: programs that were written for it work unchanged.

Enters: requests below /api/v0. Leaves: its paths, parameters, fields, dates and bodies of errors.
"""
