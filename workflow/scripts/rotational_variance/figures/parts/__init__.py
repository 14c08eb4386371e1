"""What several figures are made of."""
