"""The reader's encrypted memory: offsets, logs, keys, reports, and what waits or was refused."""
