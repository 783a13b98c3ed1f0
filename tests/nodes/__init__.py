"""What the loss of a RabbitMQ node costs: how late answers are, measured by a client that is not ours."""
