"""As much of RabbitMQ, in memory, as a client needs: for `FakeVoyage`."""
