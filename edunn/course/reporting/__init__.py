"""What goes out: pages, tables, files for other systems."""
