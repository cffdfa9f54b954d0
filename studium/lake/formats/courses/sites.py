"""The sites of the platform, as the names of its files carry them."""

SITE = r"(?:prod|edge|stage|edx|analytics|replica)"
