#!/bin/sh
# Writes one encrypted backup of a store into $BACKUPS and removes those older than $KEEP_DAYS days.
# BACKUP_TO: the recipient that `hq backup-key` printed; without it the home's own key seals the file.
set -eu
store=$1
hq=${HQ:-/opt/huanqiong/venv/bin/hq}
file=$BACKUPS/$store-$(date -u +%Y%m%dT%H%M%SZ).hqb
"$hq" backup "$file.part" --store "$store" ${BACKUP_TO:+--to "$BACKUP_TO"}
mv "$file.part" "$file"
# Only after a new one lies there whole.
find "$BACKUPS" -maxdepth 1 -name "$store-*.hqb" -mtime "+$KEEP_DAYS" -delete
