"""The broker's configuration: loopback only, a password and a list of topics for each process.

The data folder flows in; configuration, password and access files flow out. Disposable: everything
here is written anew at each start, and nothing that matters is kept by the broker.
"""

from provisioning.broker.mosquitto import Broker, find_mosquitto, prepare

__all__ = ["Broker", "find_mosquitto", "prepare"]
