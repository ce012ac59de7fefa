#!/bin/sh
# Chromium for the tests that print: Debian's package where we may install one, else a word of why not.
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing Debian's chromium for the tests that print"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium; } \
        >/dev/null 2>&1 && exit 0
fi
echo "there is no Chromium, and it cannot be installed from here: the test that prints a PDF is skipped"
