"""Taking messages from RabbitMQ: subscription, acks, pause, and where a reply may go."""
