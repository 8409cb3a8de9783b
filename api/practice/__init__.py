"""What people do with the box: body sessions now, insights and roadmaps later.

Flows in: reports of boxes. Flows out: lists, details and series for the panel and for clients.
"""
