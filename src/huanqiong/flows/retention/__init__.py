"""What is due goes, what is held or needed stays. Read `job` first."""
