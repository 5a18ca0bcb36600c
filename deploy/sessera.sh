#!/bin/sh
# /usr/local/bin/sessera: the command with the settings of the service, as the user who owns its data.
# Root's files in the data folder would be closed to the server.
set -eu

[ "$(id -un)" = sessera ] || exec sudo -u sessera -- "$0" "$@"
set -a
. /etc/sessera/sessera.env
set +a
exec /usr/bin/node /opt/sessera/packages/server/dist/main.js "$@"
