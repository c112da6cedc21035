"""Small servers as newcomers write them, with several bugs at once."""
