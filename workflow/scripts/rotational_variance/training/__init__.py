"""Train a network, and save it, finished (checkpoint) or not (resume)."""
