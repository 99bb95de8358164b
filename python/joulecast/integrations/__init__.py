"""Callbacks and loggers for other libraries, each in a module of its own that is imported when it is asked for.

    from joulecast.integrations.keras import EnergyCallback
"""
