"""What a build reads: the lake as dbt sees it, what of it changed, and which models it gives no row."""
