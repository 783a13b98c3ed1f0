"""The same three-step booking on Celery, DBOS and FastStream, each set up as its documents recommend.

`*_service.py`, `*_client.py` and what they import run in `.venv-peers`; the rest where the benchmark runs.
"""
