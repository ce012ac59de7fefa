"""`python -m services.authority`: the authority's service, the same as `tocsin authority serve`."""

import sys

from tocsin.main import main

if __name__ == "__main__":
    sys.exit(main(["authority", "serve", *sys.argv[1:]]))
