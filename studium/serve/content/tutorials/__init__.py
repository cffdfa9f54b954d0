"""All tutorials of a course, each as a line."""
