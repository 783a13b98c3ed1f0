"""A supplier of whatever a trip books as a small HTTP service, with a ledger, and faults on request."""
