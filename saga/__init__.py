"""The trip-booking saga: a Temporal workflow, its activities and the worker. It knows no broker."""
