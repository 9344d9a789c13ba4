"""Ground floor of the house: settings, quarters, tables, warehouse, receipts. Imports no other room."""

__version__ = "0.1.0"
