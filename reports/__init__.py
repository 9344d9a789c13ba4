"""Room 6: pages for one reader, from the published figures of that reader only."""
