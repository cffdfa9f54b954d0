"""Tests of engagement, its roster and reports."""
