"""Networks that the study can use: a user's file builds them, and their output is understood as log-probabilities."""
