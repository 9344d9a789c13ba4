"""Room 2: may we accept this file?"""
