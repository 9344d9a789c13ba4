"""Room 1: land files unchanged, read them, tell each sender what to mend."""
