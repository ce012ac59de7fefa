"""Shared pieces that every test may ask for."""

pytest_plugins = ["tests.support.kafka", "tests.support.secure_kafka", "tests.support.logs"]
