#!/bin/sh
# Makes an authority of our own (broker-ca.crt, broker-ca.key) and a certificate for the broker (tls.crt, tls.key) where
# they are missing. Renews the certificate when fewer than 30 days are left or other names are asked for; a certificate
# of another authority is left alone.
#   broker-certificate.sh AUTHORITY_DIR CERTIFICATE_DIR NAME...
set -eu
umask 077
[ $# -ge 3 ] || { echo "Usage: $0 AUTHORITY_DIR CERTIFICATE_DIR NAME..." >&2; exit 2; }
authority=$1 folder=$2
shift 2
AUTHORITY_DAYS=3650
CERTIFICATE_DAYS=365
RENEW_BEFORE_SECONDS=2592000

if [ ! -e "$authority/broker-ca.crt" ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=Cairn broker authority' \
    -days "$AUTHORITY_DAYS" -keyout "$authority/broker-ca.key" -out "$authority/broker-ca.crt.new" 2>/dev/null
  mv "$authority/broker-ca.crt.new" "$authority/broker-ca.crt"
  chmod 644 "$authority/broker-ca.crt"
fi

names=$(for name in "$@"; do
  case $name in
    *:*) echo "IP:$name" ;;
    *[!0-9.]*) echo "DNS:$name" ;;
    *) echo "IP:$name" ;;
  esac
done | sort -u | paste -sd, -)

if [ -e "$folder/tls.crt" ]; then
  if ! openssl verify -no_check_time -CAfile "$authority/broker-ca.crt" "$folder/tls.crt" >/dev/null 2>&1; then
    echo "The broker's certificate is of another authority and stays as it is."
    exit 0
  fi
  if [ "$(cat "$folder/names" 2>/dev/null)" = "$names" ] &&
    openssl x509 -checkend "$RENEW_BEFORE_SECONDS" -noout -in "$folder/tls.crt" >/dev/null; then
    exit 0
  fi
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$names" >"$work/extensions"
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=Cairn broker' \
  -keyout "$work/tls.key" -out "$work/request" 2>/dev/null
openssl x509 -req -in "$work/request" -CA "$authority/broker-ca.crt" -CAkey "$authority/broker-ca.key" \
  -set_serial "0x$(openssl rand -hex 16)" -days "$CERTIFICATE_DAYS" -extfile "$work/extensions" -out "$work/tls.crt" 2>/dev/null
cp "$work/tls.key" "$work/tls.crt" "$folder/"
printf '%s\n' "$names" >"$folder/names"
echo "New certificate of the broker for $names, good for $CERTIFICATE_DAYS days."
