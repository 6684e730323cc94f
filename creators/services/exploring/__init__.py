"""What brands and creators do with who can be found: explore, save, agree terms, keep apart."""
