"""Look at a network before hours are spent on it. Nothing here changes a result: it is described, or refused."""
