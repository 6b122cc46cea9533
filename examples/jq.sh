#!/bin/sh
# One-liners over JSON. Each line is a command of its own; run one with: sh -c "$(sed -n 5p jq.sh)"
salesflow customer list --json | jq -r 'group_by(.grade)[] | "\(.[0].grade // "-")\t\(length)"'
salesflow followup overdue --all --json | jq -r 'group_by(.owner)[] | "\(.[0].owner)\t\(length)\t\(map(.days_overdue) | max)"'
salesflow quote list --json | jq -r 'map(select(.state == "accepted") | .total | tonumber) | add // 0'
salesflow approval list --all --json | jq -r '.[] | "\(.number)\t\(.waiting_for_role)\t\(.waiting_days)"'
