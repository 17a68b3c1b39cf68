"""Every firewall backend that there is."""

from ocfs2lib.firewall.iptables import Iptables
from ocfs2lib.firewall.nftables import Nftables
from ocfs2lib.firewall.none import NoFirewall

#: What pillar may name if the formula does not guard the port.
NONE = NoFirewall.name
#: ``{name: backend}`` of those that load rules, one row for each.
FIREWALLS = {each.name: each for each in (Nftables(), Iptables())}
#: ``{name: backend}`` of everything that pillar may name, the default first.
BACKENDS = {**FIREWALLS, NONE: NoFirewall()}
