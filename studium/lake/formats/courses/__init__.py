"""Courses of Open edX: tracking logs, data packages, the catalogue; how files are named and keys spelled."""
