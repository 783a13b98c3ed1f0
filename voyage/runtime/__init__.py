"""How a process is watched: health, logs, metrics and traces. It knows no booking and no broker."""
