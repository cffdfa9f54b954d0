"""What the platform's exports hold, as declarations: its tables, the content of courses, the catalogue of courses."""
