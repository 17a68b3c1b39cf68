"""Every firewall backend that there is."""

from ocfs2lib.firewall.firewalld import Firewalld
from ocfs2lib.firewall.iptables import Iptables
from ocfs2lib.firewall.nftables import Nftables
from ocfs2lib.firewall.none import NoFirewall
from ocfs2lib.firewall.ufw import Ufw

#: What pillar may name if the formula does not guard the port.
NONE = NoFirewall.name
#: What pillar names if the backend is that which the host runs (``firewall.managers``).
HOST = "host"
#: ``{name: backend}`` of those that load rules, one row for each.
FIREWALLS = {each.name: each for each in (Nftables(), Iptables(), Firewalld(), Ufw())}
#: That of a host which runs no firewall by itself.
DEFAULT = Nftables.name
#: ``{name: backend}`` of everything that a node may have.
BACKENDS = {**FIREWALLS, NONE: NoFirewall()}
#: Everything that pillar may name, the default first.
CHOICES = (HOST, *BACKENDS)
