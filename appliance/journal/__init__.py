"""The journal: everything that happened to the wearer's body, kept in one SQLite file.

Session heads, RR intervals, body states, events and raw samples flow in from the session runner; a thread
of the journal's own commits them in batches at least five times a second. In the same transaction it
writes the outbox rows that report them. Out flow sessions for the reader (`echoel sessions`) and, through
the outbox, reports for the API. Nobody else writes this file but the outbox's publisher.
"""

from appliance.journal.journal import Journal
from appliance.journal.reading import Chunk, Detail, Event

__all__ = ["Chunk", "Detail", "Event", "Journal"]
