"""AMQP messages of any kind over real servers: each gets one true answer, and costs no neighbour."""
