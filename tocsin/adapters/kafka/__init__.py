"""Kafka, the only outside thing here that aiokafka speaks to: bytes and offsets, no meaning."""
