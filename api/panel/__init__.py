"""The web control panel: pages that any phone can open, without the internet and without a build step.

Flows in: the API's own routes and the live stream, as any other client would use them. Flows out: HTML,
one stylesheet, small plain JavaScript modules.
"""
