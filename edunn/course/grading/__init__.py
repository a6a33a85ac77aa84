"""Who gets which points, judged side by side, and never lost."""
