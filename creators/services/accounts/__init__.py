"""Accounts: signing up, proving addresses, passwords, invites, second factors, onboarding."""
