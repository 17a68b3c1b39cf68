"""
The formula's own code, in rooms. The rooms are pure: they need the standard library alone and
reach nothing; the last two reach the world.

pillar      what the operator says              parsers     what the kernel and tools print
node        what a node must be                 firewall    the rules of the interconnect
lun         what a LUN is and holds             answers     what minions returned, checked
plan        what has to happen                  operations  what changes a cluster
findings    what is wrong                       status      the table of truth
fence       why a node restarted                health      how one node is
adoption    a cluster that was built by hand    platform    what distributions differ in
san         the way from the array to a LUN     master      what runners do, with Salt
system      what touches the operating system
"""
