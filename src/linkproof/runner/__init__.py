"""The tools of the suites: a session with its target, a driver for one contract, the pytest plug-in."""
