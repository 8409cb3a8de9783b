"""From an empty machine to a running box.

Flows in: a checkout and a Python interpreter. Flows out: an environment, a native build, a broker
configuration and running processes. This package talks to the others only through their verbs and
files; it imports none of them.
"""
