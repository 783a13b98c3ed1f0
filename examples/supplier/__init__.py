"""A supplier of cars, hotels and flights as a small HTTP service, with a ledger, and faults on request."""
