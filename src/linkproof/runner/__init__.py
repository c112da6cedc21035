"""What the suites are written with: a session with its target, a driver for one contract, the pytest plug-in."""
