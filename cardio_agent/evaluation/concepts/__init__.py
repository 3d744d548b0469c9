"""Channels of the network as concepts."""
