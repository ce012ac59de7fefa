"""`make bench`: ratios against peers in the same run, on the same machine; it never decides a test."""
