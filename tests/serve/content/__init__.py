"""Funnels and weak spots as they are served."""
