"""Every additive figure worked out again from the raw files, in plain Python and pandas.

Nothing here is shared with ingest or the models: only the dictionary of columns (labels and choices of the form) is
the house's own. What is read is what an auditor would have: the inbox and the register.
"""
