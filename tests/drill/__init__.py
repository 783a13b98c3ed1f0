"""Disasters, rehearsed: a disk that is lost, a database that is put back to an earlier time."""
