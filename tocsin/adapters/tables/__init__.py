"""Tables as people have them, read row by row: text files, plain or gzip."""
