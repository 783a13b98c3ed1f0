"""The booking workflow and what it is made of. Everything here runs deterministically, and is replayed."""
