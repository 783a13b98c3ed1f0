"""Short applications that book, one for each recipe of docs/client.md."""
