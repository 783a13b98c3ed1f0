"""The same booking on Celery, DBOS and FastStream, each set up as its documentation recommends.

`*_app.py`, `stdio.py` and `supplier.py` run in `.venv-peers`; the other files run with the benchmark.
"""
