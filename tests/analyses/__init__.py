"""Tests of the analyses room."""
