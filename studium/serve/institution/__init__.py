"""What is served over all courses: a folder per noun, with its queries and JSON routes, its page."""
