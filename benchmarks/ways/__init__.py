"""The ways to book that are compared; `table.py` lists them."""
