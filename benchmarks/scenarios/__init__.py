"""The scenarios that are compared; `catalog.py` lists them."""
