"""The studio's verbs of the command; each only asks, shows and prints."""
