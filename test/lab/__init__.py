"""A virtual SAN: QEMU guests, shared LUNs on two paths, an interconnect and a Salt master.

Everything lives in a network and process namespace of its own; see ``README.rst`` beside this
file. ``Lab`` is the library, ``python3 -m lab`` the command line.
"""
