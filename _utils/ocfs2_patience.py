"""Seconds within which a node has to answer a ping before it is said not to answer."""

#: For somebody who looks on.
LOOK = 15
#: For a run that changes something: a node that is only busy is not left out.
WORK = 120
