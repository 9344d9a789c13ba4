"""Room 4: what would have happened without the pole?"""
