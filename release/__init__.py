"""Room 7: attack the candidate, put it in place at once, close, prove."""
