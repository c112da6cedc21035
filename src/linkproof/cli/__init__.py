"""The command line: options in, exit codes out. What is heavy is imported by the command that needs it."""
