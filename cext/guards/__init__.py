"""The parts of the guard: finished frames flow in, frames that break no limit flow out one tick later.

`ledger` remembers what was limited, `doses` what a person had, `truepeak` and `sound` keep the ears, `light`
the eyes, `touch` the skin. `cext.guard` joins them; nobody else should.
"""
