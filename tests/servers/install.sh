#!/bin/sh
# Install the servers of other projects that tests run on: install.sh FOLDER-OF-AN-ENVIRONMENT PYTHON FOLDER-OF-BLUESKY
# Never fails: what cannot be had is said, and its tests are skipped.
set -u
helpdesk=$1
python=$2
bluesky=$3
packages="request-tracker5 rt5-db-sqlite rt5-standalone libfaketime"

missing=
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -z "$missing" ]; then
    :
elif ! command -v apt-get >/dev/null; then
    echo "Request Tracker: no apt-get here; its tests are skipped."
elif [ "$(id -u)" -ne 0 ]; then
    echo "Request Tracker: not root; its tests are skipped until somebody runs: apt-get install --no-install-recommends$missing"
else
    echo "Installing$missing ..."
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -q && apt-get install -y -q --no-install-recommends $missing; } >/dev/null 2>&1 ||
        echo "Request Tracker: apt-get could not install$missing; its tests are skipped."
fi

dovecot="dovecot-imapd dovecot-lmtpd"
missing=
for package in $dovecot; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -z "$missing" ]; then
    :
elif ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "Dovecot: no apt-get here, or not root; its tests are skipped until somebody runs: apt-get install --no-install-recommends$missing"
else
    echo "Installing$missing ..."
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -q && apt-get install -y -q --no-install-recommends $missing; } >/dev/null 2>&1 ||
        echo "Dovecot: apt-get could not install$missing; its tests are skipped."
fi

if ! "$helpdesk/bin/python" -c 'import helpdesk' 2>/dev/null; then
    echo "Installing django-helpdesk into $helpdesk ..."
    { "$python" -m venv --clear "$helpdesk" && "$helpdesk/bin/python" -m pip install --quiet --disable-pip-version-check 'django-helpdesk==2.6.1' 'django>=5.2,<5.3'; } 2>/dev/null ||
        { rm -rf "$helpdesk"; echo "django-helpdesk: pip could not install it; its tests are skipped."; }
fi

mastodon=${helpdesk%-helpdesk}-mastodon
if ! "$mastodon/bin/python" -c 'import mastodon_mock' 2>/dev/null; then
    echo "Installing mastodon_mock into $mastodon ..."
    { "$python" -m venv --clear "$mastodon" && "$mastodon/bin/python" -m pip install --quiet --disable-pip-version-check 'mastodon_mock==0.6.1'; } 2>/dev/null ||
        { rm -rf "$mastodon"; echo "mastodon_mock: pip could not install it; its tests are skipped."; }
fi

if [ -e "$bluesky/.complete" ]; then
    :
elif ! command -v npm >/dev/null; then
    echo "Bluesky: no npm here; the tests on its network are skipped."
else
    echo "Installing the Bluesky network into $bluesky (some minutes) ..."
    mkdir -p "$bluesky"
    { npm install --prefix "$bluesky" --no-audit --no-fund --loglevel=error '@atproto/dev-env@0.3.215' >"$bluesky/npm.log" 2>&1 && touch "$bluesky/.complete"; } ||
        { rm -rf "$bluesky/node_modules"; echo "Bluesky: npm could not install it ($bluesky/npm.log); the tests on its network are skipped."; }
fi
exit 0
