"""Train a network, and keep what was trained."""
