"""What is served of courses: a folder per noun, its queries and JSON routes in `answers.py`, its page in `page.py`."""
