"""Tests of where addresses are."""
