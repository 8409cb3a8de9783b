"""The runtime on the box: sensor frames flow in, sound, light, touch and reports flow out.

The way of the data is the order of the rooms: sensors, signal, state, mapping, engine, outputs;
sessions, journal and outbox keep and report what happened. `contracts` holds the shapes that cross.
"""
