"""Room 5: bind figures to their sources, mask what would betray a member."""
