"""OneRoster's gradebook: categories, line items, results."""
