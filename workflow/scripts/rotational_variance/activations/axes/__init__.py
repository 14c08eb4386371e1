"""Which axes of a tensor hold the samples and the units, and on which axes each of torch's functions leaves them."""
