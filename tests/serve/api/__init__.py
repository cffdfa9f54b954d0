"""Tests of /api/v1 and /api/v0."""
