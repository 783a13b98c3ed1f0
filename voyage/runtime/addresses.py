"""Addresses as people write them: what is one, and how ours are shown."""

from ipaddress import IPv6Address
from urllib.parse import urlsplit


def shown(host: str, port: int | None) -> str:
    """`host:port`, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_ipv6(text: str) -> bool:
    """Whether this is an IPv6 address, without brackets and without a zone."""
    try:
        return "%" not in text and bool(IPv6Address(text))
    except ValueError:
        return False


def is_host(text: str) -> bool:
    """Whether this can be a host's name or address; IPv6 without brackets."""
    if ":" in text:
        return is_ipv6(text)
    try:
        text.encode("idna")
    except UnicodeError:
        return False
    return bool(text) and text.isprintable() and not set(text) & set(" /[]@?#\\")


def is_http_url(text: str) -> bool:
    """Whether this is http:// or https:// with a host, and a port that there can be."""
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError:
        return False
    is_whole = url.scheme in {"http", "https"} and not set(text) & set(" \t\r\n")
    return is_whole and port != 0 and bool(host) and is_host(host or "")
