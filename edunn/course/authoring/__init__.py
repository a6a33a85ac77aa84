"""Build the exercises from their solutions, and prove them."""
