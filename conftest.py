"""Makes the suites' plug-in known to pytest: options, fixtures, results."""

pytest_plugins = ["linkproof.runner.options"]
