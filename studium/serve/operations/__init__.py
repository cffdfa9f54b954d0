"""Nouns of operations: releases, datasets, health."""
