"""A student's code in a process that is locked up, and how to talk to it."""
