"""The command line: options in, exit codes out. Each command imports what is expensive only when it runs."""
