"""Users of a RabbitMQ node of one's own, each with its name as password."""

from urllib.parse import quote

from voyage.devstack import RabbitMq

ALL = (".*", ".*", ".*")


def url_of(node: RabbitMq, user: str) -> str:
    """The node's address for a user."""
    own = quote(user, safe="")
    return node.url.replace("guest:guest", f"{own}:{own}")


def add_user(
    node: RabbitMq, user: str, permissions: tuple[str, str, str] = ALL, tags: tuple[str, ...] = ()
) -> str:
    """Make a user who may configure, write and read what these patterns say; its address."""
    node.ctl("add_user", user, user)
    node.ctl("set_permissions", user, *permissions)
    if tags:
        node.ctl("set_user_tags", user, *tags)
    return url_of(node, user)
