"""The demo: both servers, the real consumer and worker, and three trips through real messages."""
