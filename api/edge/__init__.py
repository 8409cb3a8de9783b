"""Where the API meets the box: reports come in, commands go out, live values pass through.

Flows in: MQTT reports, acknowledgements, status and live messages. Flows out: receipts after COMMIT,
commands, server-sent events.
"""
