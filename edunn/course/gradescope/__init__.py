"""Grade an exercise on Gradescope's machines."""
