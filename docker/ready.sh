#!/bin/bash
# Exit 0 while GET /ready on port $1 of this machine answers 200. Needs nothing but bash, so that no JVM starts every few
# seconds and no curl has to be in the image.
port=${1:-8025}
exec 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
printf 'GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
IFS= read -r -t 4 status <&3 || exit 1
[[ $status == "HTTP/1.1 200"* ]] && exit 0
# The reasons follow the header; `docker inspect` shows them.
timeout 2 cat <&3 | tr -d '\r' | sed '1,/^$/d'
exit 1
