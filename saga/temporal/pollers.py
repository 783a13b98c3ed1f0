"""How many polls for tasks a worker has open at Temporal: as many as there is work for."""

from temporalio.worker import PollerBehaviorAutoscaling

POLLERS = PollerBehaviorAutoscaling()
"""For each kind of task 1 to 100, by what the server advises; half as many when it refuses one for a limit.

A task takes a round trip of its poll, so a fixed number is too few for a server that is far away.
"""
