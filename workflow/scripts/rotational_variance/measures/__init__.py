"""Measures of (in)variance: each other file here, yours included, defines one, MEASURE (`statistics.definition`)."""
