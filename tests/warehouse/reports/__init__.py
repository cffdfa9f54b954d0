"""Tests of the report models of the warehouse."""
