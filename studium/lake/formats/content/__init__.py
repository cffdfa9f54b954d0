"""Trees of content: taxonomies as CSV and as Khan Academy's JSON."""
