"""A notebook of the course: its solution, its cells, a kernel to run it in, where it lies."""
