"""What a person does with the box: a protocol is played, paused, stopped, and kept.

`protocol` is data from a TOML file, `pacer` the breath guide, `runner` the state machine that
commands and time move, `figures` the numbers of one body session, `keeper` hands them to the journal.
"""
