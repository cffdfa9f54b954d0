"""One tutorial as a funnel."""
