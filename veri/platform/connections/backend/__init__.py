"""Django's PostgreSQL backend with credential rotation."""
