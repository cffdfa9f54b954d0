"""Workspaces of earlier versions, packed; what became of each is a test."""
