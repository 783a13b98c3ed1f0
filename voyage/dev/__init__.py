"""Everything of Voyage at once, on one machine, to try a trip: servers, consumer, worker, suppliers."""
