"""Set torch up: the device it computes on, and torchvision beside any build of it."""
