"""`python -m services.consumer`: the reader as a service, the same as `tocsin consumer serve`."""

import sys

from tocsin.main import main

if __name__ == "__main__":
    sys.exit(main(["consumer", "serve", *sys.argv[1:]]))
