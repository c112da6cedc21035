"""Small servers of the kind that newcomers write: wrong in several ways at once."""
