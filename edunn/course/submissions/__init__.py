"""Whatever comes in becomes one notebook for each student."""
