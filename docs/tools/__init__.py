"""What makes the docs site: pages from outside docs/, and pictures; for `make docs` and `make pictures`."""
