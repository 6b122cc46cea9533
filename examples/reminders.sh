#!/bin/sh
# Each salesperson's list of the day as a text file: reminders.sh FOLDER
# Writes FOLDER/LOGIN.txt for everybody who has something due within a day, and prints the logins.
set -eu
folder=${1:?"usage: reminders.sh FOLDER"}
mkdir -p "$folder"
logins=$(salesflow staff list --format ids)
for login in $logins; do
    status=0
    salesflow remind --owner "$login" --within 1d --fail-if-any --format plain > "$folder/$login.part" || status=$?
    case $status in
        0) rm -f "$folder/$login.part" "$folder/$login.txt" ;;
        10) mv "$folder/$login.part" "$folder/$login.txt" && echo "$login" ;;
        *) rm -f "$folder/$login.part" && exit 1 ;;
    esac
done
