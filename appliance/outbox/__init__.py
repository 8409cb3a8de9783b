"""The outbox: what must reach the API, exactly once in effect, however often the cable is pulled.

Rows flow in from the journal, written in the same transaction as what they report. Out they flow as
messages on the bus, oldest first, and they are deleted only on the receipt the API sends after its own
commit. A row the API can never store goes to the dead letters with the reason.
"""

from appliance.outbox.publisher import Publisher

__all__ = ["Publisher"]
