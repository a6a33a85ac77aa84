"""The hidden cases, and what they are written with."""
