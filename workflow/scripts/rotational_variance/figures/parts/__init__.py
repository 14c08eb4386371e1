"""The parts that several figures share."""
