"""The console's pages, made here and kept up to date by server-sent events."""
