"""The shore: lists of boats and stations in, and what the register and the log say against the tracks."""
