"""RabbitMQ from a client's side: connections, confirmed publishing, request-reply, dead letters."""
