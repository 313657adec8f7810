"""Telling other systems what happened: endpoints, signed deliveries from a durable queue, and each try kept."""
