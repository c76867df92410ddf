#!/bin/sh
# Run by the image of Postgres when its volume is empty: a database with an owner of its own for each service.
set -eu
for service in summit vessel; do
  case $service in
    summit) password=$CAIRN_SUMMIT_DATABASE_PASSWORD ;;
    vessel) password=$CAIRN_VESSEL_DATABASE_PASSWORD ;;
  esac
  psql --username "${POSTGRES_USER:-postgres}" --set ON_ERROR_STOP=1 --set service="$service" --set password="$password" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
SQL
done
