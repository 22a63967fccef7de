"""Ways in and out over a network: listeners, replay, day files and live APIs. Writes no records."""
