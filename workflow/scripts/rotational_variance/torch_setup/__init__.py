"""Set torch up: choose its device, and import torchvision beside any build of torch."""
