"""`python -m services.producer`: the publisher as a service, the same as `tocsin producer serve`."""

import sys

from tocsin.main import main

if __name__ == "__main__":
    sys.exit(main(["producer", "serve", *sys.argv[1:]]))
