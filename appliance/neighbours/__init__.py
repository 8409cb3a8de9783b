"""Other programs on the network that want to see what the box sees: frames, features and states flow out.

One file a way of speaking. Nothing here decides anything, and nothing waits for a neighbour.
"""
