"""A store into one sealed file, and back: `make`, `unpack`, `restore`."""
