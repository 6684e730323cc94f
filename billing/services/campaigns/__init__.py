"""Campaigns from brief to payout."""
