"""Which addresses on the internet may be fetched from: a link must not lead into the network that Qawl runs in."""

from ipaddress import IPv4Address, IPv6Address, ip_network

Address = IPv4Address | IPv6Address

# What `is_global` lets through, in one Python version or another, and still is nobody's web site.
_REFUSED = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # protocol assignments; Oracle's metadata service is in it
            "192.88.99.0/24",  # 6to4 relays, withdrawn (RFC 7526)
            "168.63.129.16/32",  # Azure's host: public by number, but each machine reaches its own
            "2001::/23",  # protocol assignments, Teredo among them: it wraps any IPv4 address
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: it wraps any IPv4 address
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)
_IPV6_IN_USE = ip_network("2000::/3")  # the rest is mapped and NAT64 IPv4, private, link-local, multicast, reserved


def is_public(address: Address) -> bool:
    """Whether `address` is a unicast address that means the same machine to everybody on the internet."""
    if address.version == 6 and address not in _IPV6_IN_USE:
        return False
    return address.is_global and not address.is_multicast and not any(address in one for one in _REFUSED)


def is_any(address: Address) -> bool:
    """True: for operators whose articles lie in a network of their own."""
    return True
