"""People and what is theirs: devices now; accounts, consents and billing later."""
