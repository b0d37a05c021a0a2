#!/bin/sh
# Install the servers of other projects that tests run on: install.sh FOLDER-OF-AN-ENVIRONMENT PYTHON FOLDER-OF-BLUESKY
# Never fails: what cannot be had is said, and its tests are skipped.
set -u
helpdesk=$1
python=$2
bluesky=$3
mastodon=${helpdesk%-helpdesk}-mastodon

# NAME PACKAGE ...
by_apt() {
    name=$1
    shift
    missing=
    for package; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    if [ -z "$missing" ]; then
        :
    elif ! command -v apt-get >/dev/null; then
        echo "$name: no apt-get here; its tests are skipped."
    elif [ "$(id -u)" -ne 0 ]; then
        echo "$name: not root; its tests are skipped until somebody runs: apt-get install --no-install-recommends$missing"
    else
        echo "Installing$missing ..."
        export DEBIAN_FRONTEND=noninteractive
        { apt-get update -q && apt-get install -y -q --no-install-recommends $missing; } >/dev/null 2>&1 ||
            echo "$name: apt-get could not install$missing; its tests are skipped."
    fi
}

# NAME MODULE ENVIRONMENT REQUIREMENT ...
by_pip() {
    name=$1 module=$2 environment=$3
    shift 3
    "$environment/bin/python" -c "import $module" 2>/dev/null && return
    echo "Installing $name into $environment ..."
    { "$python" -m venv --clear "$environment" && "$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; } 2>/dev/null ||
        { rm -rf "$environment"; echo "$name: pip could not install it; its tests are skipped."; }
}

# NAME FOLDER PACKAGE
by_npm() {
    name=$1 folder=$2
    if [ -e "$folder/.complete" ]; then
        :
    elif ! command -v npm >/dev/null; then
        echo "$name: no npm here; its tests are skipped."
    else
        echo "Installing $name into $folder (some minutes) ..."
        mkdir -p "$folder"
        { npm install --prefix "$folder" --no-audit --no-fund --loglevel=error "$3" >"$folder/npm.log" 2>&1 && touch "$folder/.complete"; } ||
            { rm -rf "$folder/node_modules"; echo "$name: npm could not install it ($folder/npm.log); its tests are skipped."; }
    fi
}

by_npm Bluesky "$bluesky" '@atproto/dev-env@0.3.215' &
by_apt "Request Tracker" request-tracker5 rt5-db-sqlite rt5-standalone libfaketime
by_apt Dovecot dovecot-imapd dovecot-lmtpd
by_pip django-helpdesk helpdesk "$helpdesk" 'django-helpdesk==2.6.1' 'django>=5.2,<5.3'
by_pip mastodon_mock mastodon_mock "$mastodon" 'mastodon_mock==0.6.1'
wait
exit 0
