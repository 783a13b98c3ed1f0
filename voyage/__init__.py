"""What Voyage's processes share: `voyage.runtime`; and servers to try it on: `voyage.devstack`."""
