"""The companion API: one small Flask kernel and many small modules, on the box and in the cloud.

Flows in: HTTP requests and MQTT reports. Flows out: JSON with `ok`, the panel, receipts, commands.
"""
