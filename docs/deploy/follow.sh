#!/bin/sh
# Run once, when the primary is made: replicas may log in to follow it.
echo "host replication planatlas all scram-sha-256" >> "$PGDATA/pg_hba.conf"
